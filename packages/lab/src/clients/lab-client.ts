// What the lab asks of every client that it tries: to connect, join, push, and to end when its owner
// says so. No behaviour.

export interface LabChannel {
  /** Resolves with the server's answer; rejects when there will be none. */
  push(event: string, payload: object): Promise<unknown>;
}

export interface LabSocket {
  join(topic: string, params: object): Promise<LabChannel>;
  /**
   * Its owner wants no more of it. Returns at once: what becomes of the connection from here on is
   * what the lab looks at.
   * @param how "leave" says goodbye to the channels first; "vanish" does not, and pages are on their way.
   */
  end(how: Farewell): void;
}

export type Farewell = "leave" | "vanish";

export interface LabClient {
  /** @param url the socket's path, as `wss://example.org/socket`. */
  connect(url: string, params: Readonly<Record<string, string>>): Promise<LabSocket>;
}
