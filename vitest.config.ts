// How the tests of the whole workspace run, type tests (*.test-d.ts) among them.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "interop/src/**/*.test.ts",
      "bench/src/**/*.test.ts",
      "soak/src/**/*.test.ts",
      "examples/src/**/*.test.ts",
      "scripts/**/*.test.mjs",
    ],
    setupFiles: ["scripts/test/open-handles.mjs"],
    // A fork is a process of its own: a socket or a timer left open by one file is not seen by the next.
    pool: "forks",
    maxWorkers: 2,
    // Only what type tests say counts here; `npm run check` compiles all the other tests.
    typecheck: {
      enabled: true,
      include: ["packages/*/src/**/*.test-d.ts"],
      tsconfig: "tsconfig.test.json",
      ignoreSourceErrors: true,
    },
    // A bound for what hangs, never a measure of what is slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 10 } },
    // `ws` uses the native addon of another library where it finds one; it is tested as its users have it.
    env: { WS_NO_BUFFER_UTIL: "1" },
    restoreMocks: true,
    unstubEnvs: true,
  },
});
