// npm phoenix and ours hold the same conversation in every runtime, each found by its name.
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { commandOf, type RuntimeName } from "@slipstream/faults";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { serve } from "../fixtures/server.ts";

const run = promisify(execFile);
/** Inside of the package, so that what it imports is found by its name. */
const program = fileURLToPath(
  new URL(`../../dist/.runtimes/conversation-${process.pid}.mjs`, import.meta.url),
);

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../fixtures/runtime-conversation.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    target: "es2022",
    packages: "external",
    write: false,
  });
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, outputFiles[0]?.text ?? "");
});
afterAll(() => rmSync(program));

const runtimes: (RuntimeName | "this Node")[] = ["this Node", "node-22", "node-24", "bun", "deno"];

test.each(runtimes)("%s", async (name) => {
  const { url } = await serve();
  const [command, ...parameters] =
    name === "this Node" ? [process.execPath, program] : commandOf(name, program);
  // One that goes on when this test has given up would find its way to the servers of others.
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const { stdout } = await run(command, [...parameters, url], { signal: over.signal });
  const [ours, ourPolling, theirs, theirPolling] = JSON.parse(stdout) as string[][];
  expect(ours).toEqual(theirs);
  expect(ourPolling).toEqual(theirPolling);
  expect(ours).toContain("echoed last: bytes 1 2 3");
});
