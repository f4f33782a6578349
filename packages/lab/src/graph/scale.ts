// From values to places on paper, and the round numbers that stand at an axis. Pure.

export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
}

export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = domain;
  const [from, to] = range;
  const factor = high === low ? 0 : (to - from) / (high - low);
  return Object.assign((value: number) => from + (value - low) * factor, { domain });
}

/** Steps of 1, 2 or 5 times a power of `base`, from 0 to the first that is not below `highest`. */
export function ticks(highest: number, count: number, base: 10 | 2 = 10): number[] {
  if (!(highest > 0)) return [0, 1];
  const rough = highest / count;
  const power =
    base === 10 ? 10 ** Math.floor(Math.log10(rough)) : 2 ** Math.floor(Math.log2(rough));
  const steps = base === 10 ? [1, 2, 5, 10] : [1, 2];
  const step = power * (steps.find((factor) => factor * power >= rough) ?? base);
  const last = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: last + 1 }, (_, index) => index * step);
}

/** Whole numbers alone. */
export function countTicks(highest: number, count: number): number[] {
  const all = ticks(highest, count);
  return all.every(Number.isInteger)
    ? all
    : Array.from({ length: Math.ceil(highest) + 1 }, (_, n) => n);
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** "143 MiB". */
export function formatBytes(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  const digits = unit > 0 && value < 10 && !Number.isInteger(value) ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** "1,234". */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** "12.5 s". */
export function formatSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
