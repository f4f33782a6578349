// Waiting for what may never come, and may fail: either is as good as done.

/** Resolves when `work` is settled, or after `bound` ms. Never rejects. */
export function settled(work: Promise<unknown>, bound: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, bound);
    const settle = (): void => {
      clearTimeout(timer);
      resolve();
    };
    work.then(settle, settle);
  });
}
