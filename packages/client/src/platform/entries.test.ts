// The two faces of @slipstream/client: Node's, and that of all other runtimes.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import * as node from "../index.ts";
import * as platform from "./index.ts";

const ENTRIES = /client\/dist\/(platform\/)?(index|production)\.js$/;

test("have the same names", () => {
  expect(Object.keys(platform).toSorted()).toEqual(Object.keys(node).toSorted());
});

test("dialWs dials with what there is; its options are Node's", () => {
  expect(platform.dialWs()).toBeTypeOf("function");
  expect(() => platform.dialWs({ compress: true })).toThrow(platform.UnsupportedError);
});

test.each(["headers", "agent", "tls", "socketPath", "compress"])(
  "where %s cannot be had, the option is refused",
  (option) => {
    const { release } = process;
    Object.defineProperty(process, "release", { value: {}, configurable: true });
    try {
      const options = { [option]: option === "headers" ? { a: "s3cr3t" } : {} };
      for (const Class of [platform.Socket, platform.SocketPool]) {
        expect(() => new Class("ws://h/s", options)).toThrow(
          expect.objectContaining({ code: "invalid_option", option }),
        );
      }
    } finally {
      Object.defineProperty(process, "release", { value: release });
    }
  },
);

describe("bundlers find the one that is meant", () => {
  test.each([
    [["browser"], "platform/production.js"],
    [["browser", "development"], "platform/index.js"],
    [["workerd", "worker", "browser"], "platform/index.js"],
    [["bun", "node"], "platform/index.js"],
    [["deno", "node"], "platform/index.js"],
    [["node"], "index.js"],
    [["react-native"], "platform/index.js"],
    [["edge-light"], "platform/index.js"],
  ])("under %j", async (conditions, file) => {
    const { metafile } = await build({
      absWorkingDir: fileURLToPath(new URL("../../../..", import.meta.url)),
      stdin: { contents: 'export { connect } from "@slipstream/client"', resolveDir: "." },
      bundle: true,
      platform: "neutral",
      conditions,
      external: ["ws", "node:*"],
      mainFields: ["main"],
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const used = Object.keys(metafile.inputs).filter((input) => ENTRIES.test(input));
    expect(used).toEqual([`packages/client/dist/${file}`]);
  });
});
