// Why something failed, as telemetry tells it: codes and statuses, and nothing that anybody sent.
import type { ChannelEndReason, ChannelState, EndReason, PushOutcome } from "@slipstream/core";
import type { TraceFailure } from "./trace.ts";

/** Why a connection, or an attempt, ended. */
export function endFailure(reason: EndReason): TraceFailure {
  return reason.type === "upgradeRejected" && reason.status !== undefined
    ? { code: reason.type, status: reason.status }
    : { code: reason.type };
}

/** What became of a join, told by the state that followed "joining"; null if it is joined. */
export function joinFailure(
  state: Exclude<ChannelState, { type: "joining" }>,
): TraceFailure | null {
  switch (state.type) {
    case "joined":
      return null;
    case "waiting":
      return state.cause === null ? { code: "disconnected" } : channelFailure(state.cause);
    case "errored":
      return channelFailure(state.reason);
    case "idle":
    case "leaving":
    case "left":
      return { code: "left" };
  }
}

function channelFailure(reason: ChannelEndReason): TraceFailure {
  return reason.type === "refused"
    ? { code: reason.type, status: reason.status }
    : { code: reason.type };
}

/** What became of a push; null if it is what was asked for. */
export function pushFailure(outcome: PushOutcome): TraceFailure | null {
  switch (outcome.type) {
    case "ok":
    case "sent":
      return null;
    case "refused":
      return { code: outcome.type, status: outcome.status };
    case "failed":
      return { code: outcome.code };
  }
}
