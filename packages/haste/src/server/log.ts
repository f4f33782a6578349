// What Haste tells its operator. A cause that concerns many pages, or comes again and again, is told once
// in a while: clients can make errors, and must not fill a disk with them.
import { consoleLogger, type Logger } from "@slipstream/server";
import { HasteError } from "../errors.ts";
import { PageError } from "./errors.ts";

/** The same is not told again for so long, ms. */
const EVERY = 10_000;
/** Causes that are known at once. */
const MOST = 100;

/** The default. An error of ours says it all in its sentence, and its stack leads nowhere. */
const CONSOLE: Pick<Logger, "error" | "warn"> = {
  ...consoleLogger,
  error: (message, details) =>
    details instanceof HasteError
      ? consoleLogger.error?.(`${message} ${details.message}`)
      : consoleLogger.error?.(message, details),
};

interface Told {
  readonly at: number;
  /** How often it has come since, and was not told. */
  more: number;
}

export class Log {
  readonly #logger: Pick<Logger, "error" | "warn">;
  readonly #now: () => number;
  readonly #told = new Map<string, Told>();
  /** Errors that have been told, under whatever name. */
  readonly #known = new WeakSet<object>();

  /** @param logger - by default the console; false is nobody */
  constructor(
    logger: Pick<Logger, "error" | "warn"> | false = CONSOLE,
    now: () => number = () => performance.now(),
  ) {
    this.#logger = logger === false ? {} : logger;
    this.#now = now;
  }

  error(message: string, details: unknown): void {
    this.#write("error", message, details);
  }

  warn(message: string): void {
    this.#write("warn", message);
  }

  /** Something of a page has failed. What its client is told of is no news for its operator. */
  failed(message: string, error: unknown): void {
    if (error instanceof PageError) return;
    if (typeof error === "object" && error !== null) {
      if (this.#known.has(error)) return;
      this.#known.add(error);
    }
    const cause = `${message} ${error instanceof Error ? error.message : String(error)}`;
    const told = this.#told.get(cause);
    const now = this.#now();
    if (told !== undefined && now - told.at < EVERY) {
      told.more += 1;
      return;
    }
    if (this.#told.size >= MOST) this.#told.clear();
    this.#told.set(cause, { at: now, more: 0 });
    const more = told?.more ?? 0;
    this.error(more === 0 ? message : `${message} So it was ${more} times more meanwhile.`, error);
  }

  #write(level: "error" | "warn", ...line: [string, unknown?]): void {
    try {
      const written: unknown = this.#logger[level]?.(...line);
      if (written instanceof Promise) written.catch(() => {});
    } catch {
      // There is nobody left to tell.
    }
  }
}
