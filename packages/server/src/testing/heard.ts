// What a test's client has heard from the server, and how that is expected.
import {
  firstDifference,
  print,
  said,
  type Expectation,
  type Pattern,
} from "@slipstream/core/expectations";

/** The answer to a join, a push or a leave. */
export class HeardReply {
  readonly ref: string;
  readonly status: string;
  readonly response: unknown;
  readonly #to: string;

  /** @param to what it answers, in words. */
  constructor(ref: string, to: string, status: string, response: unknown) {
    this.ref = ref;
    this.#to = to;
    this.status = status;
    this.response = response;
  }

  toString(): string {
    return `reply ${print(this.status)} to ${this.#to} with ${print(this.response)}`;
  }
}

/** An event that the client was sent, by its own channel or as a broadcast; or one that was broadcast. */
export class HeardMessage {
  readonly event: string;
  /** A JSON value, or a Uint8Array. */
  readonly payload: unknown;
  readonly #how: "push" | "broadcast";

  constructor(how: "push" | "broadcast", event: string, payload: unknown) {
    this.#how = how;
    this.event = event;
    this.payload = payload;
  }

  toString(): string {
    return `${this.#how} ${print(this.event)} with ${print(this.payload)}`;
  }
}

/** The end of the membership. */
export class HeardEnd {
  readonly event: "phx_close" | "phx_error";

  constructor(event: "phx_close" | "phx_error") {
    this.event = event;
  }

  toString(): string {
    return this.event;
  }
}

/** The server has closed the connection. */
export class HeardClose {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string) {
    this.code = code;
    this.reason = reason;
  }

  toString(): string {
    return `close with code ${this.code}${this.reason === "" ? "" : ` and reason ${print(this.reason)}`}`;
  }
}

export type Heard = HeardReply | HeardMessage | HeardEnd;

export function aReply(
  ref: string,
  to: string,
  status?: Pattern,
  response?: Pattern,
): Expectation<Heard, HeardReply> {
  return {
    what: `the reply${said("", status)} to ${to}${said(" with", response)}`,
    isOfKind: (item): item is HeardReply => item instanceof HeardReply && item.ref === ref,
    difference: (reply) =>
      firstDifference([
        ["status", status, reply.status],
        ["response", response, reply.response],
      ]),
  };
}

export function aMessage<T extends Heard>(
  how: string,
  event: Pattern,
  payload: Pattern,
): Expectation<T, T & HeardMessage> {
  return {
    what: `${how}${said(" of", event)}${said(" with", payload)}`,
    isOfKind: (item): item is T & HeardMessage => item instanceof HeardMessage,
    difference: (message) =>
      firstDifference([
        ["event", event, message.event],
        ["payload", payload, message.payload],
      ]),
  };
}

export function anEnd(event: HeardEnd["event"]): Expectation<Heard, HeardEnd> {
  return {
    what: `the channel to end with ${event}`,
    isOfKind: (item): item is HeardEnd => item instanceof HeardEnd,
    difference: (end) => firstDifference([["event", event, end.event]]),
  };
}

/** What a test expects of the server's close. */
export interface ClosePattern {
  readonly code?: Pattern;
  readonly reason?: Pattern;
}

export function aClose({ code, reason }: ClosePattern = {}): Expectation<HeardClose, HeardClose> {
  return {
    what: `the server to close the connection${said(" with code", code)}${said(" and reason", reason)}`,
    isOfKind: (item): item is HeardClose => item instanceof HeardClose,
    difference: (close) =>
      firstDifference([
        ["code", code, close.code],
        ["reason", reason, close.reason],
      ]),
  };
}
