// A short soak of the client as it is. What soaks find out is tested in broken-*.test.ts.
import { expect, test } from "vitest";
import { Soak } from "./run.ts";

test("the client itself breaks no promise", async () => {
  const enough = new AbortController();
  const { verdicts } = (
    await Soak.run({
      seed: 1,
      clients: 4,
      seconds: 60,
      signal: enough.signal,
      // However long the machine takes for so many.
      onProgress({ age, model }) {
        if (age >= 3 && model.verdicts.checks > 1_000) enough.abort();
      },
    })
  ).model;
  expect(verdicts.kept).toEqual([]);
  expect(verdicts.checks).toBeGreaterThan(1_000);
});
