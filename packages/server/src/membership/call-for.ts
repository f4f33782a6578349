// Which callback an item is for.
import type { ChannelKind } from "../channel/channel-kind.ts";
import type { Item } from "./membership-phase.ts";

/** Calls it, with the channel that `kind` has opened. Items that need none give undefined. */
export function callFor(item: Item, kind: ChannelKind, opened: object): unknown {
  switch (item.type) {
    case "push":
      return kind.handleIn(opened, item);
    case "info":
      return kind.handleInfo(opened, item.info);
    case "out":
      return kind.handleOut(opened, item.broadcast.message);
    case "join":
    case "leave":
      return undefined;
  }
}
