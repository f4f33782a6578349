// AbortSignals, and letting go of them.

/** Nothing to let go of. */
const nothing = (): void => {};

/**
 * Calls `aborted` with the signal's reason when it is aborted, now if it is already. Returns the
 * function that lets go of the signal: one that lives long must not collect listeners.
 */
export function onAbort(
  signal: AbortSignal | undefined,
  aborted: (reason: unknown) => void,
): () => void {
  if (signal === undefined) return nothing;
  if (signal.aborted) {
    aborted(signal.reason);
    return nothing;
  }
  const listener = (): void => aborted(signal.reason);
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
