// How fast something was done, and whether this process was what took the time.

export interface Pace {
  readonly perSecond: number;
  /** CPU seconds that this process spent for each second. */
  readonly busy: number;
}

/** Times `work`, which does something `count` times. */
export async function paceOf(count: number, work: () => Promise<unknown>): Promise<Pace> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await work();
  const seconds = (performance.now() - before) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: count / seconds, busy: (user + system) / 1e6 / seconds };
}
