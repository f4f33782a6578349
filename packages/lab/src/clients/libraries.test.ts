// Libraries that are here, and what is said of one that is not.
import { expect, test } from "vitest";
import { CLIENTS, flagsOf, isClientName } from "./index.ts";
import { LIBRARIES, load, loadLibrary } from "./libraries.ts";

const hasGlobal = "WebSocket" in globalThis;

test.each(LIBRARIES.filter((library) => library !== "node" || hasGlobal))(
  "%s is a constructor with the states that browsers have",
  async (library) => {
    const WebSocket = await loadLibrary(library);
    expect(typeof WebSocket).toBe("function");
  },
);

test("what is not installed is said, with what to do", async () => {
  await expect(load("@slipstream/no-such-package")).rejects.toMatchObject({
    code: "missing_library",
    message:
      "The package @slipstream/no-such-package is not installed. Install it beside this one: npm install @slipstream/no-such-package.",
  });
});

test("Node's own WebSocket is behind a flag where it has none without", async () => {
  expect(flagsOf("phoenix-node")).toEqual(
    hasGlobal ? [] : ["--experimental-websocket", "--no-warnings"],
  );
  for (const name of ["slipstream", "imitation-read", "phoenix", "phoenix-undici"] as const) {
    expect(flagsOf(name)).toEqual([]);
  }
  if (!hasGlobal) await expect(loadLibrary("node")).rejects.toThrow("Node 22 has one");
});

test("clients are known by their names, and each says what it is", () => {
  for (const library of LIBRARIES) expect(isClientName(`phoenix-${library}`)).toBe(true);
  expect(isClientName("constructor")).toBe(false);
  expect([...CLIENTS.values()].every((what) => what !== "")).toBe(true);
});
