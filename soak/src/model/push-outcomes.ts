// Whether the outcome of a push is the truth: what the server's own record says of it, what its user
// did, and where it was. Judges one push at the moment that it is settled.
import { fromPayload } from "../decisions/order.ts";
import type { Settled } from "./observation.ts";
import type { Push, PushPage } from "./push-page.ts";

type Rejected = Extract<Settled, { type: "rejected" }>;

/** One check; the sentence completes "the push … is said to be …". */
export type Hold = (holds: boolean, sentence: string) => void;

/** What its user was told, in a word. */
export function outcomeOf({ called }: Push, settled: Settled): string {
  if (settled.type === "rejected") return settled.code;
  return called.expects === "none" ? "sent" : "ok";
}

/** @param wasQueued whether it waited to be sent until now, as far as its user can know. */
export function judgeOutcome(
  page: PushPage,
  push: Push,
  settled: Settled,
  at: number,
  wasQueued: boolean,
  hold: Hold,
): void {
  if (settled.type === "resolved") return judgeResolved(push, settled.value, hold);
  judgeFailed(page, push, settled, at, hold);
  const { code, sent } = settled;
  hold(typeof sent === "boolean", "and not whether it was sent");
  if (["notJoined", "queueFull", "unsendable"].includes(code)) hold(sent === false, "as sent");
  if (["refused", "channelCrashed", "channelClosed"].includes(code)) {
    hold(sent === true, "as not sent");
  }
  if (wasQueued) hold(sent === false || code === "refused", "as sent, from the queue");
}

function judgeResolved(push: Push, value: unknown, hold: Hold): void {
  if (push.called.expects === "none") {
    return hold(push.called.form !== "unsendable", "and it cannot be written");
  }
  hold(push.replied === "ok", `and its handler came to ${push.replied ?? "no reply"}`);
  const answer = fromPayload(value);
  hold(answer["p"] === push.called.push, `with the answer to ${String(answer["p"])}`);
  const [m] = push.handledBy;
  hold(answer["m"] === m, `from the membership ${String(answer["m"])}, and was executed by ${m}`);
}

function judgeFailed(
  page: PushPage,
  push: Push,
  { code, response }: Rejected,
  at: number,
  hold: Hold,
): void {
  const { called } = push;
  switch (code) {
    case "refused": {
      const { reason } = fromPayload(response);
      const unmatched = reason === "unmatched topic";
      const told = push.replied !== null && push.replied !== "ok";
      return hold(told || unmatched, `and its handler came to ${push.replied ?? "no reply"}`);
    }
    case "timeout":
      return hold(
        at - push.at >= called.timeout - 1,
        `after ${at - push.at} of ${called.timeout} ms`,
      );
    case "aborted":
      return hold(push.aborted, "and nobody gave it up");
    case "unsendable":
      return hold(called.form !== "json", "and it can be written");
    case "queueFull":
      return hold(push.ahead >= page.maxQueued, `with ${push.ahead} ahead of it`);
    case "left":
      return hold(page.left.has(called.topic), "and nobody left");
    case "disconnected":
      return hold(!page.isOpen || page.wasShutAt >= push.at, "and the connection is up");
    case "notJoined":
      return hold(isNoMember(page, push), `in the state ${called.state}`);
    case "channelCrashed":
    case "channelClosed":
      return hold(called.state !== "idle", "and nobody had asked to join");
    default:
      return hold(false, "which is no outcome of the closed set");
  }
}

/** Nobody had asked to join, or the channel had ended for good, or was left with the whole socket. */
function isNoMember(page: PushPage, { called, at }: Push): boolean {
  switch (called.state) {
    case "idle":
    case "errored":
      return true;
    case "left":
      return page.disconnected;
    case "waiting":
    case "joining":
    case "joined":
    case "leaving":
      return (page.erroredAt.get(called.topic) ?? Number.NEGATIVE_INFINITY) >= at;
  }
}
