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

type Settled<T> =
  | { readonly type: "pending" }
  | { readonly type: "done"; readonly value: T }
  | { readonly type: "failed"; readonly error: unknown };

const PENDING: Settled<never> = { type: "pending" };

/** Await it, or chain on it as on any promise. */
export class Outcome<T> implements Promise<T> {
  readonly [Symbol.toStringTag]: string = "Outcome";
  readonly #tally: Tally;
  #settled: Settled<T> = PENDING;
  #observed: Promise<T> | null = null;
  #resolve: ((value: T) => void) | null = null;
  #reject: ((error: unknown) => void) | null = null;
  #release: (() => void) | null = null;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Whether there is an outcome already. */
  get settled(): boolean {
    return this.#settled.type !== "pending";
  }

  /** What to let go of when there is an outcome. Several are let go of in order. */
  releaseWhenSettled(release: () => void): void {
    if (this.settled) {
      release();
      return;
    }
    const before = this.#release;
    this.#release =
      before === null
        ? release
        : () => {
            before();
            release();
          };
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
    if (this.settled) return;
    this.#settled = { type: "done", value };
    this.#release?.();
    this.#resolve?.(value);
  }

  reject(error: unknown): void {
    if (this.settled) return;
    this.#settled = { type: "failed", error };
    this.#release?.();
    if (this.#reject === null) this.#tally.unobservedFailures += 1;
    else this.#reject(error);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise, and meant to be awaited
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#promise().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#promise().finally(onFinally);
  }

  #promise(): Promise<T> {
    this.#observed ??= this.#observe();
    return this.#observed;
  }

  #observe(): Promise<T> {
    switch (this.#settled.type) {
      case "done":
        return Promise.resolve(this.#settled.value);
      case "failed":
        this.#tally.unobservedFailures -= 1;
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a signal's reason may be anything
        return Promise.reject(this.#settled.error);
      case "pending":
        return new Promise<T>((resolve, reject) => {
          this.#resolve = resolve;
          this.#reject = reject;
        });
    }
  }
}
