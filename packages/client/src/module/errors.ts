// The errors of the module style: of awaiting, and of sending to a client and calling it.
import { SlipstreamError } from "../errors.ts";
import type { TerminateReason } from "./mail.ts";

/** What an `await…` in a callback did not get. */
export type AwaitFailure =
  /** It did not come within the timeout, in ms. */
  | { readonly type: "timeout"; readonly timeout: number }
  /** The client is stopping. */
  | { readonly type: "stopped" }
  /** The signal was aborted. */
  | { readonly type: "aborted"; readonly cause: unknown }
  /** It was not asked for, or was handled already: it would never come. */
  | { readonly type: "notPending"; readonly hint: string };

/** What was awaited did not come. */
export class AwaitError extends SlipstreamError {
  override readonly name = "AwaitError";
  override readonly code: AwaitFailure["type"];
  /** What was awaited, such as "the answer to the join of room:lobby". */
  readonly awaited: string;

  constructor(awaited: string, failure: AwaitFailure) {
    super(`Awaited ${awaited}, and ${awaitSentence(failure)}`, causeOf(failure));
    this.code = failure.type;
    this.awaited = awaited;
  }
}

function awaitSentence(failure: AwaitFailure): string {
  switch (failure.type) {
    case "timeout":
      return `it did not come within ${failure.timeout} ms. If it comes later, a callback is told.`;
    case "stopped":
      return "the client was stopped.";
    case "aborted":
      return "the signal was aborted.";
    case "notPending":
      return `it would never come: ${failure.hint}.`;
  }
}

/** What became of a call that was not answered. */
export type CallFailure =
  | { readonly type: "timeout"; readonly timeout: number }
  | { readonly type: "aborted"; readonly cause: unknown }
  /** The client ended first. */
  | { readonly type: "stopped" }
  /** A callback of the client threw before the answer; `cause` is what it threw. */
  | { readonly type: "crashed"; readonly cause: unknown }
  /** The client has no `handleCall`. */
  | { readonly type: "unhandled" };

/** A call of a client was not answered. */
export class CallError extends SlipstreamError {
  override readonly name = "CallError";
  override readonly code: CallFailure["type"];

  constructor(failure: CallFailure) {
    super(`The call was not answered: ${callSentence(failure)}`, causeOf(failure));
    this.code = failure.type;
  }
}

function callSentence(failure: CallFailure): string {
  switch (failure.type) {
    case "timeout":
      return `handleCall gave no answer within ${failure.timeout} ms. The client may be busy, or may be calling itself, which it cannot.`;
    case "aborted":
      return "its signal was aborted.";
    case "stopped":
      return "the client was stopped first.";
    case "crashed":
      return "a callback of the client threw first.";
    case "unhandled":
      return "the client has no handleCall.";
  }
}

/** As much waits for the client as may wait. */
export class MailboxFullError extends SlipstreamError {
  override readonly name = "MailboxFullError";
  override readonly code = "mailboxFull";
  readonly limit: number;

  constructor(limit: number) {
    super(
      `${limit} messages of the program wait for this client already, as many as mailbox.limit allows. It is slower than what is sent to it: wait for calls to be answered, or send less.`,
    );
    this.limit = limit;
  }
}

/** The client does not run, so that it takes nothing and can do nothing. */
export class NotRunningError extends SlipstreamError {
  override readonly name = "NotRunningError";
  override readonly code = "notRunning";

  constructor(state: string) {
    super(`The client is ${state}. Call start() first, and nothing after stop().`);
  }
}

/** What whoever waits for the end of an `init` is told, if that does not come. */
export function whyNotBegun(reason: TerminateReason): unknown {
  switch (reason.type) {
    case "crashed":
    case "gaveUp":
      return reason.error;
    case "aborted":
      return reason.cause;
    case "stopped":
      return new AwaitError("the end of init", { type: "stopped" });
  }
}

function causeOf(failure: object): ErrorOptions | undefined {
  return "cause" in failure ? { cause: failure.cause } : undefined;
}
