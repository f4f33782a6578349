import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { benches } from "./benches/index.ts";

const all = [...benches.map(({ name }) => name), "transports"];

test("all benches run nine times, unless told otherwise", () => {
  expect(readArguments([])).toEqual({
    type: "measure",
    names: all,
    runs: 9,
    size: "full",
    output: "tables",
  });
});

test("benches are named, and run in their own order", () => {
  expect(readArguments(["churn", "receive", "--runs", "11", "--json"])).toEqual({
    type: "measure",
    names: ["receive", "churn"],
    runs: 11,
    size: "full",
    output: "json",
  });
});

test("a quick look is one small run", () => {
  expect(readArguments(["--quick", "import"])).toMatchObject({ runs: 1, size: "quick" });
  expect(readArguments(["--quick", "--runs", "2"])).toMatchObject({ runs: 2, size: "quick" });
});

test("help is help", () => {
  expect(readArguments(["--help", "churn"])).toEqual({ type: "help" });
});

test.each([
  [["chrun"], /no bench chrun/],
  [["--runs", "0"], /--runs/],
  [["--runs", "many"], /--runs/],
  [["--fast"], /--fast/],
])("%j is a mistake that is told", (args, message) => {
  const asked = readArguments(args);
  expect(asked).toMatchObject({ type: "mistake", message: expect.stringMatching(message) });
});
