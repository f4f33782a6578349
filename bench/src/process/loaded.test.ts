// A process that measures has loaded its own side, and nothing of the others: an import would be for
// nothing, and what others allocate would be in its memory.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { clientSides } from "../sides/load-side.ts";
import { loadedFiles } from "./loaded.ts";

/** Runs a module beside those that the build has made, in a process of its own. */
async function run(module: string): Promise<string> {
  const cwd = fileURLToPath(new URL("../../dist/process", import.meta.url));
  const args = ["--input-type=module", "--eval", module];
  return (await promisify(execFile)(process.execPath, args, { cwd })).stdout;
}

async function packagesAfter(module: string): Promise<readonly string[]> {
  const files = JSON.parse(
    await run(`
      import { loadedFiles } from "./loaded.js";
      ${module}
      console.log(JSON.stringify(loadedFiles()));
    `),
  ) as string[];
  const names = files.map(
    (file) => /(?:node_modules|packages)\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1],
  );
  return [...new Set(names.map((name) => name ?? ""))].toSorted();
}

const own: Readonly<Record<string, readonly string[]>> = {
  bare: ["ws"],
  slipstream: ["client", "core", "ws"],
  phoenix: ["phoenix", "ws"],
};

test("ES modules and CommonJS alike are known once they are loaded, and not before", async () => {
  const names = [
    import.meta.resolve("phoenix"),
    new URL("lib/sender.js", import.meta.resolve("ws")).href,
  ];
  expect(names.filter((name) => loadedFiles().includes(name))).toEqual([]);
  await Promise.all([import("phoenix"), import("ws")]);
  expect(names.filter((name) => loadedFiles().includes(name))).toEqual(names);
});

test.each(clientSides)("the process of %s has loaded what it needs alone", async (side) => {
  const load = `
    import { loadBench } from "../benches/index.js";
    import { loadSide } from "../sides/load-side.js";
    await loadBench("idle-memory");
    await loadSide(${JSON.stringify(side)});
  `;
  // What `ws` tries to load, and has or has not.
  const native = new Set(["bufferutil", "node-gyp-build", "utf-8-validate"]);
  const packages = await packagesAfter(load);
  expect(packages.filter((name) => !native.has(name))).toEqual(own[side]);
});

test("the benches of clients and of servers load nothing but Node before they measure", async () => {
  const names = [
    "receive",
    "push-reply",
    "presence",
    "churn",
    "idle-memory",
    "import",
    "telemetry",
  ];
  names.push("fan-out", "server-memory", "connects", "server-scale");
  const load = `
    import { loadBench } from "../benches/index.js";
    for (const name of ${JSON.stringify(names)}) await loadBench(name);
  `;
  expect(await packagesAfter(load)).toEqual([]);
});

// What each costs: docs/decisions/0010-bundled-client.md.
test("importing the client loads three files, and nothing of Node's that ws has not loaded", async () => {
  const loaded = await run(`
    import "ws";
    import { loadedFiles } from "./loaded.js";
    const all = () => [...loadedFiles(), ...process.moduleLoadList];
    const before = new Set(all());
    await import("@slipstream/client");
    for (const name of all()) if (!before.has(name)) console.log(name);
  `);
  expect(loaded.trim().split("\n").toSorted()).toEqual([
    expect.stringMatching(/\/client\/dist\/chunks\/[^/]+\.js$/),
    expect.stringMatching(/\/client\/dist\/index\.js$/),
    expect.stringMatching(/\/core\/dist\/index\.js$/),
  ]);
});

test("a trial of import says so where something was loaded before", async () => {
  const measure = `
    import { loadBench } from "../benches/index.js";
    import "ws";
    const { trials } = await loadBench("import");
    await trials("quick")[0].measure("bare", "").catch(({ message }) => console.log(message));
  `;
  expect(await run(measure)).toMatch(/^This process has loaded \d+ files .+:\n {2}file:.+\/ws\//);
});
