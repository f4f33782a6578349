// Reading what callbacks returned, and naming the last message of a membership. Pure.
import type { CloseMessage, ErrorMessage, Ref } from "@slipstream/core";
import type { ChannelEnd } from "./end-reason.ts";
import type { Denied, NoReply, Ok, Reply, Stop } from "./results.ts";

type HandlerResult = Reply<unknown> | NoReply | Stop<unknown>;

/** What `join` decided, or null if it returned something else. */
export function readJoinResult(value: unknown): Ok<unknown> | Denied | null {
  return isTagged(value, "ok", "denied") ? (value as Ok<unknown> | Denied) : null;
}

/** What a handler decided, or null if it returned something else. Nothing is `noreply()`. */
export function readResult(value: unknown): HandlerResult | null {
  if (value === undefined) return { type: "noreply" };
  return isTagged(value, "reply", "noreply", "stop") ? (value as HandlerResult) : null;
}

function isTagged(value: unknown, ...tags: readonly string[]): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    tags.includes(value.type as string)
  );
}

/** What the client is told when its membership ends; null if the connection says it all. */
export function lastWord(
  reason: ChannelEnd,
  { topic, joinRef }: { readonly topic: string; readonly joinRef: Ref | null },
): CloseMessage | ErrorMessage | null {
  switch (reason.type) {
    case "closed":
      return null;
    case "left":
    case "stopped":
    case "duplicateJoin":
      return { type: "close", topic, joinRef, payload: {} };
    case "crashed":
    case "overflow":
      return { type: "error", topic, joinRef, payload: {} };
  }
}
