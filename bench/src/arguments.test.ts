import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { benchNames, loadBench } from "./benches/index.ts";

const all = [...benchNames, "transports"];

test("all benches run nine times, unless told otherwise", () => {
  expect(readArguments([])).toEqual({
    type: "measure",
    names: all,
    runs: 9,
    only: "",
    size: "full",
    output: "tables",
  });
});

test.each(benchNames)("%s is the name of the bench that it loads", async (name) => {
  expect(await loadBench(name)).toMatchObject({ name });
});

test("benches are named, and run in their own order", () => {
  expect(readArguments(["churn", "receive", "--runs", "11", "--json"])).toEqual({
    type: "measure",
    names: ["receive", "churn"],
    runs: 11,
    only: "",
    size: "full",
    output: "json",
  });
});

test("a quick look is one small run", () => {
  expect(readArguments(["--quick", "import"])).toMatchObject({ runs: 1, size: "quick" });
  expect(readArguments(["--quick", "--runs", "2"])).toMatchObject({ runs: 2, size: "quick" });
});

test("some trials of a bench are named by what their names have in them", () => {
  const asked = readArguments(["receive", "--only", "100 KB"]);
  expect(asked).toMatchObject({ names: ["receive"], only: "100 KB" });
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
