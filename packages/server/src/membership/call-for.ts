// Which callback an item is for.
import type { ChannelKind } from "../channel/channel-kind.ts";
import type { Item } from "./membership-phase.ts";
import type { CallbackName } from "../telemetry/traces.ts";

/** Its name; null for an item that needs none. */
export function callbackOf(item: Item): CallbackName | null {
  switch (item.type) {
    case "join":
    case "terminate":
      return item.type;
    case "push":
      return "handleIn";
    case "info":
      return "handleInfo";
    case "out":
      return "handleOut";
    case "leave":
      return null;
  }
}

/** The event that it is about, if it is about one. */
export function eventOf(item: Item): string | undefined {
  if (item.type === "push") return item.event;
  return item.type === "out" ? item.broadcast.message.event : undefined;
}

/** Calls it, with the channel that `kind` has opened. Items that need none give undefined. */
export function callFor(item: Item, kind: ChannelKind, opened: object): unknown {
  switch (item.type) {
    case "push":
      return kind.handleIn(opened, item);
    case "info":
      return kind.handleInfo(opened, item.info);
    case "out":
      return kind.handleOut(opened, item.broadcast.message);
    case "terminate":
      return kind.terminate(opened, item.reason);
    case "join":
    case "leave":
      return undefined;
  }
}
