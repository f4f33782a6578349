// Who waits until a reader has been sent what is true at a position.
import type { Version } from "../engine/version.ts";

interface Waiter {
  readonly position: bigint;
  readonly resolve: (version: Version | null) => void;
}

export class VersionWaiters {
  #waiters: Waiter[] = [];
  #isOver = false;

  /** Resolves with the version; with null after so many ms, or at the end, at once when that has come. */
  wait(position: bigint, timeout: number): Promise<Version | null> {
    if (this.#isOver) return Promise.resolve(null);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter);
        resolve(null);
      }, timeout);
      const waiter: Waiter = {
        position,
        resolve(version) {
          clearTimeout(timer);
          resolve(version);
        },
      };
      this.#waiters.push(waiter);
    });
  }

  /** Whether anybody has been told. */
  reached(version: Version): boolean {
    if (this.#waiters.length === 0) return false;
    const isThere = ({ position }: Waiter): boolean => position <= version.position;
    const there = this.#waiters.filter(isThere);
    this.#waiters = this.#waiters.filter((waiter) => !isThere(waiter));
    for (const { resolve } of there) resolve(version);
    return there.length > 0;
  }

  end(): void {
    this.#isOver = true;
    for (const { resolve } of this.#waiters.splice(0)) resolve(null);
  }
}
