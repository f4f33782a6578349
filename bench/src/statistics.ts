// From the values of several runs to what is reported.

/** @param values at least one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * The median of the ratios of each run to the reference's run beside it: what changes from minute to
 * minute on a shared machine changes both. Null where the reference measured nothing.
 */
export function pairedRatio(
  values: readonly number[],
  reference: readonly number[],
): number | null {
  const ratios = values.map((value, run) => value / (reference[run] ?? Number.NaN));
  return ratios.every(Number.isFinite) ? median(ratios) : null;
}

/**
 * The smallest value that at least so many percent of the values do not exceed.
 * @param values at least one.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}
