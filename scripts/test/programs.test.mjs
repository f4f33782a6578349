// Programs are looked for on a real PATH of real files; only the machine's powers (may it install,
// is it CI) and the program, which nobody has, are made up.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as registry from "../programs.mjs";
import { findProgram, preparePrograms, thisMachine } from "./programs.mjs";

const programs = {
  gizmo: { executables: ["gizmo-server", "gizmod"], debian: "gizmo" },
  sprocket: { executables: ["sprocket"], debian: "sprocket-bin" },
};
const needs = [
  { tests: "packages/server/src/gizmo/**", programs: ["gizmo"] },
  { tests: "packages/server/src/both/**", programs: ["gizmo", "sprocket"] },
];

let folder;
let lines;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipstream-programs-"));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, 0o755);
  return file;
}

const machine = (powers = {}) => ({
  path: [folder],
  ci: false,
  mayInstall: false,
  install: () => expect.unreachable("nothing may be installed here"),
  print: (line) => lines.push(line),
  ...powers,
});

test("a program that is there is used and nothing is said", () => {
  put("gizmod");
  put("sprocket");
  expect(preparePrograms(needs, programs, machine())).toEqual({ leaveOut: [], failed: 0 });
  expect(lines).toEqual([]);
});

test("a missing program is named with its package, and each suite that needs it is left out", () => {
  put("gizmo-server");
  const prepared = preparePrograms(needs, programs, machine());
  expect(prepared).toEqual({ leaveOut: ["packages/server/src/both/**"], failed: 0 });
  expect(lines).toEqual([
    "programs: sprocket is missing. On Debian or Ubuntu: apt-get install sprocket-bin",
    "programs: LEFT OUT packages/server/src/both/**, for want of sprocket",
  ]);
});

test("in CI each missing program is a failure", () => {
  const { failed } = preparePrograms(needs, programs, machine({ ci: true }));
  expect(failed).toBe(2);
});

test("where it may install, it installs only what is missing, by Debian's names", () => {
  put("gizmod");
  const asked = [];
  const install = (names) => {
    asked.push(...names);
    put("sprocket");
  };
  const prepared = preparePrograms(
    needs,
    programs,
    machine({ mayInstall: true, install, ci: true }),
  );
  expect(asked).toEqual(["sprocket-bin"]);
  expect(prepared).toEqual({ leaveOut: [], failed: 0 });
});

test("what npm has is put into a folder of its own, and looked for there alone", () => {
  const into = join(folder, "cache/widget");
  const widget = {
    executables: ["widget"],
    folders: [join(into, "node_modules/.bin")],
    anywhere: false,
    npm: "widget@1.2.3",
    into,
  };
  const suite = [{ tests: "x", programs: ["widget"] }];
  const asked = [];
  put("widget");
  const installNpm = (...given) => {
    asked.push(given);
    put("cache/widget/node_modules/.bin/widget");
  };
  expect(preparePrograms(suite, { widget }, machine({ installNpm, ci: true }))).toEqual({
    leaveOut: [],
    failed: 0,
  });
  expect(asked).toEqual([["widget@1.2.3", into]]);
  rmSync(into, { recursive: true });
  const failing = machine({ installNpm: () => undefined });
  expect(preparePrograms(suite, { widget }, failing).leaveOut).toEqual(["x"]);
  expect(lines.at(-2)).toBe(`programs: widget is missing. In ${into}: npm install widget@1.2.3`);
});

test("an installation that does not bring the program is a missing program", () => {
  put("gizmod");
  const powers = { mayInstall: true, install: () => undefined };
  expect(preparePrograms(needs, programs, machine(powers)).leaveOut).toHaveLength(1);
});

test("a file that cannot be executed is no program", () => {
  chmodSync(put("sprocket"), 0o644);
  expect(findProgram(programs.sprocket, machine())).toBeUndefined();
});

test("folders with a version in them are looked through, the newest first", () => {
  put("lib/9/bin/pump");
  put("lib/15/bin/pump");
  const newest = put("lib/17/bin/pump");
  const pump = { executables: ["pump"], folders: [join(folder, "lib/*/bin")], debian: "pump" };
  expect(findProgram(pump, machine())).toBe(newest);
});

test("a need of a program that is not registered is a mistake", () => {
  const typo = [{ tests: "x", programs: ["gismo"] }];
  expect(() => preparePrograms(typo, programs, machine())).toThrow("no program is called gismo");
});

test("the house's own needs name registered programs, and this machine can be asked", () => {
  const nothing = () => undefined;
  const quiet = { ...thisMachine(), mayInstall: false, installNpm: nothing, print: nothing };
  expect(() => preparePrograms(registry.needs, registry.programs, quiet)).not.toThrow();
  expect(findProgram({ executables: ["git"], debian: "git" }, quiet)).toMatch(/git/);
});
