// The numbers of the closing line, from reports as vitest writes them.
import { expect, test } from "vitest";
import { countsOf } from "./counts.mjs";

const report = (totals, files = []) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: files.map(([status, ...tests]) => ({
    status,
    assertionResults: tests.map((one) => ({ status: one })),
  })),
  ...totals,
});

test("tests are counted as reported", () => {
  const files = [
    ["failed", "passed", "failed"],
    ["passed", "passed", "passed", "skipped"],
  ];
  const totals = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 1 };
  expect(countsOf(report(totals, files), 1)).toEqual({ passed: 3, failed: 1, skipped: 1 });
});

test("a file that did not load is one failure", () => {
  expect(countsOf(report({}, [["failed"]]), 1).failed).toBe(1);
});

test("a file whose tests passed and whose hook failed is one failure", () => {
  const totals = { numPassedTests: 1 };
  expect(countsOf(report(totals, [["failed", "passed"]]), 1)).toMatchObject({
    passed: 1,
    failed: 1,
  });
});

test("a run that failed outside of every file, as an unhandled rejection does, is one failure", () => {
  const totals = { numPassedTests: 1 };
  expect(countsOf(report(totals, [["passed", "passed"]]), 1).failed).toBe(1);
});
