// Which suites need a program that npm does not bring, and where each program comes from. Data only:
// looking for them and installing them is scripts/test/programs.mjs.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where npm packages are put that are programs: one folder for each. */
const CACHE = fileURLToPath(new URL("../.cache/programs", import.meta.url));

/** A program that is an npm package, found in the cache alone: which version runs is what matters. */
function fromNpm(name, executable, npm) {
  return {
    executables: [executable],
    folders: [join(CACHE, name, "node_modules", ".bin")],
    anywhere: false,
    npm,
    into: join(CACHE, name),
  };
}

const node = (version) => `node-${process.platform}-${process.arch}@${version}`;

/**
 * By name: the executables that count, folders to look in besides the PATH, and whose package it is:
 * Debian's, or npm's.
 */
export const programs = {
  chromium: { executables: ["chromium", "chromium-browser", "google-chrome"], debian: "chromium" },
  "redis-server": { executables: ["redis-server", "valkey-server"], debian: "redis-server" },
  "nats-server": { executables: ["nats-server"], debian: "nats-server" },
  tinyproxy: { executables: ["tinyproxy"], debian: "tinyproxy" },
  microsocks: { executables: ["microsocks"], debian: "microsocks" },
  postgresql: {
    executables: ["postgres"],
    folders: ["/usr/lib/postgresql/*/bin"],
    debian: "postgresql",
  },
  bun: fromNpm("bun", "bun", "bun@1.4.5"),
  deno: fromNpm("deno", "deno", "deno@2.9.6"),
  "node-22": fromNpm("node-22", "node", node("22.23.2")),
  "node-24": fromNpm("node-24", "node", node("24.21.0")),
};

/**
 * The suites that need programs, each as { tests, programs }: a glob of test files, and names from
 * above. A missing program leaves its suites out, but not in CI.
 */
export const needs = [
  { tests: "packages/client/src/chromium/**", programs: ["chromium"] },
  { tests: "packages/lab/src/chromium/**", programs: ["chromium"] },
  { tests: "packages/phoenix/src/chromium/**", programs: ["chromium"] },
  { tests: "packages/cli/src/flights-page/chromium/**", programs: ["chromium"] },
  { tests: "packages/cli/src/demo/live-pages/postgres/**", programs: ["postgresql"] },
  { tests: "packages/client/src/proxies/**", programs: ["tinyproxy", "microsocks"] },
  { tests: "packages/client/src/runtimes/**", programs: ["bun", "deno", "node-22", "node-24"] },
  { tests: "packages/phoenix/src/runtimes/**", programs: ["bun", "deno", "node-22", "node-24"] },
  { tests: "packages/server/src/redis/**", programs: ["redis-server"] },
  { tests: "packages/server/src/nats/**", programs: ["nats-server"] },
  { tests: "packages/haste/src/fixtures/postgres.test.ts", programs: ["postgresql"] },
  { tests: "packages/haste/src/postgres/**", programs: ["postgresql"] },
  { tests: "packages/haste/src/agreement/**", programs: ["postgresql"] },
  { tests: "packages/haste/src/differential/postgres/**", programs: ["postgresql"] },
  { tests: "packages/haste/src/server/postgres/**", programs: ["postgresql"] },
  { tests: "bench/src/haste/**", programs: ["postgresql"] },
  { tests: "examples/src/chat/**", programs: ["chromium"] },
  { tests: "examples/src/server/all-cores.test.ts", programs: ["redis-server"] },
  { tests: "scripts/server-guide.test.mjs", programs: ["redis-server"] },
];
