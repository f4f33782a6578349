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
    this.#place(item, this.#heap.length);
    this.#rise(item);
  }

  /** Stops awaiting. Harmless when nothing is awaited. */
  clear(item: Deadline): void {
    const slot = item.slot;
    if (slot === -1) return;
    item.slot = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== item) {
      this.#place(last, slot);
      this.#rise(last);
      this.#sink(last);
    }
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

  #place(item: Deadline, slot: number): void {
    this.#heap[slot] = item;
    item.slot = slot;
  }

  #rise(item: Deadline): void {
    while (item.slot > 0) {
      const slot = item.slot;
      const above = (slot - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.at <= item.at) return;
      this.#place(parent, slot);
      this.#place(item, above);
    }
  }

  #sink(item: Deadline): void {
    for (;;) {
      const slot = item.slot;
      const child = this.#earlierChild(slot);
      if (child === undefined || child.at >= item.at) return;
      const below = child.slot;
      this.#place(child, slot);
      this.#place(item, below);
    }
  }

  #earlierChild(slot: number): Deadline | undefined {
    const left = this.#heap[2 * slot + 1];
    const right = this.#heap[2 * slot + 2];
    return left !== undefined && right !== undefined && right.at < left.at ? right : left;
  }
}
