// When a checkout needs an install, on real folders with real times.
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { needsInstall, nodeIsNewEnough } from "./ready.mjs";

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipstream-ready-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockFile = () => join(folder, "package-lock.json");
const installedFile = () => join(folder, "node_modules", ".package-lock.json");

function write(path, packages, seconds) {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  writeFileSync(path, JSON.stringify({ packages }));
  utimesSync(path, seconds, seconds);
}

test("without node_modules it needs one", () => {
  writeFileSync(lockFile(), "{}");
  expect(needsInstall(folder)).toBe(true);
});

test("installed after the lock file was written, it needs none", () => {
  write(lockFile(), { "node_modules/a": { version: "2.0.0" } }, 1_000);
  write(installedFile(), { "node_modules/a": { version: "1.0.0" } }, 1_001);
  expect(needsInstall(folder)).toBe(false);
});

test.each([
  ["another version", { "node_modules/a": { version: "1.0.0" } }],
  ["a package missing", {}],
  [
    "a package too many",
    { "node_modules/a": { version: "2.0.0" }, "node_modules/b": { version: "1.0.0" } },
  ],
])("a newer lock file with %s needs one", (_what, installed) => {
  write(lockFile(), { "": {}, "node_modules/a": { version: "2.0.0" } }, 1_001);
  write(installedFile(), installed, 1_000);
  expect(needsInstall(folder)).toBe(true);
});

test("a newer lock file that says the same needs none, and is not read again", () => {
  const a = { "node_modules/a": { version: "2.0.0" } };
  write(lockFile(), { ...a, "node_modules/mac": { version: "1.0.0", optional: true } }, 1_001);
  write(installedFile(), a, 1_000);
  expect(needsInstall(folder)).toBe(false);
  expect(statSync(installedFile()).mtimeMs).toBeGreaterThan(statSync(lockFile()).mtimeMs);
});

test.each([
  ["18.20.4", false],
  ["20.18.3", false],
  ["20.19.0", true],
  ["22.0.0", true],
  ["24.1.0", true],
])("Node %s: new enough is %s", (version, enough) => {
  expect(nodeIsNewEnough(version)).toBe(enough);
});
