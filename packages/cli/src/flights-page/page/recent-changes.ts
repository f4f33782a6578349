// What has changed of late, by which rows that come into view know that they are new.
import type { Why } from "@slipstream/haste/client";

/** For so long a row that comes has come because it changed, ms. */
const RECENT = 600;

export class RecentChanges {
  #at = 0;
  #ids: ReadonlySet<number> = new Set();

  note(why: Why | null): void {
    this.#at = performance.now();
    this.#ids = new Set(why?.changes.map(([, key]) => keyOf(key)));
  }

  has(id: number): boolean {
    return this.#ids.has(id) && performance.now() - this.#at < RECENT;
  }
}

/** A key comes as its one value, or as the list of its values. */
export function keyOf(key: unknown): number {
  return Number(Array.isArray(key) ? key[0] : key);
}
