// What is known of hosts, in memory, and in a store that outlives it where there is one. A store is the
// browser's, and others write to it: what it says is taken for what it can be, and it may throw.
import { NOTHING_KNOWN, type Rules, type Verdict } from "./verdict.ts";

/** What keeps the memory of pages: `sessionStorage`, `localStorage`, or anything like them. */
export interface FallbackStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const PREFIX = "slipstream.fallback:";
/** Hosts that are remembered at once; of more, those that were learned of first are forgotten. */
const MAX_HOSTS = 1_000;

export class Verdicts {
  readonly #known = new Map<string, Verdict>();
  readonly #store: FallbackStore | undefined;
  readonly #rules: Rules;

  constructor(rules: Rules, store: FallbackStore | undefined) {
    this.#rules = rules;
    this.#store = store;
  }

  of(host: string, now: number): Verdict {
    const known = this.#known.get(host) ?? { strikes: 0, until: this.#stored(host) };
    // A clock that was set back, or a store that others wrote to, makes nothing last longer.
    return known.until > now + this.#rules.expiry ? { ...known, until: 0 } : known;
  }

  set(host: string, verdict: Verdict): void {
    const before = this.#known.get(host)?.until ?? this.#stored(host);
    this.#known.delete(host);
    this.#known.set(host, verdict);
    if (this.#known.size > MAX_HOSTS) this.#known.delete([...this.#known.keys()][0] ?? "");
    if (verdict.until !== before) this.#write(host, verdict.until);
  }

  #stored(host: string): number {
    try {
      const until = Number(this.#store?.getItem(PREFIX + host) ?? NOTHING_KNOWN.until);
      return Number.isFinite(until) ? until : NOTHING_KNOWN.until;
    } catch {
      return NOTHING_KNOWN.until;
    }
  }

  #write(host: string, until: number): void {
    try {
      const written: unknown =
        until === NOTHING_KNOWN.until
          ? this.#store?.removeItem(PREFIX + host)
          : this.#store?.setItem(PREFIX + host, String(until));
      // Of an async one nothing is read, but its failure is ours to take.
      if (written instanceof Promise) written.catch(() => {});
    } catch {
      // It is full, or closed to us: what is known is known here all the same.
    }
  }
}
