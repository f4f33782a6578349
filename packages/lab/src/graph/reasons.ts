// The reasons for which connections end, in words and colours. What our server says has its own; any
// other server's are taken as they come.
import type { ConnectionEndType } from "@slipstream/server";
import { SERIES_COLORS } from "./style.ts";

interface Reason {
  readonly words: string;
  readonly color: string;
}

const REASONS: Readonly<Record<ConnectionEndType, Reason>> = {
  closedByRemote: { words: "closed by the client", color: "c0" },
  disconnected: { words: "disconnected by id", color: "c3" },
  drained: { words: "server went down in order", color: "c6" },
  closedByChannel: { words: "closed by a channel", color: "c3" },
  idleTimeout: { words: "client was silent", color: "c4" },
  sendTimeout: { words: "client did not read, in time", color: "c1" },
  overflow: { words: "client did not read, too much waited", color: "c2" },
  connectionLost: { words: "connection lost", color: "c5" },
  protocolError: { words: "broke the WebSocket protocol", color: "c7" },
  malformedMessage: { words: "sent what is no message", color: "c7" },
  rateLimited: { words: "sent too much", color: "c6" },
  dropped: { words: "dropped by a channel", color: "c7" },
};

const OTHERS = SERIES_COLORS.filter((color) => color !== "c0");

export interface NamedReason extends Reason {
  readonly name: string;
}

/** In the order in which they are stacked: how a connection should end lies lowest, then ours, then as they come. */
export function nameReasons(names: Iterable<string>): NamedReason[] {
  const asked = [...new Set(names)];
  const known = Object.keys(REASONS).filter((name) => asked.includes(name));
  const others = asked.filter((name) => !(name in REASONS)).toSorted();
  return [
    ...known.map((name) => ({ name, ...REASONS[name as ConnectionEndType] })),
    ...others.map((name, index) => ({
      name,
      words: name,
      color: OTHERS[index % OTHERS.length] ?? "c5",
    })),
  ];
}
