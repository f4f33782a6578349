// docs/promises.md and docs/security.md name tests by file and title: they exist, and every test file
// that says which promises it holds is named there.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const docs = new URL("../docs/", import.meta.url);
const text = readFileSync(new URL("promises.md", docs), "utf8");
const rows = [...text.matchAll(/^\| (P\d+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, number, promise, tests]) => ({ number, promise, tests }),
);

/** `[file](path) › "title", "title"`, as often as it stands in a cell. */
function named(cell) {
  return cell.split("<br>").flatMap((entry) => {
    const [, file, path, titles] = /^\[([^\]]+)\]\(([^)]+)\) › (".+")$/.exec(entry) ?? [];
    // Whoever reads the name must be led to the file.
    if (path === undefined || path.split("/").at(-1) !== file) return [];
    return titles
      .slice(1, -1)
      .split('", "')
      .map((title) => ({ path, title }));
  });
}

/** The titles of tests and groups in a file: the first text in the parentheses of each call. */
function titlesIn(path) {
  const source = readFileSync(new URL(path, docs), "utf8");
  const call = /\b(?:test|describe)\b[^"'`;]*?\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1\s*,/gs;
  const where = /\b(?:test|describe)Where\([^)]*\)\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1\s*,/gs;
  const each = /\]\s*(?:as [^)]*)?\)\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1\s*,/gs;
  return [...source.matchAll(call), ...source.matchAll(where), ...source.matchAll(each)].map(
    ([, , title]) => title.replaceAll(/\\(.)/g, "$1"),
  );
}

test("there is a row for each promise, in order", () => {
  expect(rows.map(({ number }) => number)).toEqual(
    Array.from({ length: 25 }, (_, index) => `P${index + 1}`),
  );
});

test.each(rows)("$number is held by tests, or not built yet", ({ promise, tests }) => {
  expect(promise.endsWith(".")).toBe(true);
  const unreadable = tests.split("<br>").filter((entry) => named(entry).length === 0);
  if (!tests.startsWith("Not yet")) expect(unreadable).toEqual([]);
});

describe("every test that is named exists", () => {
  test.each(rows.flatMap(({ tests }) => named(tests)))("$path › $title", ({ path, title }) => {
    expect(existsSync(new URL(path, docs))).toBe(true);
    expect(titlesIn(path)).toContain(title);
  });
});

describe("so does every test that docs/security.md names", () => {
  // Tables with figures name none.
  const tables = readFileSync(new URL("security.md", docs), "utf8")
    .split(/\n\n/)
    .filter((block) => /^\| (threat|claim|road)/.test(block))
    .flatMap((block) => block.trim().split("\n").slice(2))
    .map((line) => line.split(" | "));

  test.each(tables)("%s", (_, ...cells) => {
    const held = named(cells.at(-1).replace(/ \|$/, ""));
    expect(held).not.toEqual([]);
    for (const { path, title } of held) {
      expect(existsSync(new URL(path, docs))).toBe(true);
      expect(titlesIn(path)).toContain(title);
    }
  });
});

test("a test file whose first line names promises is named in their rows", () => {
  const root = new URL("../packages/", import.meta.url);
  const files = readdirSync(root, { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /^[^/]+\/src\/.*\.test\.ts$/.test(path));
  const missing = files.flatMap((file) => {
    const [, numbers] =
      /^\/\/ (P\d+(?:, P\d+)*):/.exec(readFileSync(new URL(file, root), "utf8")) ?? [];
    return (numbers?.split(", ") ?? [])
      .filter((number) => {
        const row = rows.find((candidate) => candidate.number === number);
        return !row?.tests.includes(`(../packages/${file})`);
      })
      .map((number) => `${file} says that it holds ${number}`);
  });
  expect(missing).toEqual([]);
});
