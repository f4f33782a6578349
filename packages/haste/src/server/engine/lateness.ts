// What takes long says so: pages that wait for it do not look as if they were true.

/** How long what is shown may grow old before its pages say so, ms. */
const OLD_AFTER = 5_000;

/** Calls `isLate` if `work` has not ended by then. Ends as `work` does. */
export async function lateOr<Result>(work: Promise<Result>, isLate: () => void): Promise<Result> {
  const timer = setTimeout(isLate, OLD_AFTER);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
