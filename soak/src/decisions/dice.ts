// Randomness from a seed, and new dice from old ones by name: what one client draws never depends on
// what others have drawn, nor on when.
import { seededRandom, type Random } from "@slipstream/core";

export class Dice {
  readonly #seed: string;
  readonly next: Random;

  constructor(seed: string) {
    this.#seed = seed;
    this.next = seededRandom(hash(seed));
  }

  /** Dice of their own, told by these dice's seed and the name alone. */
  fork(name: string | number): Dice {
    return new Dice(`${this.#seed}/${name}`);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[Math.floor(this.next() * values.length)] ?? values[0];
  }

  /** One of the names, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const names = Object.keys(weights) as K[];
    const total = names.reduce((sum, name) => sum + weights[name], 0);
    let left = this.next() * total;
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    return names.at(-1) as K;
  }

  /** Waits as they are between things that happen independently of each other, in ms. */
  wait(mean: number): number {
    return Math.floor(-Math.log(1 - this.next()) * mean);
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let hashed = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hashed = Math.imul(hashed ^ text.charCodeAt(i), 0x01000193);
  }
  // Seeds that differ in their last letter are mixed once more.
  hashed = Math.imul(hashed ^ (hashed >>> 15), 0x2c1b3c6d);
  return hashed ^ (hashed >>> 13);
}
