import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { foreignTypeComplaints } from "./foreign-types.mjs";

function complaintsAbout(manifest, declarations) {
  const root = mkdtempSync(join(tmpdir(), "foreign-types-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const files = {
    "packages/a/package.json": JSON.stringify({ name: "a", ...manifest }),
    "node_modules/@types/ws/index.d.ts": "",
    ...declarations,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return foreignTypeComplaints(root, "packages/a");
}

const manifest = { exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } } };
const declarations = {
  "packages/a/dist/index.d.ts":
    '/** import { b } from "./yours.ts"; */ export { a } from "./inner/a.ts";',
  "packages/a/dist/inner/a.d.ts": 'import { WebSocket } from "ws";\nimport "node:net";',
  "packages/a/dist/apart.d.ts": 'import { WebSocket } from "ws";',
};

test("types of a library that come in a package of their own are found, however deep", () => {
  expect(complaintsAbout(manifest, declarations)).toEqual([
    "packages/a/dist/inner/a.d.ts needs @types/ws, which a does not bring",
  ]);
});

test("whoever brings them, and whose peer it is, may name them", () => {
  const dependencies = { "@types/ws": "8" };
  expect(complaintsAbout({ ...manifest, dependencies }, declarations)).toEqual([]);
  const peerDependencies = { ws: "8" };
  expect(complaintsAbout({ ...manifest, peerDependencies }, declarations)).toEqual([]);
});
