// Randomness as a value: a generator that a seed determines, so that every run can be replayed.

/** Gives numbers in [0, 1). */
export type Random = () => number;

/**
 * A small generator (Mulberry32, public domain, by Tommy Ettinger), good enough to spread retries
 * and drive tests. Not for secrets.
 *
 * @param seed any number; its lowest 32 bits count.
 *
 * @example
 * ```ts
 * const random = seededRandom(1);
 * random(); // 0.6270739405881613
 * ```
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
