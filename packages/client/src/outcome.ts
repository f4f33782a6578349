// A promise whose failure may go unobserved. Whoever fires and forgets is not punished with an
// unhandled rejection; failures that nobody looks at are counted.

/** Counts what nobody looked at. */
export interface Tally {
  /** Failures that nobody has observed. One that is observed later is taken off again. */
  unobservedFailures: number;
  /** Messages that were held for a first listener and given up when too many were. */
  unclaimedMessages: number;
  /** Messages that readers were too slow for, and that their overflow policies dropped. */
  droppedMessages: number;
  /** Messages that do not match their channel's schema. */
  invalidMessages: number;
  /** Replies with the status "ok", of joins or pushes, that do not match their channel's schema. */
  invalidReplies: number;
}

export type Settled<T> =
  | { readonly type: "done"; readonly value: T }
  | { readonly type: "failed"; readonly error: unknown };

/** Await it, or chain on it as on any promise. */
export class Outcome<T> implements Promise<T> {
  readonly [Symbol.toStringTag]: string = "Outcome";
  readonly #tally: Tally;
  #settled: Settled<T> | null;
  /** What is awaited; made when it first is. */
  #promise: Promise<T> | null = null;
  /** Tells the promise, where there is one. */
  #tell: ((settled: Settled<T>) => void) | null = null;
  #release: (() => void) | null = null;

  /** @param settled where there is an outcome from the first. */
  constructor(tally: Tally, settled: Settled<T> | null = null) {
    this.#tally = tally;
    this.#settled = settled;
  }

  /** Whether there is an outcome already. */
  get settled(): boolean {
    return this.#settled !== null;
  }

  /** What to let go of when there is an outcome. Several are let go of in order. */
  releaseWhenSettled(release: () => void): void {
    const before = this.#release;
    if (this.settled) release();
    else if (before === null) this.#release = release;
    else {
      this.#release = () => {
        before();
        release();
      };
    }
  }

  /** An outcome of the same that is a promise of something else. Observing that one observes this one. */
  map<U>(project: (value: T) => U): Outcome<U> {
    const mapped = new Outcome<U>(this.#tally);
    void this.then(
      (value) => mapped.resolve(project(value)),
      (error: unknown) => mapped.reject(error),
    );
    return mapped;
  }

  resolve(value: T): void {
    this.become({ type: "done", value });
  }

  reject(error: unknown): void {
    this.become({ type: "failed", error });
  }

  become(settled: Settled<T>): void {
    if (this.settled) return;
    this.#settled = settled;
    this.#release?.();
    if (this.#tell !== null) this.#tell(settled);
    else if (settled.type === "failed") this.#tally.unobservedFailures += 1;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise, and meant to be awaited
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#promise ??= new Promise<T>((resolve, reject) => {
      this.#tell = (settled) => {
        if (settled.type === "done") resolve(settled.value);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a signal's reason may be anything
        else reject(settled.error);
      };
      if (this.#settled === null) return;
      if (this.#settled.type === "failed") this.#tally.unobservedFailures -= 1;
      this.#tell(this.#settled);
    });
    return this.#promise.then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then(null).finally(onFinally);
  }
}
