// Calling what is the program's. Whatever it throws is reported and stops nothing else (P9).
import { consoleLogger, GuardedLogger, isPage } from "@slipstream/client/engine";

const logger = new GuardedLogger(consoleLogger);

/** Calls back. `what` names the callback in reports. */
export function call<A extends readonly unknown[]>(
  what: string,
  callback: (...args: A) => unknown,
  ...args: A
): void {
  try {
    const result = callback(...args);
    if (result instanceof Promise) result.catch((error: unknown) => report(error, what));
  } catch (error) {
    report(error, what);
  }
}

/** In a page, what watches it for errors hears of this one as of any that nobody caught. */
export function report(error: unknown, what: string): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void };
  if (isPage() && reportError !== undefined) reportError(error);
  else logger.report(error, what);
}
