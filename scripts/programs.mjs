// Which suites need a program that npm does not bring, and where each program comes from. Data only:
// looking for them and installing them is scripts/test/programs.mjs.

/** By name: the executables that count, folders to look in besides the PATH, Debian's package. */
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
};

/**
 * The suites that need programs, each as { tests, programs }: a glob of test files, and names from
 * above. A missing program leaves its suites out, but not in CI.
 */
export const needs = [
  { tests: "packages/client/src/chromium/**", programs: ["chromium"] },
  { tests: "packages/lab/src/chromium/**", programs: ["chromium"] },
  { tests: "packages/client/src/proxies/**", programs: ["tinyproxy", "microsocks"] },
  { tests: "packages/server/src/redis/**", programs: ["redis-server"] },
  { tests: "packages/server/src/nats/**", programs: ["nats-server"] },
  { tests: "packages/haste/src/fixtures/postgres.test.ts", programs: ["postgresql"] },
  { tests: "packages/haste/src/postgres/**", programs: ["postgresql"] },
  { tests: "packages/haste/src/agreement/**", programs: ["postgresql"] },
  { tests: "packages/haste/src/differential/postgres/**", programs: ["postgresql"] },
  { tests: "packages/haste/src/server/postgres/**", programs: ["postgresql"] },
  { tests: "examples/src/server/all-cores.test.ts", programs: ["redis-server"] },
  { tests: "scripts/server-guide.test.mjs", programs: ["redis-server"] },
];
