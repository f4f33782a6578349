// The last message of a membership. Pure.
import type { CloseMessage, ErrorMessage, Ref } from "@slipstream/core";
import type { ChannelEnd } from "../end-reason.ts";

/** What the client is told when its membership ends; null if the connection's end says it all. */
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
    case "handlerTimeout":
      return { type: "error", topic, joinRef, payload: {} };
  }
}
