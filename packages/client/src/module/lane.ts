// A queue of what came from one source, each item with its place in the order of all sources.

export interface Slot<T> {
  /** Its place in the order of everything that came: a number that grows. */
  readonly place: number;
  readonly item: T;
}

export class Lane<T> {
  #slots: (Slot<T> | undefined)[] = [];
  /** Where the oldest is: shifting an array of thousands one by one would cost more than it is worth. */
  #head = 0;

  get size(): number {
    return this.#slots.length - this.#head;
  }

  /** The oldest, or undefined. */
  get first(): Slot<T> | undefined {
    return this.#slots[this.#head];
  }

  push(slot: Slot<T>): void {
    this.#slots.push(slot);
  }

  /** Takes the oldest out. */
  shift(): T | undefined {
    const slot = this.#slots[this.#head];
    if (slot === undefined) return undefined;
    this.#slots[this.#head] = undefined;
    this.#head += 1;
    if (this.#head * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    return slot.item;
  }

  /** Takes this one out, wherever it is. */
  remove(slot: Slot<T>): void {
    const index = this.#slots.indexOf(slot, this.#head);
    if (index !== -1) this.#slots.splice(index, 1);
  }

  /** All of it, the oldest first. */
  *[Symbol.iterator](): Iterator<Slot<T>> {
    for (let index = this.#head; index < this.#slots.length; index++) {
      yield this.#slots[index] as Slot<T>;
    }
  }
}
