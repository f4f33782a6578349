// Which moments the machines wait for. A runtime needs one timer for all of them: it wakes the
// session at `next`, and the session asks each deadline that has passed what to do.

/** Something that waits for a moment. It knows its place in the heap, so that it can be taken out of it. */
export interface Deadline {
  /** The moment, in whole ms of the session's clock. Owned by Deadlines. */
  at: number;
  /** The place in the heap, or -1 when nothing is awaited. Owned by Deadlines. */
  slot: number;
  /** The moment has come. It is awaited no longer; `expire` may set another. */
  expire(now: number): void;
}

/** A binary heap of deadlines. Setting and clearing cost O(log n); the next one is always at hand. */
export class Deadlines {
  #heap: Deadline[] = [];

  /** How many are awaited. */
  get size(): number {
    return this.#heap.length;
  }

  /** The earliest moment, or Infinity. */
  get next(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** Awaits `at`, in place of what `item` awaited before. Infinity, and what is no number, await nothing. */
  set(item: Deadline, at: number): void {
    this.clear(item);
    // NaN compares as false with everything: in the heap it would hide the moments behind it.
    if (!(at < Infinity)) return;
    // Whole, and rounded up, so that nothing expires early: engines keep whole numbers in the object
    // itself, and others on the heap.
    item.at = Math.ceil(at);
    this.#rise(item, this.#heap.length);
  }

  /** Stops awaiting. Harmless when nothing is awaited. */
  clear(item: Deadline): void {
    const slot = item.slot;
    if (slot === -1) return;
    item.slot = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== item) this.#sink(last, slot);
    // An array keeps the room it once had, and a quiet session awaits its heartbeat alone, for days.
    const [first] = this.#heap;
    if (first !== undefined && this.#heap.length === 1) this.#heap = [first];
  }

  /**
   * Lets deadlines up to `now` expire, the earliest first: as many at most as are awaited at the
   * call, so that deadlines that set each other anew without delay cannot hold the program up.
   */
  expire(now: number): void {
    for (let left = this.size; left > 0; left--) {
      const first = this.#heap[0];
      if (first === undefined || first.at > now) return;
      this.clear(first);
      first.expire(now);
    }
  }

  /** The moment of what is at a place; where nothing is, there is none. */
  #at(slot: number): number {
    return this.#heap[slot]?.at ?? Infinity;
  }

  #place(item: Deadline | undefined, slot: number): void {
    if (item === undefined) return;
    this.#heap[slot] = item;
    item.slot = slot;
  }

  /** Places an item at `slot`, or above it. */
  #rise(item: Deadline, slot: number): void {
    const above = (slot - 1) >> 1;
    if (slot > 0 && this.#at(above) > item.at) {
      this.#place(this.#heap[above], slot);
      this.#rise(item, above);
    } else {
      this.#place(item, slot);
    }
  }

  /** Places an item at `slot`, or below it, or above it. */
  #sink(item: Deadline, slot: number): void {
    const left = 2 * slot + 1;
    const below = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
    if (this.#at(below) < item.at) {
      this.#place(this.#heap[below], slot);
      this.#sink(item, below);
    } else {
      this.#rise(item, slot);
    }
  }
}
