// `npm test`: the checks, the programs that suites need, then every test. The last line is
// `N passed, N failed`, checks and tests together; the exit code says whether anything failed.
// Arguments go to vitest: `npm test -- packages/core`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./check.mjs";
import { bin, root } from "./check/run.mjs";
import { needs, programs } from "./programs.mjs";
import { countsOf } from "./test/counts.mjs";
import { preparePrograms } from "./test/programs.mjs";

function runVitest(leaveOut, file) {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const excludes = leaveOut.flatMap((glob) => ["--exclude", glob]);
  const [program, ...parameters] = [
    ...bin("vitest"),
    "run",
    ...reporters,
    ...excludes,
    ...process.argv.slice(2),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { cwd: root, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

async function test(leaveOut) {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-test-"));
  const file = join(folder, "vitest.json");
  try {
    const exitCode = await runVitest(leaveOut, file);
    return countsOf(JSON.parse(readFileSync(file, "utf8")), exitCode);
  } catch (error) {
    console.log(`test: vitest gave no report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const checks = await check();
const prepared = preparePrograms(needs, programs);
const tests = await test(prepared.leaveOut);
const passed = checks.passed + tests.passed;
const failed = checks.failed + prepared.failed + tests.failed;

console.log(`checks: ${checks.passed} passed, ${checks.failed} failed`);
if (prepared.failed > 0) console.log(`programs: ${prepared.failed} missing, and CI may miss none`);
const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : "";
console.log(`tests: ${tests.passed} passed, ${tests.failed} failed${skipped}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
