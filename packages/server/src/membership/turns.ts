// One thing at a time, in order, each with the time that it takes; what comes meanwhile waits.
// Nothing here knows what the things are.
import { isThenable } from "../thenable.ts";
import { Inbox, type Waiting } from "./inbox.ts";

/** So many without a break, and others have their turn. */
const AT_ONCE = 100;

/**
 * Works on items one after the other. Synchronous work is done within `take`, so that whoever has
 * nothing to wait for waits for nothing.
 */
export abstract class Turns<T> {
  readonly #limit: number;
  #inbox: Inbox<T> | null = null;
  #busy = false;
  /** The work that takes its time, and when it began; null if there is none, or it was found overdue. */
  #timed: { readonly item: T; readonly since: number } | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Does the work. May return a promise, and may throw. */
  protected abstract call(item: T): unknown;
  /** Takes its result. Must not throw. */
  protected abstract conclude(item: T, result: unknown): void;
  /** Takes what it threw. Must not throw. */
  protected abstract fail(item: T, error: unknown): void;
  /** Nothing is at work, and nothing waits. */
  protected abstract rest(): void;
  /** Work takes its time; `finished` follows. */
  protected abstract began(): void;
  protected abstract finished(): void;
  /** May so much more wait? */
  protected abstract hasRoom(weight: number): boolean;
  /** One more item waits, or one less, and so many bytes. */
  protected abstract weighed(items: 1 | -1, bytes: number): void;

  /** Something is at work, or `hold` was called. */
  protected get isBusy(): boolean {
    return this.#busy;
  }

  /** Something is at work that may yet be found overdue. */
  get isTimed(): boolean {
    return this.#timed !== null;
  }

  /** What has been at work for `bound` ms or more, if anything has. Found once. */
  protected overdue(now: number, bound: number): T | null {
    if (this.#timed === null || now - this.#timed.since < bound) return null;
    const { item } = this.#timed;
    this.#timed = null;
    return item;
  }

  /** Makes everything wait until `proceed`. */
  protected hold(): void {
    this.#busy = true;
  }

  /** Works on an item before all that waits. */
  protected proceed(first: T): void {
    this.#work(first);
  }

  /** Works on an item in its turn. False if too much waits: then it is not taken. */
  protected take(item: T, weight: number): boolean {
    if (this.#busy) {
      if (!this.hasRoom(weight)) return false;
      this.#inbox ??= new Inbox(this.#limit);
      const taken = this.#inbox.offer(item, weight);
      if (taken) this.weighed(1, weight);
      return taken;
    }
    this.#busy = true;
    this.#work(item);
    return true;
  }

  /** Gives back all that waits. */
  protected clear(): Waiting<T>[] {
    const waiting = this.#inbox?.empty() ?? [];
    for (const { weight } of waiting) this.weighed(-1, -weight);
    return waiting;
  }

  #next(): T | undefined {
    const waiting = this.#inbox?.take();
    if (waiting === undefined) return undefined;
    this.weighed(-1, -waiting.weight);
    return waiting.item;
  }

  #work(first: T | undefined): void {
    let left = AT_ONCE;
    for (let item = first; item !== undefined; item = this.#next()) {
      let result: unknown;
      try {
        result = this.call(item);
      } catch (error) {
        this.fail(item, error);
        continue;
      }
      if (isThenable(result)) return this.#await(item, result);
      this.conclude(item, result);
      left -= 1;
      if (left <= 0 && this.#inbox !== null && this.#inbox.size > 0) return this.#goOnLater();
    }
    this.#busy = false;
    this.rest();
  }

  /** Work may put more work behind itself for ever, as a handler does that sends itself the next step. */
  #goOnLater(): void {
    this.began();
    setImmediate(() => {
      this.#work(this.#next());
      this.finished();
    });
  }

  #await(item: T, result: PromiseLike<unknown>): void {
    this.began();
    this.#timed = { item, since: performance.now() };
    const resume = (): void => {
      this.#timed = null;
      this.#work(this.#next());
      this.finished();
    };
    // Promise.resolve, since a thenable may throw rather than reject.
    Promise.resolve(result).then(
      (value) => {
        this.conclude(item, value);
        resume();
      },
      (error: unknown) => {
        this.fail(item, error);
        resume();
      },
    );
  }
}
