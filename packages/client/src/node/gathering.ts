// What is sent over a stream in one turn of the event loop travels together, but for the first of it,
// which goes at once. A write costs about as much for 10 messages as for one.
import type { Duplex } from "node:stream";
import { setImmediate } from "./builtins.ts";

/** What travels together is at most about so many bytes. */
const MOST = 16 * 1024;

/**
 * What this turn has sent to, and how many bytes waited there when gathering began: null where only the
 * first message has gone. There is one event loop, and so one turn for all connections.
 */
let turn = new Map<Duplex, number | null>();

/**
 * To be called before each message that is sent over `stream`. The turn is over when the event loop has
 * gone round: what else had come by then has been read too, so that who has much to do writes less often.
 */
export function gather(stream: Duplex): void {
  const before = turn.get(stream);
  if (before === undefined) {
    if (turn.size === 0) setImmediate(endTurn);
    turn.set(stream, null);
  } else if (before === null) hold(stream);
  else gathered(stream);
}

/** Bytes that wait for nothing but the end of the turn. Where they are many they wait no longer. */
export function gathered(stream: Duplex): number {
  const before = turn.get(stream) ?? null;
  if (before === null) return 0;
  const bytes = stream.writableLength - before;
  if (bytes <= MOST) return bytes;
  stream.uncork();
  hold(stream);
  return 0;
}

function hold(stream: Duplex): void {
  turn.set(stream, stream.writableLength);
  stream.cork();
}

function endTurn(): void {
  const over = turn;
  // What is said while these are written, by a stream that answers at once, belongs to the next.
  turn = new Map();
  for (const [stream, before] of over) if (before !== null) stream.uncork();
}
