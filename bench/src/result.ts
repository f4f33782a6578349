// What several runs of one side and case came to, and the one line of JSON that tells it.
import { median, pairedRatio } from "./statistics.ts";

/** The figures of one side and case, a value for each run. */
export interface Series {
  readonly case: string;
  readonly side: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** CPU seconds of the client for each second, one for each run; empty where it was not measured. */
  readonly busy: readonly number[];
}

/** One line of `--json`. */
export interface Result {
  readonly bench: string;
  readonly case: string;
  readonly side: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  /** To the first side, run by run; null where that measured 0. */
  readonly ratio: number | null;
}

/** @param reference the same case of the side that the others are compared with. */
export function resultOf(bench: string, series: Series, reference: Series): Result {
  const { values, side, unit } = series;
  return {
    bench,
    case: series.case,
    side,
    median: rounded(median(values)),
    min: rounded(Math.min(...values)),
    max: rounded(Math.max(...values)),
    unit,
    ratio: rounded(pairedRatio(values, reference.values)),
  };
}

/** What the client's CPU did meanwhile. */
export interface Work {
  /** CPU seconds for each second, the median. */
  readonly busy: number;
  /**
   * As a result's ratio, of what was done in each CPU second of the client. It hears less of what else
   * the machine does than the ratio of what was done in each second.
   */
  readonly ratio: number | null;
}

/** Null where it was not measured. */
export function workOf(series: Series, reference: Series): Work | null {
  if (series.busy.length === 0) return null;
  return {
    busy: median(series.busy),
    ratio: pairedRatio(perCpuSecond(series), perCpuSecond(reference)),
  };
}

function perCpuSecond({ values, busy }: Series): readonly number[] {
  return values.map((value, run) => value / (busy[run] ?? Number.NaN));
}

/** Four digits: more would pretend to know more than was measured. */
function rounded<Value extends number | null>(value: Value): Value {
  return (value === null ? null : Number(value.toPrecision(4))) as Value;
}
