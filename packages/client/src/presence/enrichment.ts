// What the user's program knows of those who are present, fetched for many keys at once. One call at
// a time, so that what is fetched is applied in the order in which it was asked for.
import type { Reporter } from "../listeners.ts";

/** Gives what is known of each key: an object or a Map. Keys that it leaves out stay without. */
export type FetchPresences<D> = (
  keys: readonly string[],
) =>
  | Readonly<Record<string, D>>
  | ReadonlyMap<string, D>
  | PromiseLike<Readonly<Record<string, D>> | ReadonlyMap<string, D>>;

export interface EnrichmentOptions<D> {
  readonly fetch: FetchPresences<D>;
  /** Takes what came for those who are still wanted. */
  readonly apply: (fetched: ReadonlyMap<string, D>) => void;
  readonly reporter: Reporter;
  /** What failed, if the function does. */
  readonly what: string;
}

export class Enrichment<D> {
  readonly #options: EnrichmentOptions<D>;
  /** Whose answer is awaited or still to be asked for. Who leaves is taken out; who returns gets a new mark. */
  readonly #wanted = new Map<string, symbol>();
  /** Who is to be asked for next. */
  #next = new Set<string>();
  #running = false;

  constructor(options: EnrichmentOptions<D>) {
    this.#options = options;
  }

  /** Asks for a key, in one call with all that are wanted in the same breath or while a call runs. */
  want(key: string): void {
    this.#wanted.set(key, Symbol(key));
    this.#next.add(key);
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(() => void this.#run());
  }

  /** Who has left: an answer that comes is dropped. */
  forget(key: string): void {
    this.#wanted.delete(key);
    this.#next.delete(key);
  }

  clear(): void {
    this.#wanted.clear();
    this.#next.clear();
  }

  async #run(): Promise<void> {
    while (this.#next.size > 0) {
      const asked = new Map([...this.#next].map((key) => [key, this.#wanted.get(key)]));
      this.#next = new Set();
      try {
        const fetched = await this.#options.fetch([...asked.keys()]);
        this.#apply(asked, fetched);
      } catch (error) {
        for (const [key, mark] of asked)
          if (this.#wanted.get(key) === mark) this.#wanted.delete(key);
        this.#options.reporter.report(error, this.#options.what);
      }
    }
    this.#running = false;
  }

  #apply(
    asked: ReadonlyMap<string, symbol | undefined>,
    fetched: Readonly<Record<string, D>> | ReadonlyMap<string, D>,
  ): void {
    const wanted = new Map<string, D>();
    for (const [key, mark] of asked) {
      if (this.#wanted.get(key) !== mark) continue;
      this.#wanted.delete(key);
      if (fetched instanceof Map) {
        if (fetched.has(key)) wanted.set(key, fetched.get(key) as D);
      } else if (Object.hasOwn(fetched, key)) {
        wanted.set(key, (fetched as Readonly<Record<string, D>>)[key] as D);
      }
    }
    if (wanted.size > 0) this.#options.apply(wanted);
  }
}
