// The errors of sockets and channels; those of the module style are in module/errors.ts. Each has a
// stable code and a sentence that says what happened and what to do; none holds a URL's query, a header, a token or a payload we sent.
import type { ChannelEndReason, EndReason, PushFailure, PushOutcome } from "@slipstream/core";
import {
  sayEnded,
  sayNotConnected,
  sayNotJoined,
  sayNotLeft,
  sayNotOk,
  sayOverflow,
  sayWrongOption,
  type Accepts,
} from "./sentences.ts";
import { SlipstreamError } from "./slipstream-error.ts";

export { SlipstreamError };

/** In place of the server's word. */
const UNANSWERED = { status: undefined, response: undefined };

/** An option or an argument that cannot be used. Thrown before anything is done. */
export class OptionError extends SlipstreamError {
  override readonly name = "OptionError";
  override readonly code = "invalid_option";
  /** Its name, such as "heartbeat.interval". */
  readonly option: string;

  /** `accepts` completes the sentence "It must be ...", or names the options that there are. The value itself is never shown. */
  constructor(option: string, value: unknown, accepts: Accepts) {
    super(sayWrongOption(option, value, accepts));
    this.option = option;
  }
}

/** The program itself gave up: its signal was aborted. */
export interface ConnectGivenUp {
  readonly type: "aborted";
  /** The signal's reason. */
  readonly cause: unknown;
  /** Why the last attempt failed; null if none had. */
  readonly last: EndReason | null;
}

/** Why there is no connection. */
export type ConnectFailure = EndReason | ConnectGivenUp;

/** The socket could not be connected, or ended before it was. */
export class ConnectError extends SlipstreamError {
  override readonly name = "ConnectError";
  override readonly code: ConnectFailure["type"];
  readonly #reason: ConnectFailure;

  /** `place` is the URL without its query. */
  constructor(reason: ConnectFailure, place: string) {
    super(sayNotConnected(place, reason), reason);
    this.code = reason.type;
    this.#reason = reason;
  }

  /**
   * What ended it. A getter, so that whoever logs the error does not log the body and the headers of
   * a refusal: servers set cookies, and their error pages like to quote the URL that was asked for.
   */
  get reason(): ConnectFailure {
    return this.#reason;
  }
}

/** What became of a join that did not end in a membership. */
export type JoinErrorCode = (ChannelEndReason | JoinGivenUp)["type"];

/** The channel could not be joined. */
export class JoinError extends SlipstreamError {
  override readonly name = "JoinError";
  override readonly code: JoinErrorCode;
  readonly topic: string;
  /** The status of the server's answer, such as "error"; undefined unless it refused. */
  readonly status: string | undefined;
  /** What came with the status; undefined unless the server refused. */
  readonly response: unknown;

  constructor(topic: string, failure: ChannelEndReason | JoinGivenUp) {
    super(sayNotJoined(topic, failure), failure);
    const { status, response } = failure.type === "refused" ? failure : UNANSWERED;
    this.code = failure.type;
    this.topic = topic;
    this.status = status;
    this.response = response;
  }
}

/** The program itself gave up, before the server answered or because of what it answered. */
export type JoinGivenUp =
  | { readonly type: "left" }
  | { readonly type: "aborted"; readonly cause: unknown }
  /** Nothing was sent: what was to be sent does not match the channel's schema, as the cause says. */
  | { readonly type: "invalidParams"; readonly cause: Error }
  /** The server's answer does not match the channel's schema. The channel was left. */
  | { readonly type: "invalidResponse"; readonly cause: Error };

/** The server did not confirm a leave in time. The channel is left all the same. */
export class LeaveError extends SlipstreamError {
  override readonly name = "LeaveError";
  override readonly code = "timeout";
  readonly topic: string;

  constructor(topic: string) {
    super(sayNotLeft(topic));
    this.topic = topic;
  }
}

/** Why a push has no "ok". */
export type PushErrorCode = "refused" | "invalidReply" | PushFailure;

/** Why a push is neither "ok" nor "sent". */
export type PushFailed =
  | Extract<PushOutcome, { type: "refused" | "failed" }>
  /** The server replied "ok", and its response does not match the channel's schema. */
  | { readonly type: "invalidReply"; readonly cause: Error };

/** A push whose outcome is not "ok". */
export class PushError extends SlipstreamError {
  override readonly name = "PushError";
  override readonly code: PushErrorCode;
  readonly topic: string;
  readonly event: string;
  /** The status of the server's reply, such as "error"; undefined when there was none. */
  readonly status: string | undefined;
  /** What came with the status; undefined when there was no reply. */
  readonly response: unknown;
  /** Whether it had left for the server, which then may have acted on it. If false, it never will. */
  readonly sent: boolean;

  constructor(topic: string, event: string, failure: PushFailed) {
    super(sayNotOk(topic, event, failure), failure);
    this.code = failure.type === "failed" ? failure.code : failure.type;
    this.sent = failure.type !== "failed" || failure.sent;
    this.topic = topic;
    this.event = event;
    const { status, response } = failure.type === "refused" ? failure : UNANSWERED;
    this.status = status;
    this.response = response;
  }
}

/** More messages came than a reader took, and its policy is to fail. */
export class OverflowError extends SlipstreamError {
  override readonly name = "OverflowError";
  override readonly code = "overflow";
  /** How many messages may wait. */
  readonly limit: number;

  constructor(what: string, limit: number) {
    super(sayOverflow(what, limit));
    this.limit = limit;
  }
}

/** What was asked for cannot be done on this platform. Nothing was done. */
export class UnsupportedError extends SlipstreamError {
  override readonly name = "UnsupportedError";
  override readonly code = "unsupported";

  /** `what` names it and says what to do. */
  constructor(what: string) {
    super(`Not supported here: ${what}.`);
  }
}

/** A channel ended while its messages were being read. */
export class ChannelEndedError extends SlipstreamError {
  override readonly name = "ChannelEndedError";
  override readonly code: ChannelEndReason["type"];
  readonly topic: string;
  readonly #reason: ChannelEndReason;

  constructor(topic: string, reason: ChannelEndReason) {
    super(sayEnded(topic, reason), reason);
    this.code = reason.type;
    this.topic = topic;
    this.#reason = reason;
  }

  /** What ended it. A getter, as with ConnectError. */
  get reason(): ChannelEndReason {
    return this.#reason;
  }
}
