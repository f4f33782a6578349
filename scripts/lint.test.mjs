// A lint rule that cannot fire is worthless: each row is code that breaks one rule of .oxlintrc.json,
// put into a copy of the house's layout, and must be reported by that rule and by no other. A row
// without a rule is code that must pass.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repositoryFiles } from "./check/files.mjs";
import { bin, root, run } from "./check/run.mjs";

const imports = (name) => `import { a } from "${name}";\nexport const b: unknown = a;\n`;
const floating = "export function f(): void {\n  Promise.resolve();\n}\n";
const forgetful =
  'export function f(x: "a" | "b"): number {\n  switch (x) {\n    case "a":\n      return 1;\n  }\n  return 2;\n}\n';

const misused =
  "export async function f(): Promise<number> {\n  return (await f()) + (f() ? 1 : 2);\n}\n";
const rejected =
  'export const f = (): Promise<never> =>\n  new Promise((_, reject) => {\n    reject("a");\n  });\n';

const importRows = {
  core: {
    bad: ["ws", "@slipstream/client", "@slipstream/faults", "node:events"],
    good: ["./a.ts"],
  },
  client: {
    bad: ["@slipstream/server", "@slipstream/faults", "slipstream", "@opentelemetry/api"],
    good: ["@slipstream/core", "ws", "node:fs/promises", "../a.ts"],
  },
  server: { bad: ["@slipstream/client", "@slipstream/faults"], good: ["@slipstream/core", "ws"] },
  "server/src/redis": { bad: ["ws", "lodash"], good: ["ioredis", "../cluster/adapter.ts"] },
  "server/src/tokens": { bad: ["ws", "lodash"], good: ["jose"] },
  "server/src/opentelemetry": { bad: ["ws", "lodash"], good: ["@opentelemetry/api"] },
  "server/src/nats": { bad: ["ws", "lodash"], good: ["@nats-io/transport-node"] },
  faults: { bad: ["@slipstream/core", "@slipstream/server", "ws"], good: ["node:net"] },
  "client/src/engine": {
    bad: ["lodash", "@slipstream/server"],
    good: ["@slipstream/client", "@slipstream/core", "ws"],
  },
  phoenix: { bad: ["@slipstream/server"], good: ["@slipstream/core", "@slipstream/client"] },
  haste: {
    bad: ["@slipstream/phoenix", "slipstream", "pg", "@electric-sql/pglite"],
    good: ["@slipstream/server", "@slipstream/client"],
  },
  "haste/src/postgres": { bad: ["@electric-sql/pglite", "ws"], good: ["pg", "../row.ts"] },
  "haste/src/react": { bad: ["react-dom", "ws"], good: ["react", "../client/live-page.ts"] },
  "haste/src/pglite": { bad: ["pg", "@electric-sql/other"], good: ["@electric-sql/pglite"] },
  cli: { bad: ["slipstream", "../../core/src/a.ts"], good: ["@slipstream/haste", "hyparquet"] },
  interop: { bad: ["slipstream", "slipstream/demo"], good: ["@slipstream/client"] },
  bench: { bad: ["slipstream", "../../packages/client/src/a.ts"], good: ["phoenix"] },
  soak: { bad: ["slipstream", "../../packages/client/src/a.ts"], good: ["@slipstream/faults"] },
  examples: { bad: ["@slipstream/core", "slipstream"], good: ["@slipstream/client", "./a.ts"] },
  "examples/src/server": { bad: ["@slipstream/core"], good: ["@slipstream/server", "express"] },
  newcomer: { bad: ["@slipstream/core"], good: ["node:net"] },
};
const layers = Object.entries(importRows).flatMap(([name, { bad, good }]) => [
  ...bad.map((from) => [
    `${name} may not import ${from}`,
    name,
    imports(from),
    "no-restricted-imports",
  ]),
  ...good.map((from) => [`${name} may import ${from}`, name, imports(from)]),
]);

const roundabout = [
  ["a folder of another package", imports("../../server/src/a.ts"), "no-restricted-imports"],
  ["what another package built", imports("../../server/dist/a.js"), "no-restricted-imports"],
  ["import()", 'export const a: unknown = import("@slipstream/server");', "no-restricted-imports"],
  ["export from", 'export { a } from "@slipstream/server";', "no-restricted-imports"],
  ["export *", 'export * from "@slipstream/server";', "no-restricted-imports"],
  ["import type", 'export type A = import("@slipstream/server").A;', "consistent-type-imports"],
].map(([what, code, rule]) => [what, "client", code, rule]);

const impure = [
  ...["Date", "performance", "console", "process", "crypto", "WebSocket", "fetch", "Buffer"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "clearTimeout"],
];
const purity = [
  ...impure.map((name) => [name, `export const a: unknown = ${name};`, "no-restricted-globals"]),
  ["globalThis.Date", "export const a: unknown = globalThis.Date;", "no-restricted-globals"],
  ["new Date()", "export const a: unknown = new Date();", "no-restricted-globals"],
  ["Math.random", "export const a: number = Math.random();", "no-restricted-properties"],
  ["{ random } = Math", "export const { random } = Math;", "no-restricted-properties"],
].map(([what, code, rule]) => [what, "core", code, rule]);

const time = [
  ...["performance", "setTimeout", "setInterval", "setImmediate", "clearTimeout"],
  ...["globalThis.performance"],
].map((name) => [name, "client", `export const a: unknown = ${name};`, "no-restricted-globals"]);

const manners = [
  ["any", "export const a: any = 1;", "no-explicit-any"],
  ["a floating promise", floating, "no-floating-promises"],
  ["a switch that forgets a case", forgetful, "switch-exhaustiveness-check"],
  ["console", "console.log(1);", "no-console"],
  ["==", "export const f = (a: number, b: number): boolean => a == b;", "eqeqeq"],
  ["!", "export const f = (a: string | null): string => a!;", "no-non-null-assertion"],
  ["var", "export var a = 1;", "no-var"],
  ["let that never changes", "let a = 1;\nexport const b: number = a;", "prefer-const"],
  ["__proto__", "export const f = (a: object): unknown => a.__proto__;", "no-proto"],
  ["a promise for a condition", misused, "no-misused-promises"],
  ["a thrown string", 'export const f = (): never => {\n  throw "a";\n};', "only-throw-error"],
  ["a rejected string", rejected, "prefer-promise-reject-errors"],
  ["an error without a sentence", "export const a: Error = new Error();", "error-message"],
  ["a default export", "export default 1;", "no-default-export"],
  ["301 lines", `export const a = 1;\n${"// a line\n".repeat(300)}`, "max-lines"],
  ["a cycle", 'import { a } from "./cycle.ts";\nexport const b: unknown = a;', "no-cycle"],
].map(([what, code, rule]) => [what, "client", code, rule]);
manners.push(["Node without node:", "cli", imports("net"), "prefer-node-protocol"]);

const inTests = [
  ["it.only", 'import { it } from "vitest";\nit.only("a", String);', "no-focused-tests"],
  ["it.skip", 'import { it } from "vitest";\nit.skip("a", String);', "no-disabled-tests"],
  ["the command", imports("slipstream"), "no-restricted-imports"],
  ["a folder of another package", imports("../../server/src/a.ts"), "no-restricted-imports"],
  ["a floating promise", floating, "no-floating-promises"],
  ...["waitFor", "waitUntil"].map((name) => [
    `vi.${name}`,
    `import { vi } from "vitest";\nexport const a: unknown = vi.${name}(String);`,
    "no-restricted-properties",
  ]),
  ["a package above (allowed)", imports("@slipstream/server")],
  ["an index known to be there (allowed)", "export const f = (a: string[]): string => a[0]!;"],
].map(([what, code, rule]) => [what, "client", code, rule]);

const groups = { layers, roundabout, purity, time, manners, inTests };
const outside = new Set(["interop", "bench", "soak", "examples"]);
const folderOf = (name) => (outside.has(name.split("/")[0]) ? name : `packages/${name}`);
const sourcesOf = (name) => (name.includes("/") ? folderOf(name) : `${folderOf(name)}/src`);
const pathOf = (group, index, name) =>
  `${sourcesOf(name)}/rows/${group}${index}.${group === "inTests" ? "test.ts" : "ts"}`;

let folder;
let reported;

function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipstream-lint-"));
  const settings = /(^|\/)(\.oxlintrc|tsconfig[^/]*)\.json$/;
  for (const { path } of repositoryFiles().filter((file) => settings.test(file.path))) {
    cpSync(join(root, path), join(folder, path));
  }
  for (const [group, rows] of Object.entries(groups)) {
    for (const [index, [, name, code]] of rows.entries()) write(pathOf(group, index, name), code);
  }
  write(
    "packages/client/src/rows/cycle.ts",
    `export * as a from "./manners${manners.findIndex(([what]) => what === "a cycle")}.ts";\n`,
  );
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  const env = { ...process.env, OXLINT_TSGOLINT_PATH: bin("tsgolint", "oxlint-tsgolint").at(-1) };
  const folders = ["packages", ...outside];
  const { stdout } = await run([...bin("oxlint"), "--format=json", ...folders], {
    cwd: folder,
    env,
  });
  reported = JSON.parse(stdout).diagnostics;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(groups))("%s", (group, rows) => {
  test.each(rows.map(([what, name, , rule = "passes"], index) => ({ what, name, rule, index })))(
    "$what, in $name: $rule",
    ({ name, rule, index }) => {
      const found = reported.filter(({ filename }) => filename === pathOf(group, index, name));
      const rules = new Set(found.map(({ code }) => /\(([^)]*)\)/.exec(code)[1]));
      expect([...rules]).toEqual(rule === "passes" ? [] : [rule]);
    },
  );
});
