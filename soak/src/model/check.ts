// What every part of the model is: it sees all that happens, in order, and judges what is its own.
import type { Observation } from "./observation.ts";

/** Judges one promise. */
export interface Check {
  /** @param at Ms of one clock. */
  see(observation: Observation, at: number): void;
  /** Called now and then: what should have happened by now? */
  tick?(at: number): void;
  /** Nothing more will come. */
  finish?(): void;
}

/** What is remembered of each life, and forgotten a while after its end: the server may lag behind. */
export class LifeBook<T> {
  readonly #make: () => T;
  readonly #pages = new Map<string, T>();
  readonly #ended: { life: string; at: number }[] = [];

  constructor(make: () => T) {
    this.#make = make;
  }

  begin(life: string): void {
    this.#pages.set(life, this.#make());
  }

  /** Undefined for a life that has not begun or is forgotten. */
  of(life: string): T | undefined {
    return this.#pages.get(life);
  }

  end(life: string, at: number): void {
    this.#ended.push({ life, at });
  }

  forget(before: number): void {
    for (
      let first = this.#ended[0];
      first !== undefined && first.at < before;
      first = this.#ended[0]
    ) {
      this.#pages.delete(first.life);
      this.#ended.shift();
    }
  }

  entries(): IterableIterator<[string, T]> {
    return this.#pages.entries();
  }
}

/** How long an ended life is remembered, in ms. */
export const MEMORY = 30_000;

/** A map's value, made when it is first asked for. */
export function valueOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
