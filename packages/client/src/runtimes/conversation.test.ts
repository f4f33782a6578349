// `import { … } from "@slipstream/client"`, unchanged, in every runtime: each finds the build that is
// meant for it, keeps what is promised, and ends by itself.
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { commandOf, type RuntimeName } from "@slipstream/faults";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { EXPECTED } from "../fixtures/conversation-expected.ts";
import { serve } from "../fixtures/servers.ts";

const run = promisify(execFile);
const dist = fileURLToPath(new URL("../../dist", import.meta.url));
/** Inside of the workspace, so that the package is found by its name. */
const program = fileURLToPath(
  new URL(`../../../../.cache/runtimes/conversation-${process.pid}.mjs`, import.meta.url),
);

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../fixtures/runtime-conversation.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["@slipstream/*", "node:*"],
    write: false,
  });
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, outputFiles[0]?.text ?? "");
});
afterAll(() => rmSync(program));

const rows: [RuntimeName | "this Node", string][] = [
  ["this Node", "index.js"],
  ["node-22", "index.js"],
  ["node-24", "index.js"],
  ["bun", "platform/index.js"],
  ["deno", "platform/index.js"],
];

describe.each(rows)("%s takes %s, and it keeps what is promised", (name, file) => {
  // There is no close frame over long polling; that the session is over was answered.
  const polled = { code: null, reason: "", clean: true };
  test.each([
    ["own", EXPECTED],
    ["longpoll", { ...EXPECTED, ended: polled }],
    ["fallback", EXPECTED],
  ])("over %s", async (carrier, expected) => {
    const { url } = await serve();
    const [command, ...parameters] =
      name === "this Node" ? [process.execPath, program] : commandOf(name, program);
    // One that goes on when this test has given up would find its way to the servers of others.
    const over = new AbortController();
    onTestFinished(() => over.abort());
    const { stdout } = await run(command, [...parameters, url, carrier], { signal: over.signal });
    const { seen, found } = JSON.parse(stdout) as { seen: Seen; found: string };
    expect(found).toBe(pathToFileURL(join(dist, file)).href);
    expect(comparable(seen)).toEqual(comparable(JSON.parse(JSON.stringify(expected)) as Seen));
  });
});

interface Seen {
  readonly states: readonly string[];
}

/** How much of a closing handshake is seen, and so told, is the platform's. */
function comparable(seen: Seen): Seen {
  return { ...seen, states: seen.states.filter((state) => state !== "closing") };
}
