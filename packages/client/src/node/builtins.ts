// What is used here of Node's own modules. `ws` has loaded them all; an import of one would make an ES
// module of it besides, for which Node reads each of its exports, and some load more when they are read.
import type Buffers from "node:buffer";
import type Net from "node:net";
import type Timers from "node:timers";

export const buffer: typeof Buffers = process.getBuiltinModule("node:buffer");
export const net: typeof Net = process.getBuiltinModule("node:net");

/** Taken once, so that a test that holds the clock does not hold the turns of the loop. */
export const setImmediate: typeof Timers.setImmediate =
  process.getBuiltinModule("node:timers").setImmediate;
