import { expect, test } from "vitest";
import { resultOf, workOf, type Series } from "./result.ts";

const series = (side: string, values: readonly number[], busy: readonly number[] = []): Series => ({
  case: "1 KB",
  side,
  unit: "messages/s",
  values,
  busy,
});

test("a result tells the median, the range and the ratio, in four digits", () => {
  const bare = series("bare", [100, 300, 200]);
  expect(resultOf("receive", series("ours", [33.33333, 100, 66.66666]), bare)).toEqual({
    bench: "receive",
    case: "1 KB",
    side: "ours",
    median: 66.67,
    min: 33.33,
    max: 100,
    unit: "messages/s",
    ratio: 0.3333,
  });
  expect(resultOf("receive", bare, bare)).toMatchObject({ median: 200, ratio: 1 });
});

test("nothing is a ratio to nothing", () => {
  const none = series("bare", [0, 0, 0]);
  expect(resultOf("churn", none, none)).toMatchObject({ median: 0, ratio: null });
});

test("what was done in a CPU second does not hear of the seconds that others took", () => {
  const bare = series("bare", [100, 50], [1, 0.5]);
  expect(workOf(series("ours", [100, 100], [0.5, 0.5]), bare)).toEqual({ busy: 0.5, ratio: 2 });
  expect(workOf(series("ours", [1, 2]), bare)).toBeNull();
});
