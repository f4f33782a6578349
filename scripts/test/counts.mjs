// What vitest's JSON report says, in three numbers.

/**
 * Tests that passed, failed and were skipped. A file that could not run, or whose hooks failed,
 * counts as one failure, and so does a run that failed for a reason outside of any file.
 */
export function countsOf(report, exitCode) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((one) => one.status === "failed"),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
