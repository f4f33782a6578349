// The kit belongs to no runner: the same suite runs under node:test and jest (vitest runs the kit's
// own tests), and a failure says the same under each. The runners are processes of their own.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../fixtures/runners/", import.meta.url));
const require = createRequire(import.meta.url);
const jest = join(dirname(require.resolve("jest/package.json")), "bin/jest.js");

/** This runner's own variables are not the other ones' business. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$)/.test(name),
    ),
  ),
  NO_COLOR: "1",
};

function run(parameters: readonly string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, parameters, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, output: stdout + stderr });
    });
  });
}

test.each([
  {
    runner: "node:test",
    parameters: ["--test", "--test-reporter=tap", "node.suite.mjs"],
    counts: /# pass 2\n# fail 1\n/,
  },
  {
    runner: "jest",
    parameters: ["--experimental-vm-modules", jest, "--config=jest.config.mjs", "--watchman=false"],
    counts: /1 failed, 2 passed, 3 total/,
  },
])("$runner: two pass, and the one that is meant to fail says why", async (one) => {
  const { code, output } = await run(one.parameters);
  expect(output).toMatch(one.counts);
  expect(output).toContain(
    'Expected the reply "ok" to the push "new_msg" with { body: "ho" }. It did not come within 50 ms.',
  );
  expect(output).toContain('reply "ok" to the push "new_msg" with { body: "hi" }');
  expect(output).toContain('at response.body expected "ho", got "hi"');
  // The line of the test that failed.
  expect(output).toMatch(/suite\.mjs:\d+:\d+/);
  expect(code).toBe(1);
});
