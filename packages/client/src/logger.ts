// Where the client writes what nobody was there to be told.

/** Any of these may be left out. `details` never holds a secret. `console` fits. */
export interface Logger {
  error?(message: string, details?: unknown): void;
  warn?(message: string, details?: unknown): void;
  debug?(message: string, details?: unknown): void;
}

/** The default: errors alone, since a library has no business on standard output. */
export const consoleLogger: Logger = {
  error(message, details) {
    // oxlint-disable-next-line no-console -- this is the console logger
    console.error(message, details);
  },
};

/** The same, and what it throws or rejects with is swallowed: there is nobody left to tell. */
export function guarded(logger: Logger): Required<Logger> {
  const write = (level: keyof Logger, message: string, details: unknown): void => {
    try {
      const result: unknown = logger[level]?.(message, details);
      if (result instanceof Promise) result.catch(() => {});
    } catch {
      // As above.
    }
  };
  return {
    error: (message, details) => write("error", message, details),
    warn: (message, details) => write("warn", message, details),
    debug: (message, details) => write("debug", message, details),
  };
}
