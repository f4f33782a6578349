// The block is drawn into a terminal of the test's own: a list of what was written.
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { LiveBlock } from "./live.ts";

function terminal(size: { columns?: number; rows?: number }): {
  columns?: number;
  rows?: number;
  written: string[];
  write(text: string): boolean;
} {
  const written: string[] = [];
  return { ...size, written, write: (text) => written.push(text) > 0 };
}

const seen = (text: string | undefined): string[] =>
  stripVTControlCharacters(text ?? "")
    .replace("\r", "")
    .split("\n")
    .slice(0, -1);

test("a frame is drawn over the one before it, and the cursor comes back", () => {
  const screen = terminal({ columns: 20, rows: 10 });
  let count = 0;
  const listeners = process.listenerCount("exit");
  const block = new LiveBlock(screen, () => [
    `frame ${(count += 1)}`,
    "a line that is too long for it",
  ]);
  block.end();
  const [hide, first, last, show] = screen.written;
  expect(hide).toBe("\u001B[?25l");
  expect(seen(first)).toEqual(["frame 1", "a line that is too…"]);
  expect(last).toContain("\u001B[2A");
  expect(seen(last)).toEqual(["frame 2", "a line that is too…"]);
  expect(show).toBe("\u001B[?25h");
  expect(process.listenerCount("exit")).toBe(listeners);
});

test("while it lives it is no higher than the terminal; at the end all of it is shown", () => {
  const screen = terminal({ columns: 20, rows: 3 });
  const block = new LiveBlock(screen, () => ["1", "2", "3", "4"]);
  block.end();
  expect(seen(screen.written[1])).toEqual(["3", "4"]);
  expect(seen(screen.written[2])).toEqual(["1", "2", "3", "4"]);
});

test("a terminal that does not know its size is taken for one of 80 columns", () => {
  const screen = terminal({ columns: 0, rows: 0 });
  const block = new LiveBlock(screen, (width) => [`${width}`]);
  block.end();
  expect(seen(screen.written[1])).toEqual(["79"]);
});

test("the cursor comes back when the process ends before the block does", () => {
  const screen = terminal({});
  const before = new Set(process.listeners("exit"));
  const block = new LiveBlock(screen, () => []);
  const restore = process.listeners("exit").find((listener) => !before.has(listener));
  restore?.(0);
  expect(screen.written.at(-1)).toBe("\u001B[?25h");
  block.end();
});
