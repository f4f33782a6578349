import { expect, test } from "vitest";
import { backoff } from "./backoff.ts";

test("a page is asked for again within 1 s, then later, and never by all at one moment", () => {
  const spans = [1, 2, 3, 5, 6, 1_000].map((attempt) => [
    backoff(attempt, () => 0),
    backoff(attempt, () => 1),
  ]);
  expect(spans).toEqual([
    [500, 1_000],
    [1_000, 2_000],
    [2_000, 4_000],
    [8_000, 16_000],
    [15_000, 30_000],
    [15_000, 30_000],
  ]);
});
