/** Where a reader's messages go: a channel. */
export interface Reader {
  push(event: string, payload: unknown): void;
  /** The bytes that wait to be sent on its connection. */
  readonly bufferedAmount: number;
  /** Resolves when there is room again, or the connection has ended. */
  drained(options: { readonly below: number; readonly signal: AbortSignal }): Promise<void>;
}
