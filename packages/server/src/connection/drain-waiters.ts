// Who waits until a client has taken what waits for it.

export class DrainWaiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next `release`. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const release = (): void => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = (): void => {
        this.#waiting.delete(release);
        reject(signal?.reason as Error);
      };
      this.#waiting.add(release);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  release(): void {
    for (const release of this.#waiting) release();
    this.#waiting.clear();
  }
}
