// Where the server writes what nobody was there to be told.
import { ignore } from "./thenable.ts";

/** Any of these may be left out. `details` never holds a header, params or a payload. `console` fits. */
export interface Logger {
  error?(message: string, details?: unknown): void;
  warn?(message: string, details?: unknown): void;
  debug?(message: string, details?: unknown): void;
}

/** The default: errors and warnings, which go to stderr; a library has no business on standard output. */
export const consoleLogger: Logger = {
  error(...line) {
    // oxlint-disable-next-line no-console -- this is the console logger
    console.error(...line);
  },
  warn(...line) {
    // oxlint-disable-next-line no-console -- as above
    console.warn(...line);
  },
};

/** The same logger, whose own failures stop nothing. */
export function guarded(logger: Logger): Required<Pick<Logger, "error">> {
  return {
    error(message, details) {
      try {
        // The console would print an undefined. One that writes elsewhere may be async.
        ignore(details === undefined ? logger.error?.(message) : logger.error?.(message, details));
      } catch {
        // There is nobody left to tell.
      }
    },
  };
}

/** A name that a client chose, fit for a line of a log: quoted, on one line, and cut. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
