// Has policies decide anew: on demand, when a table that they look at changes, and when decisions are old.
import type { Transaction } from "../../source/source.ts";
import type { Page } from "../page/page.ts";

/** Decisions that are made at once. */
const AT_ONCE = 16;
/** The pause before a policy that failed is asked again, ms; doubled each time, up to half a minute. */
const PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

export interface PolicyWatchOptions {
  /** A policy could not decide; its page gets nothing until it has. */
  readonly failed: (page: Page, error: unknown) => void;
}

export class PolicyWatch {
  readonly #options: PolicyWatchOptions;
  readonly #pages = new Set<Page>();
  /** Those whose policies look at a table, by its id. */
  readonly #lookers = new Map<string, Set<Page>>();
  /** Who waits for a page's next decision. */
  readonly #waiting = new Map<Page, (() => void)[]>();
  /** Pages that wait for a decision, each with how often it failed. */
  readonly #queue = new Map<Page, number>();
  readonly #deciding = new Set<Page>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;
  #isClosed = false;

  constructor(options: PolicyWatchOptions) {
    this.#options = options;
  }

  add(page: Page): void {
    this.#pages.add(page);
    for (const table of page.view.policy.tables) {
      const pages = this.#lookers.get(table);
      if (pages === undefined) this.#lookers.set(table, new Set([page]));
      else pages.add(page);
    }
    this.#wakeAt(performance.now() + page.view.policy.maxAge);
  }

  delete(page: Page): void {
    this.#pages.delete(page);
    this.#queue.delete(page);
    for (const table of page.view.policy.tables) {
      const pages = this.#lookers.get(table);
      pages?.delete(page);
      if (pages?.size === 0) this.#lookers.delete(table);
    }
    this.#told(page);
    if (this.#pages.size === 0) this.#stopTimer();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    for (const pause of this.#pauses) clearTimeout(pause);
    this.#queue.clear();
  }

  /** Decides anew for the pages that `concerns`. Resolves when that has been done, or has failed. */
  async refresh(concerns: (page: Page) => boolean): Promise<void> {
    const pages = [...this.#pages].filter(concerns);
    for (const page of pages) this.#want(page);
    await Promise.all(pages.map((page) => this.decided(page)));
  }

  /** Resolves when a page's decision has been made, or has failed; at once if none is to be made. */
  async decided(page: Page): Promise<void> {
    if (!this.#queue.has(page) && !this.#deciding.has(page)) return;
    await new Promise<void>((resolve) => {
      this.#waiting.set(page, [...(this.#waiting.get(page) ?? []), resolve]);
    });
  }

  /**
   * A transaction is about to be shown that may change what policies look at: from here on, their
   * pages get nothing until they have decided.
   */
  arriving(transaction: Transaction): void {
    if (this.#lookers.size === 0) return;
    const pages = new Set<Page>();
    for (const { table } of transaction.changes) {
      for (const page of this.#lookers.get(table) ?? []) pages.add(page);
    }
    for (const page of pages) this.#want(page);
  }

  /** Transactions may have been missed: whatever looks at a table has to look again. */
  startedOver(): void {
    const pages = new Set([...this.#lookers.values()].flatMap((each) => [...each]));
    for (const page of pages) this.#want(page);
  }

  #want(page: Page, failures = 0): void {
    page.member.hold("policy");
    this.#queue.set(page, failures);
    this.#next();
  }

  #next(): void {
    for (const [page, failures] of this.#queue) {
      if (this.#deciding.size >= AT_ONCE) return;
      if (this.#deciding.has(page)) continue;
      this.#queue.delete(page);
      this.#deciding.add(page);
      void this.#decide(page, failures);
    }
  }

  async #decide(page: Page, failures: number): Promise<void> {
    try {
      await page.whenOpen;
      if (this.#pages.has(page)) await page.decideAgain(() => this.#queue.has(page));
    } catch (error) {
      if (this.#pages.has(page)) {
        this.#options.failed(page, error);
        page.member.stale();
        this.#again(page, failures + 1);
      }
    }
    this.#deciding.delete(page);
    if (!this.#queue.has(page)) this.#told(page);
    if (!this.#isClosed) this.#next();
  }

  #told(page: Page): void {
    const waiting = this.#waiting.get(page) ?? [];
    this.#waiting.delete(page);
    for (const resolve of waiting) resolve();
  }

  #again(page: Page, failures: number): void {
    if (this.#isClosed || this.#queue.has(page)) return;
    const pause = setTimeout(
      () => {
        this.#pauses.delete(pause);
        if (this.#pages.has(page)) this.#want(page, failures);
      },
      Math.min(LONGEST_PAUSE, PAUSE * 2 ** (failures - 1)),
    );
    this.#pauses.add(pause);
  }

  // Age.

  #wakeAt(at: number): void {
    if (this.#isClosed || at >= this.#timerAt) return;
    this.#stopTimer();
    this.#timerAt = at;
    const ms = Math.min(Math.max(0, at - performance.now()), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#wake(), ms);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = Infinity;
  }

  #wake(): void {
    this.#stopTimer();
    const now = performance.now();
    let next = Infinity;
    for (const page of this.#pages) {
      const due = page.decidedAt + page.view.policy.maxAge;
      if (due > now) next = Math.min(next, due);
      else if (this.#deciding.has(page) || this.#queue.has(page))
        next = Math.min(next, now + 1_000);
      else {
        this.#want(page);
        next = Math.min(next, now + page.view.policy.maxAge);
      }
    }
    if (next < Infinity) this.#wakeAt(next);
  }
}
