// The kit belongs to no runner: the same suite runs under vitest, node:test and jest, and a failure
// says the same under each. The runners are processes of their own.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../fixtures/runners/", import.meta.url));
const require = createRequire(import.meta.url);

/** A program of a package that is installed, by its path inside it. */
const program = (name: string, path: string): string =>
  join(dirname(require.resolve(`${name}/package.json`)), path);

/** This runner's own variables are not the other ones' business. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$)/.test(name),
    ),
  ),
  NO_COLOR: "1",
  SLIPSTREAM_SHOW_FAILURE: "1",
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
    counts: /# pass 3\n# fail 1\n/,
  },
  {
    runner: "vitest",
    parameters: [program("vitest", "vitest.mjs"), "run", "--root", "."],
    counts: /1 failed \| 3 passed \(4\)/,
  },
  {
    runner: "jest",
    parameters: [
      "--experimental-vm-modules",
      program("jest", "bin/jest.js"),
      "--config=jest.config.mjs",
      "--watchman=false",
    ],
    counts: /1 failed, 3 passed, 4 total/,
  },
])("$runner: three pass, and the one that is meant to fail says why", async (one) => {
  const { code, output } = await run(one.parameters);
  expect(output).toMatch(one.counts);
  expect(output).toContain('Expected a join of "room:a" with { user: 2 }.');
  expect(output).toContain('1. join "room:a" with { user: 1 }');
  expect(output).toContain("at params.user expected 2, got 1");
  // The line of the test that failed.
  expect(output).toMatch(/suite\.mjs:\d+:\d+/);
  expect(code).toBe(1);
});

test("it needs no runner, no library and nothing of Node's: it runs in a browser as it is", async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("../../dist/testing/index.js", import.meta.url))],
    bundle: true,
    platform: "browser",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const foreign = Object.keys(metafile.inputs).filter(
    (path) => !/(client|core)\/dist\/[^:]*$/.test(path),
  );
  expect(foreign).toEqual([]);
  expect(Object.keys(metafile.inputs).length).toBeGreaterThan(2);
});
