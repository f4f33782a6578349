// Steps that hold, fail, throw and cannot be started, and what is printed of them.
import { expect, test } from "vitest";
import { runSteps } from "./run.mjs";

const node = (code) => [process.execPath, "-e", code];

async function outcomeOf(...steps) {
  const lines = [];
  const count = await runSteps(steps, { print: (line) => lines.push(line) });
  return { ...count, text: lines.join("\n") };
}

test("what holds is one line, without its output", async () => {
  const { passed, failed, text } = await outcomeOf(
    { name: "program", command: node("console.log('chatter')") },
    { name: "function", complaints: () => [] },
  );
  expect({ passed, failed }).toEqual({ passed: 2, failed: 0 });
  expect(text).toMatch(/^ {2}ok\s+\w+\s+[\d.]+ s\n {2}ok\s+\w+\s+[\d.]+ s$/);
});

test.each([
  ["a program that ends with 3", { command: node("console.log('told'); process.exit(3)") }],
  [
    "a program that says why on stderr",
    { command: node("console.error('told'); process.exit(1)") },
  ],
  ["a program killed by a signal", { command: node("console.log('told'); process.abort()") }],
  ["complaints", { complaints: () => ["told"] }],
  ["a check that throws", { complaints: () => Promise.reject(new Error("told")) }],
  ["a program that is not there", { command: ["told-program-that-is-not-there"] }],
])("%s: it fails and is printed in full", async (_what, step) => {
  const { passed, failed, text } = await outcomeOf({ name: "bad", ...step });
  expect({ passed, failed }).toEqual({ passed: 0, failed: 1 });
  expect(text).toContain("FAIL  bad");
  expect(text).toContain("told");
});

test("a note stands at the end of the line of a step that holds", async () => {
  const step = { name: "a", command: node("console.log('2 warnings')"), note: (out) => out.trim() };
  expect((await outcomeOf(step)).text).toMatch(/s {2}2 warnings$/);
});
