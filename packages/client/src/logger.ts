// Where the client writes what nobody was there to be told.
import type { Reporter } from "./listeners.ts";
import { sayFailed } from "./sentences.ts";

/** Any of these may be left out. `details` never holds a secret. `console` fits. */
export interface Logger {
  error?(message: string, details?: unknown): void;
  warn?(message: string, details?: unknown): void;
  debug?(message: string, details?: unknown): void;
}

/** The default: errors and warnings, which go to stderr; a library has no business on standard output. */
export const consoleLogger: Logger = {
  // oxlint-disable-next-line no-console -- this is the console logger
  error: (...line) => console.error(...unsaid(line)),
  // oxlint-disable-next-line no-console -- as above
  warn: (...line) => console.warn(...unsaid(line)),
};

/** What a line says already is not said again, with a stack of ours that leads nowhere; its cause is. */
function unsaid([message, details]: [string, unknown?]): [string, unknown?] {
  const said = details instanceof Error && message.includes(details.message);
  const rest = said ? details.cause : details;
  return rest === undefined ? [message] : [message, rest];
}

/** Another logger, and what it throws or rejects with is swallowed: there is nobody left to tell. */
export class GuardedLogger implements Required<Logger>, Reporter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  error(message: string, details?: unknown): void {
    this.#write("error", message, details);
  }

  warn(message: string, details?: unknown): void {
    this.#write("warn", message, details);
  }

  debug(message: string, details?: unknown): void {
    this.#write("debug", message, details);
  }

  /** Takes an error that nobody waited for. */
  untold(error: Error): void {
    this.error(`slipstream: ${error.message}`, error);
  }

  report(error: unknown, what: string): void {
    this.error(sayFailed(what), error);
  }

  #write(level: keyof Logger, message: string, details: unknown): void {
    try {
      // A console would write an argument that is undefined.
      const line: [string, unknown?] = details === undefined ? [message] : [message, details];
      const result: unknown = this.#logger[level]?.(...line);
      if (result instanceof Promise) result.catch(() => {});
    } catch {
      // As above.
    }
  }
}
