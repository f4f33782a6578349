// docs/parity.md is whole, and what it names is there.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Slipstream } from "@slipstream/client";
import { TestServer } from "@slipstream/client/testing";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const text = await readFile(join(root, "docs/parity.md"), "utf8");

/** The cells of each row of each table, its head and the line under it left out. */
const rows = text
  .split("\n")
  .filter((line, index, lines) => line.startsWith("| ") && !lines[index + 1]?.startsWith("| ---"))
  .filter((line) => !line.startsWith("| ---"))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );

test("no cell is blank", () => {
  expect(rows.length).toBeGreaterThan(60);
  for (const row of rows) expect(row.every((cell) => cell !== "")).toBe(true);
});

test("every method that it names is one", () => {
  class Client extends Slipstream {}
  const named = (pattern) => new Set([...text.matchAll(pattern)].map(([, name]) => name));
  const ours = named(/`(?:await |void )?this\.(\w+)\(/g);
  const callbacks = named(/`((?:init|handle[A-Z]\w+|terminate))\(/g);
  const kit = named(/`(?:await )?server\.(\w+)\(/g);
  expect(callbacks.size).toBe(13);
  expect(ours.size).toBeGreaterThan(20);
  for (const name of [...ours, ...callbacks]) {
    expect([name, typeof Client.prototype[name]]).toEqual([name, "function"]);
  }
  for (const name of kit) {
    expect([name, typeof TestServer.prototype[name]]).toEqual([name, "function"]);
  }
});
