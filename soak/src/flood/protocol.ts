// What the processes of a flood say to each other, and how large it is.

/** What the consumer does with messages that come faster than it takes them, at 1 ms each. */
export type Consumer =
  /** A loop with a bounded reader that drops the oldest. */
  | "loop"
  /** A loop that pauses the socket while much waits, and loses nothing. */
  | "pausing loop"
  /** A handler whose promises nobody awaits. */
  | "handler"
  /** A loop whose reader is as good as unbounded: what must not be, to know that it would be seen. */
  | "hoarding loop";

/** The room in a reader. */
export const LIMIT = 1_000;
/** Bytes of one message, or a little more. */
export const MESSAGE_BYTES = 2_000;

/** How often each side looks at what it holds, in the course of a flood. */
export const LOOKS = 20;

/** Bytes that the server lets wait for its client. */
export const MAX_BUFFERED = 2_000_000;

/** Memory that a process held at most, beyond what it held before the flood, in bytes. */
export interface Held {
  readonly held: number;
}

export interface ServerReady {
  readonly type: "ready";
  readonly url: string;
}

export interface ServerReport extends Held {
  readonly type: "report";
  readonly sent: number;
}

export interface ClientReport extends Held {
  readonly type: "report";
  readonly taken: number;
  readonly dropped: number;
  /** What still waited when the last message had come. */
  readonly waiting: number;
  readonly pauses: number;
  /** Answered while the flood went on. */
  readonly pings: number;
  readonly pushes: number;
  /** Ends of connections, by reason. */
  readonly ends: readonly string[];
}
