// What can go wrong with one relayed connection, written down before it begins. Types alone: a
// script is data, so that a seed can make it and a failure can print it.
import type { Refusal } from "./handshake.ts";

/** One connection's fate. */
export interface FaultScript {
  readonly opening: Opening;
  readonly toServer: LaneScript;
  readonly toClient: LaneScript;
  /** Ms after which both sides are reset, whatever is under way. Infinity for never. */
  readonly killAfter: number;
}

/** What becomes of the client's request to connect. */
export type Opening =
  | { readonly type: "pass" }
  /** Answered with this status; the server is not asked. */
  | ({ readonly type: "refuse" } & Refusal)
  /** Accepted by TCP and never answered; the server is not asked. */
  | { readonly type: "ignore" }
  /** Accepted by TCP and reset. */
  | { readonly type: "reset" };

/** One direction's fate. */
export interface LaneScript {
  /** Ms that everything takes. */
  readonly latency: number;
  /** Infinity for no limit. */
  readonly bytesPerSecond: number;
  /** In the order of `at`. */
  readonly interruptions: readonly Interruption[];
  readonly closing: ClosingFault;
}

/** Something that happens once, after `at` bytes of this direction, those of the handshake included. */
export type Interruption = { readonly at: number } & (
  | { readonly type: "pause"; readonly ms: number }
  /** A FIN; what would follow is lost, and the sender is not told. */
  | { readonly type: "fin" }
  /** Both sides are reset. */
  | { readonly type: "rst" }
  /** Half-open: nothing passes any more, a FIN or a RST neither, and TCP stays up on both sides. */
  | { readonly type: "silence"; readonly ways: "this" | "both" }
);

/**
 * What becomes of this direction's WebSocket close frame. TCP keeps the order of bytes, so that
 * nothing can come after a FIN, and a FIN that is to come before the close frame means that the
 * frame is lost. Frames can change places, as an intermediary that reads them could do: then data
 * comes after the close frame. Plain WebSockets only, since frames must be read.
 */
export type ClosingFault =
  | { readonly type: "pass" }
  /** It, and what follows, waits for `ms`. */
  | { readonly type: "delay"; readonly ms: number }
  /** Neither it nor anything after it arrives, and no FIN either: the close is never answered. */
  | { readonly type: "withhold" }
  /** It is left out; the FIN arrives. */
  | { readonly type: "lose" }
  /** Only its first `bytes` bytes arrive, and then a FIN or a reset. */
  | { readonly type: "break"; readonly bytes: number; readonly by: "fin" | "rst" }
  /** It goes ahead of the frames that wait here because of latency, a slow rate or a pause. */
  | { readonly type: "overtake" };

/** What really happened to connections, for whoever counts: a script may end before its turn comes. */
export type FaultKind =
  | "latency"
  | "throttle"
  | "pause"
  | "fin"
  | "rst"
  | "silence"
  | "one-way silence"
  | "close delayed"
  | "close withheld"
  | "close lost"
  | "close broken"
  | "close overtook data"
  | "upgrade refused"
  | "upgrade ignored"
  | "upgrade reset"
  | "kill";

/** Everything passes at once. */
export const FAULTLESS_LANE: LaneScript = {
  latency: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  interruptions: [],
  closing: { type: "pass" },
};

/** Nothing goes wrong. */
export const FAULTLESS: FaultScript = {
  opening: { type: "pass" },
  toServer: FAULTLESS_LANE,
  toClient: FAULTLESS_LANE,
  killAfter: Number.POSITIVE_INFINITY,
};
