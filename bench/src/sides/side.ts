// What each client must be able to do here. The sides do the same work and differ in nothing else.

export interface Side {
  /** Resolves with an open socket. `url` is the socket's path, as the client takes it. */
  readonly connect: (url: string) => Promise<SideSocket>;
}

export interface SideSocket {
  /** Makes a channel that is not joined yet. */
  channel(topic: string, params: object): SideChannel;
  /** Resolves when the connection has ended. */
  disconnect(): Promise<unknown>;
}

export interface SideChannel {
  /** One handler for each event. */
  on(event: string, handler: (payload: unknown) => void): void;
  /** Resolves with the server's answer. */
  join(): Promise<unknown>;
  /** Resolves with the response of the reply, and rejects if its status is not "ok". */
  push(event: string, payload: object): Promise<unknown>;
  leave(): Promise<unknown>;
}
