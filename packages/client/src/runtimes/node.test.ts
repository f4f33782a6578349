// Other Nodes than the one that runs the tests: there the suites of the transports run as they are,
// over `ws` and over Node's own WebSocket, under the same runner.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { commandOf } from "@slipstream/faults";
import { expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const vitest = join(
  dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
  "vitest.mjs",
);
const SUITES = ["packages/client/src/node/", "packages/client/src/platform/"];

/** Of what runs there, what has to do with the Node, TLS too; not the classes of libraries. */
const NAMES = "the transport (ws|over Node's own class) ";

/** A bound for what hangs: these are some four hundred tests, most of which wait. */
const TIMEOUT = 1_800_000;

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

// Side by side: most of the time each waits.
test.concurrent.each(["node-22", "node-24"] as const)(
  "%s",
  async (name) => {
    const [node, ...script] = commandOf(name, vitest);
    const parameters = ["run", "--reporter=json", "--maxWorkers=1", "--typecheck=false"];
    // It ends with 1 where a test fails, which its report has, too.
    const { stdout } = await run(node, [...script, ...parameters, "-t", NAMES, ...SUITES], {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: unknown) => error as { stdout: string });
    const { testResults } = JSON.parse(stdout) as Report;
    const tests = testResults
      .flatMap((file) => file.assertionResults)
      .filter(({ fullName }) => new RegExp(NAMES).test(fullName));
    expect(testResults.map((file) => file.message).filter((message) => message !== "")).toEqual([]);
    expect(tests.filter(({ status }) => status !== "passed")).toEqual([]);
    for (const suite of ["ws", "over Node's own class"]) {
      expect(tests.some(({ fullName }) => fullName.includes(`the transport ${suite} `))).toBe(true);
    }
  },
  TIMEOUT,
);
