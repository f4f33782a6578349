// Whoever waits until the stream has reached a position.
import { reasonOf } from "./gate.ts";

interface Waiter {
  readonly position: bigint;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

export class Waiters {
  readonly #waiters = new Set<Waiter>();
  #reached = -1n;

  /** How far the stream has come. */
  get reached(): bigint {
    return this.#reached;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** Whether somebody waits for more than `position`. */
  wantMoreThan(position: bigint): boolean {
    for (const waiter of this.#waiters) if (waiter.position > position) return true;
    return false;
  }

  /** Resolves once {@link advance} was told `position` or more, at once if it has been. */
  wait(position: bigint, signal?: AbortSignal): Promise<void> {
    if (position <= this.#reached) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener("abort", abort);
      };
      const waiter: Waiter = {
        position,
        resolve: () => {
          settle();
          resolve();
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      };
      const abort = (): void => waiter.reject(reasonOf(signal));
      if (signal?.aborted === true) return reject(reasonOf(signal));
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  advance(position: bigint): void {
    if (position <= this.#reached) return;
    this.#reached = position;
    for (const waiter of this.#waiters) if (waiter.position <= position) waiter.resolve();
  }

  /** Positions count anew: whoever waits for one of the past is told so. */
  restart(position: bigint, reason: Error): void {
    this.#reached = position;
    this.rejectAll(reason);
  }

  /** Whoever waits for more than `position` waits for what will not be, and is told so. */
  rejectBeyond(position: bigint, reason: Error): void {
    for (const waiter of this.#waiters) if (waiter.position > position) waiter.reject(reason);
  }

  rejectAll(reason: Error): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
