// What a callback's result means for its membership: the rules, without the doing. Pure.
import type { Item, Phase } from "./membership-phase.ts";
import { InvalidResultError, UnhandledEventError } from "../errors.ts";
import type { Denied, NoReply, Ok, Reply, Stop } from "../channel/results.ts";

export type Outcome =
  | { readonly type: "nothing" }
  | { readonly type: "joined"; readonly response: unknown }
  | { readonly type: "denied"; readonly response: unknown }
  /** The join was denied when nobody waited for it any more: there is nothing to take down. */
  | { readonly type: "deniedTooLate" }
  /** The item is another join of the topic, which had to wait for its turn. */
  | { readonly type: "replaced" }
  | { readonly type: "left" }
  | { readonly type: "replied"; readonly reply: Reply<unknown> }
  | { readonly type: "stopped"; readonly reason: string; readonly reply: Reply<unknown> | null };

const NOTHING: Outcome = { type: "nothing" };

/**
 * @param value What the callback for `item` returned.
 * @param phase What the membership is now, which may be over since the callback was called.
 * @throws {InvalidResultError | UnhandledEventError} The callback crashes its channel.
 */
export function outcomeOf(item: Item, value: unknown, phase: Phase["type"]): Outcome {
  switch (item.type) {
    case "join":
      return phase === "joined" || phase === "leaving"
        ? { type: "replaced" }
        : ofJoin(value, phase);
    case "leave":
      return phase === "ended" ? NOTHING : { type: "left" };
    case "push":
      if (value === undefined) throw new UnhandledEventError();
      return ofHandler(value, phase, "replies");
    case "terminate":
      return NOTHING;
    case "info":
    case "out":
      return ofHandler(value, phase, "doesNotReply");
  }
}

/** The same without its reply, if `later` has given one; otherwise `later` can give none any more. */
export function answeredOnce(outcome: Outcome, later: { answerNow(): boolean }): Outcome {
  switch (outcome.type) {
    case "replied":
      return later.answerNow() ? outcome : NOTHING;
    case "stopped":
      return outcome.reply === null || later.answerNow() ? outcome : { ...outcome, reply: null };
    default:
      return outcome;
  }
}

function ofJoin(value: unknown, phase: "joining" | "ended"): Outcome {
  if (!isTagged(value, "ok", "denied")) {
    throw new InvalidResultError("join", "ok(…) or deny(…)");
  }
  const { type, response } = value as Ok<unknown> | Denied;
  if (phase === "ended") return type === "denied" ? { type: "deniedTooLate" } : NOTHING;
  return { type: type === "ok" ? "joined" : "denied", response };
}

function ofHandler(
  value: unknown,
  phase: Phase["type"],
  kind: "replies" | "doesNotReply",
): Outcome {
  if (value === undefined) return NOTHING;
  if (!isTagged(value, "reply", "noreply", "stop")) {
    const accepts = "reply(…), noreply() or stop(…)";
    const hint = isTagged(value, "denied") ? '; a push is refused by reply("error", …)' : "";
    throw new InvalidResultError("A callback", accepts + hint);
  }
  const result = value as Reply<unknown> | NoReply | Stop<unknown>;
  if (result.type === "reply" && kind === "doesNotReply") {
    throw new InvalidResultError("handleInfo or handleOut", "noreply() or stop(…)");
  }
  if (phase === "ended") return NOTHING;
  switch (result.type) {
    case "noreply":
      return NOTHING;
    case "reply":
      return { type: "replied", reply: checked(result) };
    case "stop": {
      const { reason, reply } = result;
      const isSent = kind === "replies" && reply !== null && reply !== undefined;
      return { type: "stopped", reason, reply: isSent ? checked(reply) : null };
    }
  }
}

/** @throws {InvalidResultError} Something else in the place of a reply, or of its status. */
function checked(result: Reply<unknown>): Reply<unknown> {
  if (isTagged(result, "reply") && typeof result.status === "string") return result;
  throw new InvalidResultError(
    "handleIn",
    "reply(response), or reply(status, response) whose status is a text",
  );
}

function isTagged(value: unknown, ...tags: readonly string[]): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    tags.includes(value.type as string)
  );
}
