// What has come and no test has asked for yet, in order. Whoever expects something takes the first
// that fits, or waits for it; what does not fit stays for others.
import type { Expectation } from "./expectation.ts";
import { ExpectationError } from "./expectation-error.ts";

/** Calls `act` after `ms`, unless the returned function is called before. */
export type After = (ms: number, act: () => void) => () => void;

interface Waiting<T> {
  /** Takes the item, or leaves it to others. */
  readonly offer: (item: T) => boolean;
  /** Nothing more will come. */
  readonly end: () => void;
}

/** How many items a failure prints. */
const MOST_PRINTED = 20;

/** How many items are kept that nobody asks for. */
const MOST_KEPT = 10_000;

export class Mailbox<T extends { toString(): string }> {
  /** Where the items come from, in words: "the client". */
  readonly #from: string;
  /** Completes the message of a failure with what the test might have forgotten; "" for nothing. */
  readonly #hint: () => string;
  readonly #after: After;
  readonly #items: T[] = [];
  /** What became meaningless before anybody asked for it. It came all the same. */
  #withdrawn: T[] = [];
  #dropped = 0;
  #waiting: readonly Waiting<T>[] = [];
  /** Why nothing more will come; null while it may. */
  #over: string | null = null;

  constructor(from: string, after: After, hint: () => string = () => "") {
    this.#from = from;
    this.#after = after;
    this.#hint = hint;
  }

  put(item: T): void {
    if (this.#waiting.some(({ offer }) => offer(item))) return;
    this.#keep(item, this.#items);
  }

  /** It has become meaningless. If nobody has asked for it yet, nobody can take it any more. */
  withdraw(item: T): void {
    if (takeOut(item, this.#items)) this.#keep(item, this.#withdrawn);
  }

  /** Nothing more will come. Whoever waits for more is told why. */
  end(why: string): void {
    this.#over = why;
    for (const { end } of this.#waiting) end();
  }

  /** The first item that is as expected, taken out; undefined if there is none. */
  find<U extends T>(expected: Expectation<T, U>): U | undefined {
    const item = firstThatFits(expected, this.#items);
    if (item === undefined) return undefined;
    takeOut(item, this.#items);
    this.#forgetWithdrawn(expected);
    return item;
  }

  /**
   * The first item that is as expected, once it is there.
   * @param timeout ms to wait for it.
   * @throws {ExpectationError} (by rejection) `missing`, if it does not come.
   */
  async take<U extends T>(expected: Expectation<T, U>, timeout: number): Promise<U> {
    const item = this.find(expected) ?? (await this.#next(expected, timeout));
    if (item !== undefined) return item;
    const failure = this.#over ?? `It did not come within ${timeout} ms.`;
    throw new ExpectationError(
      "missing",
      [`Expected ${expected.what}. ${failure}`, this.#printed(expected), this.#hint()]
        .filter((part) => part !== "")
        .join("\n"),
    );
  }

  /**
   * @throws {ExpectationError} `unwanted`, if there is such an item, or was and became meaningless;
   * `forgotten`, if items were dropped, which may have been such.
   */
  refute<U extends T>(unwanted: Expectation<T, U>): void {
    const item = this.find(unwanted) ?? firstThatFits(unwanted, this.#withdrawn);
    if (item !== undefined) {
      takeOut(item, this.#withdrawn);
      throw new ExpectationError(
        "unwanted",
        `Did not expect ${unwanted.what}, but it came: ${item.toString()}.`,
      );
    }
    if (this.#dropped === 0) return;
    throw new ExpectationError(
      "forgotten",
      `Whether ${this.#from} did what was not expected, ${unwanted.what}, cannot be said: ${this.#dropped} were dropped that nobody had asked for, since no more than ${MOST_KEPT} are kept. Ask for what comes before it is that many.`,
    );
  }

  #keep(item: T, where: T[]): void {
    where.push(item);
    if (where.length <= MOST_KEPT) return;
    where.shift();
    this.#dropped += 1;
  }

  /** Whoever has taken one that fits has asked for those that were withdrawn before, too. */
  #forgetWithdrawn<U extends T>(expected: Expectation<T, U>): void {
    this.#withdrawn = this.#withdrawn.filter((item) => !fits(expected, item));
  }

  #next<U extends T>(expected: Expectation<T, U>, timeout: number): Promise<U | undefined> {
    if (this.#over !== null) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const settle = (item: U | undefined): void => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        stopTimer();
        resolve(item);
      };
      const waiting: Waiting<T> = {
        offer: (item) => {
          try {
            if (!fits(expected, item)) return false;
            this.#forgetWithdrawn(expected);
          } catch (thrown) {
            // A function of the test's has failed: that is the test's failure.
            // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- as it was thrown
            reject(thrown);
            settle(undefined);
            return false;
          }
          settle(item);
          return true;
        },
        end: () => settle(undefined),
      };
      const stopTimer = this.#after(timeout, () => settle(undefined));
      this.#waiting = [...this.#waiting, waiting];
    });
  }

  /** What is there instead. */
  #printed<U extends T>(expected: Expectation<T, U>): string {
    if (this.#items.length === 0) return `Nothing else that ${this.#from} did is left to ask for.`;
    const lines = this.#items.slice(0, MOST_PRINTED).map((item, index) => {
      const difference = expected.isOfKind(item) ? expected.difference(item) : null;
      return `  ${index + 1}. ${item.toString()}${difference === null ? "" : `\n     ${difference}`}`;
    });
    const more = this.#items.length - MOST_PRINTED;
    if (more > 0) lines.push(`  and ${more} more`);
    if (this.#dropped > 0)
      lines.push(`  and ${this.#dropped} before these, which nobody asked for`);
    return [`What ${this.#from} did instead:`, ...lines].join("\n");
  }
}

function fits<T, U extends T>(expected: Expectation<T, U>, item: T): item is U {
  return expected.isOfKind(item) && expected.difference(item) === null;
}

function firstThatFits<T, U extends T>(
  expected: Expectation<T, U>,
  items: readonly T[],
): U | undefined {
  return items.find((item): item is U => fits(expected, item));
}

/** Returns whether it was among them. */
function takeOut<T>(item: T, items: T[]): boolean {
  const place = items.indexOf(item);
  if (place !== -1) items.splice(place, 1);
  return place !== -1;
}
