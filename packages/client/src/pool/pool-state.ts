// Where a pool stands: the states of its sockets taken together.
import type { SessionState } from "@slipstream/core";

/** Of `sockets` sockets that the pool has connected or is connecting, `open` are open. */
export type PoolState =
  /** No channel has been joined, or none is in use any more. */
  | { readonly type: "idle"; readonly sockets: number; readonly open: number }
  /** None is open, and none has been. */
  | { readonly type: "connecting"; readonly sockets: number; readonly open: number }
  /** All are open. */
  | { readonly type: "open"; readonly sockets: number; readonly open: number }
  /** Some are open; the others are being connected, for the first time or again. */
  | { readonly type: "partial"; readonly sockets: number; readonly open: number }
  /** None is open any more, and they are coming back. */
  | { readonly type: "reconnecting"; readonly sockets: number; readonly open: number }
  /** `disconnect()` was called, and `sockets` are not gone yet. No channel has been asked for since. */
  | { readonly type: "closing"; readonly sockets: number; readonly open: number }
  /** `disconnect()` is done. A new channel begins anew. */
  | { readonly type: "ended"; readonly sockets: number; readonly open: number };

/** What is known of one socket. */
interface Standing {
  readonly state: SessionState;
  /** Whether it has ever been open. */
  readonly opened: boolean;
}

/** The state of sockets that are in use; of `closing` others, while all are being closed. */
export function stateOf(
  all: readonly Standing[],
  ending: "no" | "closing" | "ended",
  closing: number,
): PoolState {
  const standings = all.filter(({ state }) => state.type !== "idle");
  const sockets = standings.length;
  const open = standings.filter(({ state }) => state.type === "open").length;
  const type = (): PoolState["type"] => {
    if (sockets === 0) return "idle";
    if (open === sockets) return "open";
    if (open > 0) return "partial";
    return standings.some(({ opened }) => opened) ? "reconnecting" : "connecting";
  };
  if (sockets === 0 && ending !== "no") {
    return { type: ending, sockets: ending === "closing" ? closing : 0, open };
  }
  return { type: type(), sockets, open };
}
