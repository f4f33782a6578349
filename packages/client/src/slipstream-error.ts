// What all errors of this package have in common. Apart from them, so that sentences can tell ours
// from those of the program's own functions.

/** An error of Slipstream's. */
export abstract class SlipstreamError extends Error {
  abstract readonly code: string;
}
