import { expect, test } from "vitest";
import { coloured, paintFor, plain } from "./paint.ts";

test.each([
  [{ isTTY: true }, {}, coloured],
  [{ isTTY: true }, { TERM: "dumb" }, plain],
  [{ isTTY: true }, { NO_COLOR: "1" }, plain],
  [{ isTTY: true }, { NO_COLOR: "" }, coloured],
  [{ isTTY: false }, {}, plain],
  [{}, {}, plain],
  [{ isTTY: false }, { FORCE_COLOR: "1" }, coloured],
  [{ isTTY: true }, { FORCE_COLOR: "0" }, plain],
  [{ isTTY: true }, { FORCE_COLOR: "1", NO_COLOR: "1" }, coloured],
])("a stream %o with %o", (stream, env, paint) => {
  expect(paintFor(stream, env)).toBe(paint);
});

test("colours are ANSI's, whatever this process's own stdout is", () => {
  expect(coloured("red", "x")).toBe("\u001B[31mx\u001B[39m");
  expect(plain("red", "x")).toBe("x");
});
