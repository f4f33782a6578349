// Whole sentences: what errors and the log say. Nothing rests on them, and the production build for
// browsers says the code and little more: browser/production/sentences.ts stands in for this file.
import {
  refusesCredentials,
  type ChannelEndReason,
  type ConnectionEnd,
  type EndReason,
  type Issue,
} from "@slipstream/core";
import {
  describeChannelEnd,
  describeEnd,
  describePushFailure,
  quote,
  serverReason,
} from "./describe.ts";
import type { ConnectFailure, JoinGivenUp, PushFailed } from "./errors.ts";
import type { CallbackName } from "./module/mail.ts";
import type { ValidationErrorCode } from "./validation-error.ts";

export { withheldCause } from "./withheld.ts";

/** What an option must be; or, where there is none of that name, which there are. */
export type Accepts = string | { readonly known: readonly string[] };

export function sayWrongOption(option: string, value: unknown, accepts: Accepts): string {
  if (typeof accepts !== "string") {
    return `There is no option ${option}. There are ${accepts.known.join(", ")}.`;
  }
  return `The option ${option} cannot be ${nameType(value)}. It must be ${accepts}.`;
}

function nameType(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "left out";
  if (Array.isArray(value)) return "this array";
  return `this ${typeof value}`;
}

export function sayNotConnected(place: string, reason: ConnectFailure): string {
  return `Not connected to ${place}: ${describeConnect(reason)}`;
}

function describeConnect(reason: ConnectFailure): string {
  if (reason.type !== "aborted") return describeEnd(reason);
  const { last } = reason;
  return last === null
    ? "its signal was aborted, before an attempt had failed."
    : `its signal was aborted. The last attempt failed: ${describeEnd(last)}`;
}

export function sayNotJoined(topic: string, failure: ChannelEndReason | JoinGivenUp): string {
  return `Did not join ${topic}: ${describeJoin(failure)}`;
}

function describeJoin(failure: ChannelEndReason | JoinGivenUp): string {
  switch (failure.type) {
    case "aborted":
      return "its signal was aborted before the server answered.";
    case "left":
      return "leave() was called before the server answered.";
    case "invalidParams":
    case "invalidResponse":
      return failure.cause.message;
    default:
      return describeChannelEnd(failure);
  }
}

export function sayNotLeft(topic: string): string {
  return `The server did not confirm the leave of ${topic} in time. Nothing more is delivered to the channel here, but the server may still count it as a member until the connection ends.`;
}

export function sayNotOk(topic: string, event: string, failure: PushFailed): string {
  return `The push ${event} to ${topic} ${describePush(failure)}`;
}

function describePush(failure: PushFailed): string {
  switch (failure.type) {
    case "refused":
      return `was answered with the status ${quote(failure.status)}${serverReason(failure.response)}.`;
    case "invalidReply":
      return `was answered with the status "ok". ${failure.cause.message}`;
    case "failed":
      return describePushFailure(failure);
  }
}

/** That a value does not match the channel's schema, and where: nothing of the value is quoted. */
export function sayInvalid(
  code: ValidationErrorCode,
  topic: string,
  event: string | undefined,
  issues: readonly Issue[],
): string {
  const subject = `${SUBJECTS[code]}${event === undefined ? "" : ` ${quote(event)}`} on ${topic}`;
  return issues.length === 0
    ? `${subject} could not be checked: the validator failed.`
    : `${subject} does not match the schema at ${places(issues)}.`;
}

const SUBJECTS: Readonly<Record<ValidationErrorCode, string>> = {
  invalidParams: "What was to be sent with the join",
  invalidResponse: "The answer to the join",
  invalidPayload: "The payload of the push",
  invalidReply: "The reply to the push",
  invalidMessage: "The message",
};

/** How many places a sentence names. */
const MAX_PLACES = 5;

function places(issues: readonly Issue[]): string {
  const named = [...new Set(issues.map(({ path }) => path.join(".")))].map((path) =>
    path === "" ? "its top" : quote(path),
  );
  const more = named.length - MAX_PLACES;
  const shown = named.slice(0, MAX_PLACES).join(", ");
  return more > 0 ? `${shown} and ${more} more places` : shown;
}

export function sayEnded(topic: string, reason: ChannelEndReason): string {
  return `The channel ${topic} ended: ${describeChannelEnd(reason)}`;
}

export function sayOverflow(what: string, limit: number): string {
  return `${what} came faster than they were taken: ${limit} were waiting. Take them faster, raise the limit, or choose another overflow policy.`;
}

/** What options accept whose values are read at each attempt to connect. */
export const ACCEPTED = {
  url: "a ws:, wss:, http: or https: URL without a fragment, such as wss://example.org/socket",
  params: "a plain object",
  param:
    "a text, a number, a boolean, a list of these, or a plain object of them, nested less than 32 deep",
  paramItem: "a text, a number or a boolean",
  token: "a text",
  /** Of what the runtime at hand has not. */
  elsewhere: "left out here: this platform's WebSocket has no such thing (docs/runtimes.md)",
} as const;

export const LOG = {
  unreadable: "slipstream: a frame was ignored, since it is no message.",
  ignored: "slipstream: a frame was ignored.",
  transportThrew: "slipstream: the transport threw, and its connection is taken to be gone.",
} as const;

/** That an attempt to connect has failed, and another is made in so many ms. */
export function sayRetrying(place: string, cause: EndReason, delay: number): string {
  // A client in module style decides for itself when to try again.
  const isTold = delay === Infinity;
  const when = isTold
    ? "handleDisconnect says what is next"
    : `Trying again in ${Math.round(delay)} ms, and so on`;
  const withheld =
    cause.type === "credentialsFailed"
      ? ` ${isTold ? "handleDisconnect" : "onConnectionEnd"} is told that cause.`
      : "";
  return `slipstream: ${sayNotConnected(place, cause)}${withheld} ${when}; that is not logged again until it has worked.`;
}

/** That nothing is tried any more, and nobody waited to be told. */
export function sayGivenUp(place: string, reason: EndReason): string {
  const other = refusesCredentials(reason) ? " with other credentials" : "";
  return `slipstream: gave up. ${sayNotConnected(place, reason)} Nothing is tried again: call connect() again${other}.`;
}

/**
 * That a callback in module style threw.
 * @param delay in how many ms its client begins anew; false for not at all, null if it was ending before.
 */
export function sayCrashed(callback: CallbackName, delay: number | false | null): string {
  const threw = `slipstream: ${callback} threw`;
  if (delay === null) return `${threw} while the client was ending.`;
  if (delay === false) return `${threw}, and the client ends.`;
  return `${threw}, and the client restarts in ${Math.round(delay)} ms.`;
}

/** What a retry function returned is no delay. */
export function sayNoDelay(returned: unknown): string {
  return `It returned ${typeof returned}, which is neither false nor ms of at least 0.`;
}

/** That reading goes on, since it may be stopped for so many ms. */
export function sayReadOn(maxPause: number): string {
  return `slipstream: reading went on after maxPause (${maxPause} ms), although it was still paused. What waits for a slow consumer belongs into a bounded reader.`;
}

/** `what` names what was running. */
export function sayFailed(what: string): string {
  return `slipstream: ${what} failed; everything else goes on.`;
}

/** That a connection, or an attempt to make one, is over. */
export function sayConnectionEnded(place: string, end: ConnectionEnd): string {
  return `slipstream: a connection to ${place} ended: ${describeEnd(end.reason)}`;
}
