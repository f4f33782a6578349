import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";

test.each([
  [[], { type: "soak", seconds: 60, seed: 7, clients: 16 }],
  [
    ["--seconds", "5", "--seed", "3", "--clients", "2"],
    { type: "soak", seconds: 5, seed: 3, clients: 2 },
  ],
  [["--hours", "0.5"], { type: "soak", seconds: 1_800, seed: 7, clients: 16 }],
  [["--help"], { type: "help" }],
  [["--seconds", "0"], { type: "mistake" }],
  [["--seconds", "x"], { type: "mistake" }],
  [["--seconds", "1", "--hours", "1"], { type: "mistake" }],
  [["--seed", "1.5"], { type: "mistake" }],
  [["--clients", "0"], { type: "mistake" }],
  [["--minutes", "1"], { type: "mistake" }],
])("%j", (args, expected) => {
  expect(readArguments(args, 7)).toMatchObject(expected);
});
