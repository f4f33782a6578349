// What a page needs of a socket: a `Socket` of @slipstream/client is one, on every platform.

export interface PageSocket {
  channel(topic: string, params: () => object): PageChannel;
  /** Calls `handler` with each new state: `connecting`, `open` and others. Returns what ends that. */
  onState(handler: (state: { readonly type: string }) => unknown): () => void;
}

export interface PageChannel {
  join(): Promise<unknown>;
  leave(): Promise<void>;
  push(event: string, payload: object, options: { readonly timeout: number }): Promise<unknown>;
  on(event: string, handler: (payload: unknown) => unknown): () => void;
  onState(handler: (state: PageChannelState) => unknown): () => void;
}

/** Where a channel stands, as far as a page cares. */
export interface PageChannelState {
  readonly type: string;
  /** Of `joined`: what the server answered. */
  readonly response?: unknown;
  /** Of `errored`: why it will not join again by itself; the `response` in it is a refusal. */
  readonly reason?: unknown;
  /** Of `left`: `disconnect` if the whole socket was ended. */
  readonly by?: string;
}
