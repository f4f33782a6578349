// When to ask again for a page that the server could not give at the moment.

/** Ms to wait before the `attempt`th try: a random moment in the second half of 1, 2, 4 … 30 s. */
export function backoff(attempt: number, random: () => number): number {
  const most = Math.min(30_000, 1_000 * 2 ** (attempt - 1));
  return most * (0.5 + random() / 2);
}
