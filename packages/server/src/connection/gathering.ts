// What is written to a connection in one turn travels together, but for the first of it, which goes at
// once. A write costs about as much for 10 messages as for one, and more than all else of a message.
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";

/** Turns are counted for the process, since there is one event loop. Small, so that it needs no object. */
const MOST = 2 ** 30;
let turn = 0;
let isOver = true;

/** What is gathered for, to be written when the turn is over. */
const gathered: Duplex[] = [];

/**
 * The number of the present turn. It is over when the event loop has gone round: what else had come by
 * then has been read too, so that a server with much to do writes less often.
 */
export function presentTurn(): number {
  if (isOver) {
    isOver = false;
    setImmediate(endTurn);
  }
  return turn;
}

/** What is written to `raw` in this turn waits for the end of it. */
export function gather(raw: Duplex): void {
  if (raw.writableCorked > 0) return;
  raw.cork();
  gathered.push(raw);
}

function endTurn(): void {
  isOver = true;
  turn = (turn + 1) % MOST;
  for (const raw of gathered) raw.uncork();
  gathered.length = 0;
}
