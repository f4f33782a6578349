// What a test's server has received from a client: messages that the test may look at and answer.
import type {
  ClientMessage,
  HeartbeatMessage,
  JoinMessage,
  LeaveMessage,
  PushMessage,
  Ref,
} from "@slipstream/core";
import { print } from "@slipstream/core/expectations";
import { ok, type Answer } from "./answer.ts";
import { TestServerError } from "./errors.ts";

/** Writes the answer to a message. */
export type Answerer = (message: ClientMessage, status: string, response: unknown) => void;

/** What the messages have in common. */
abstract class Received<M extends ClientMessage> {
  readonly #message: M;
  readonly #answer: Answerer;
  #answered = false;

  constructor(message: M, answer: Answerer) {
    this.#message = message;
    this.#answer = answer;
  }

  /** The message as it came. */
  get message(): M {
    return this.#message;
  }

  /** What the answer must carry; null if none is expected. */
  get ref(): Ref | null {
    return this.#message.ref;
  }

  /**
   * Answers it, once.
   * @throws {TestServerError} `notAnswerable` if it was answered or carries no ref, `connectionOver`
   * if there is nobody left to answer to.
   */
  reply(answer: Answer = ok()): void {
    if (answer.type === "noreply") return;
    if (this.#answered || this.ref === null) {
      const why = this.ref === null ? "it carries no ref" : "it was answered before";
      throw new TestServerError(
        "notAnswerable",
        `This cannot be answered, since ${why}: ${this.toString()}.`,
      );
    }
    this.#answer(this.#message, answer.status, answer.response);
    this.#answered = true;
  }

  abstract toString(): string;
}

/** A client asks to be let into a topic. */
export class ReceivedJoin extends Received<JoinMessage> {
  get topic(): string {
    return this.message.topic;
  }

  get params(): unknown {
    return this.message.payload;
  }

  override toString(): string {
    return `join ${print(this.topic)} with ${print(this.params)}`;
  }
}

/** A client leaves a topic. */
export class ReceivedLeave extends Received<LeaveMessage> {
  get topic(): string {
    return this.message.topic;
  }

  override toString(): string {
    return `leave ${print(this.topic)}`;
  }
}

/** A client pushes an event. */
export class ReceivedPush extends Received<PushMessage> {
  get topic(): string {
    return this.message.topic;
  }

  get event(): string {
    return this.message.event;
  }

  /** A JSON value, or a Uint8Array. */
  get payload(): unknown {
    return this.message.payload;
  }

  override toString(): string {
    const { topic, event, payload } = this;
    return `push ${print(event)} to ${print(topic)} with ${print(payload)}`;
  }
}

/** A client asks for a sign of life. Received by tests whose server leaves heartbeats to them. */
export class ReceivedHeartbeat extends Received<HeartbeatMessage> {
  override toString(): string {
    return "heartbeat";
  }
}

/** A frame that is no message. */
export class ReceivedNonsense {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }

  toString(): string {
    return `a frame that is no message: ${this.error instanceof Error ? this.error.message : print(this.error)}`;
  }
}

/** The client has closed the connection. */
export class ReceivedClose {
  /** The close code, or null if the client reset the connection without a close frame. */
  readonly code: number | null;
  readonly reason: string;
  readonly #answer: (() => void) | null;

  constructor(code: number | null, reason: string, answer: (() => void) | null) {
    this.code = code;
    this.reason = reason;
    this.#answer = answer;
  }

  /**
   * Answers the close frame and ends TCP, where the server leaves that to the test.
   * @throws {TestServerError} `notAnswerable` if that was done by itself, or there was no close frame.
   */
  answer(): void {
    if (this.#answer === null) {
      throw new TestServerError(
        "notAnswerable",
        'There is no close frame that waits for an answer. Make the server with { closing: "manual" }.',
      );
    }
    this.#answer();
  }

  toString(): string {
    return this.code === null
      ? "the client reset the connection"
      : `close with code ${this.code}${this.reason === "" ? "" : ` and reason ${print(this.reason)}`}`;
  }
}

export type ReceivedMessage =
  | ReceivedJoin
  | ReceivedLeave
  | ReceivedPush
  | ReceivedHeartbeat
  | ReceivedNonsense
  | ReceivedClose;
