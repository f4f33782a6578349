// How many pages each connection and each user has, and how fast they are opened.
import { PageError } from "../errors.ts";

export interface QuotaLimits {
  readonly maxPagesPerConnection: number;
  readonly maxPagesPerUser: number;
  readonly maxOpenRate: number;
}

interface Account {
  pages: number;
  readonly pagesByView: Map<string, number>;
  /** Openings that are left, at `at`. */
  tokens: number;
  at: number;
}

export class Quota {
  readonly #limits: QuotaLimits;
  readonly #connections = new WeakMap<object, Account>();
  readonly #users = new Map<string, number>();
  readonly #now: () => number;

  constructor(limits: QuotaLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Takes the right to one page; the function gives it back.
   *
   * @throws {PageError} too_many_pages, too_fast
   */
  open(connection: object, user: string | null, view: string, maxPages: number): () => void {
    const account = this.#account(connection);
    this.#spend(account);
    const ofView = account.pagesByView.get(view) ?? 0;
    const ofUser = user === null ? 0 : (this.#users.get(user) ?? 0);
    const { maxPagesPerConnection, maxPagesPerUser } = this.#limits;
    if (ofView >= maxPages) throw tooMany(`${maxPages} pages of this view on one connection`);
    if (account.pages >= maxPagesPerConnection) {
      throw tooMany(`${maxPagesPerConnection} pages on one connection`);
    }
    if (ofUser >= maxPagesPerUser) throw tooMany(`${maxPagesPerUser} pages for one user`);
    account.pages += 1;
    account.pagesByView.set(view, ofView + 1);
    if (user !== null) this.#users.set(user, ofUser + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      account.pages -= 1;
      account.pagesByView.set(view, (account.pagesByView.get(view) ?? 1) - 1);
      if (user === null) return;
      const left = (this.#users.get(user) ?? 1) - 1;
      if (left === 0) this.#users.delete(user);
      else this.#users.set(user, left);
    };
  }

  /** One more query by this connection. @throws {PageError} too_fast */
  ask(connection: object): void {
    this.#spend(this.#account(connection));
  }

  #account(connection: object): Account {
    const known = this.#connections.get(connection);
    if (known !== undefined) return known;
    const tokens = 2 * this.#limits.maxOpenRate;
    const account = { pages: 0, pagesByView: new Map(), tokens, at: this.#now() };
    this.#connections.set(connection, account);
    return account;
  }

  #spend(account: Account): void {
    const now = this.#now();
    const { maxOpenRate } = this.#limits;
    const earned = ((now - account.at) / 1_000) * maxOpenRate;
    account.tokens = Math.min(2 * maxOpenRate, account.tokens + earned);
    account.at = now;
    if (account.tokens < 1) {
      throw new PageError("too_fast", `Pages may be read ${maxOpenRate} times in a second.`);
    }
    account.tokens -= 1;
  }
}

function tooMany(what: string): PageError {
  return new PageError("too_many_pages", `There may be ${what}. Leave one first.`);
}
