// The trace of one call of a channel's callback: what is told at its beginning, and what its outcome
// is called.
import { EncodeError } from "@slipstream/core";
import { ChannelsServerError } from "../errors.ts";
import { callbackOf, eventOf } from "../membership/call-for.ts";
import type { Item } from "../membership/membership-phase.ts";
import type { Outcome } from "../membership/outcome.ts";
import { Span } from "./span.ts";
import type { CallbackOutcome, CallbackTrace, TraceFailure } from "./traces.ts";

/** Where a channel is. */
export interface Placed {
  readonly server: object;
  /** Of its socket. */
  readonly path: string;
  readonly pattern: string;
  readonly topic: string;
}

/** Begins it, if anybody listens and the item is for a callback. */
export function callbackSpan(item: Item, placed: Placed): Span<CallbackTrace> | null {
  const callback = callbackOf(item);
  if (callback === null) return null;
  return Span.begin(`slipstream.server.${callback}`, () => ({
    server: placed.server,
    path: placed.path,
    channel: placed.pattern,
    topic: placed.topic,
    callback,
    event: eventOf(item),
    outcome: undefined,
    status: undefined,
  }));
}

/** It has returned. */
export function settle(span: Span<CallbackTrace>, outcome: Outcome, wasOver: boolean): void {
  // Of terminate nothing can come.
  if (span.trace.callback !== "terminate") {
    span.trace.outcome = wasOver ? "tooLate" : nameOf(outcome);
  }
  if (outcome.type === "replied") span.trace.status = outcome.reply.status;
  span.settle(null);
}

/** It has crashed its channel. What was thrown may say anything, and is not told. */
export function fail(span: Span<CallbackTrace>, error: unknown): void {
  span.trace.outcome = "crashed";
  span.settle(failureOf(error));
}

function nameOf(outcome: Outcome): CallbackOutcome {
  switch (outcome.type) {
    case "joined":
      return "ok";
    case "denied":
      return "denied";
    case "replied":
      return "replied";
    case "stopped":
      return "stopped";
    case "nothing":
      return "noreply";
    case "deniedTooLate":
    case "replaced":
    case "left":
      return "tooLate";
  }
}

function failureOf(error: unknown): TraceFailure {
  const isOurs = error instanceof ChannelsServerError || error instanceof EncodeError;
  return { code: isOurs ? error.code : "threw" };
}
