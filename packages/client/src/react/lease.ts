// What several components hold together: it is begun for the first and ended after the last. React may
// take a component away and put it back in one go, as StrictMode does on purpose, so that the end waits
// for the turn to be over.

interface Held {
  holders: number;
  /** Begun, and not ended yet. */
  live: boolean;
}

export interface Lease<T> {
  begin(subject: T): void;
  end(subject: T): void;
}

export class Leases<T extends object> {
  readonly #held = new WeakMap<T, Held>();
  readonly #lease: Lease<T>;

  constructor(lease: Lease<T>) {
    this.#lease = lease;
  }

  /** Holds it. Returns what lets go of it, once. */
  hold(subject: T): () => void {
    const held = this.#held.get(subject) ?? { holders: 0, live: false };
    this.#held.set(subject, held);
    held.holders += 1;
    if (!held.live) this.#lease.begin(subject);
    held.live = true;
    let holds = true;
    return () => {
      if (!holds) return;
      holds = false;
      held.holders -= 1;
      queueMicrotask(() => {
        if (held.holders > 0 || !held.live) return;
        held.live = false;
        this.#lease.end(subject);
      });
    };
  }
}
