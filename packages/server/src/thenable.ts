// Telling a promise from a value, so that synchronous callbacks cost no turn of the event loop.

/** A promise that nobody awaits must not end the process when it rejects. */
export function ignore(value: unknown): void {
  if (isThenable(value)) Promise.resolve(value).catch(() => {});
}

/** Must not throw: whoever cannot be asked is awaited, and so rejects with what it threw. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    return "then" in value && typeof value.then === "function";
  } catch {
    return true;
  }
}
