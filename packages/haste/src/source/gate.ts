// At most so many at once; the others wait their turn, first come, first served.

/** Why a signal was aborted. */
export function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error(`Aborted: ${String(reason)}`);
}

export class Gate {
  readonly #waiting = new Set<{ enter: () => void; refuse: (reason: Error) => void }>();
  #free: number;
  #closed: Error | null = null;

  constructor(size: number) {
    this.#free = size;
  }

  /**
   * Runs `task` when its turn has come.
   *
   * @throws the signal's reason, if it is aborted before that, or what {@link close} was told.
   */
  async run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await this.#enter(signal);
    try {
      return await task();
    } finally {
      this.#free += 1;
      this.#next();
    }
  }

  /** Nobody enters any more, and whoever waits is told why. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const waiter of this.#waiting) waiter.refuse(reason);
  }

  #enter(signal?: AbortSignal): Promise<void> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    return new Promise<void>((resolve, reject) => {
      const refuse = (reason: Error): void => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener("abort", abort);
        reject(reason);
      };
      const abort = (): void => refuse(reasonOf(signal));
      const enter = (): void => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener("abort", abort);
        this.#free -= 1;
        resolve();
      };
      const waiter = { enter, refuse };
      if (signal?.aborted === true) return reject(reasonOf(signal));
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiting.add(waiter);
      this.#next();
    });
  }

  #next(): void {
    for (const waiter of this.#waiting) {
      if (this.#free <= 0) return;
      waiter.enter();
    }
  }
}
