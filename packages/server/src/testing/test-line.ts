// What a test's channels need of their socket, so that none of these files imports another.
import type { ClientMessage } from "@slipstream/core";

export interface AssertOptions {
  /** Ms of the real clock to wait. Default: that of the socket, 2,000. */
  readonly timeout?: number;
}

export interface RefuteOptions {
  /**
   * Ms of the real clock that pass first, all of them. Left out, the server comes to rest: callbacks
   * that are at work may end, for which they have 100 ms.
   */
  readonly within?: number;
}

export interface TestLine {
  /** How long an assertion waits, in ms of the real clock. */
  readonly timeout: number;
  nextRef(): string;
  /** @throws {TestSocketError} `connectionOver`. */
  send(message: ClientMessage): void;
  /** Waits as a refutation does. */
  pass(options: RefuteOptions): Promise<void>;
  /** Waits until no callback is at work, for `timeout` ms at most. */
  rest(): Promise<void>;
}
