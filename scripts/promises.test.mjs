// docs/promises.md names the tests that hold each promise: every one of them exists.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const table = await readFile(join(root, "docs/promises.md"), "utf8");

/** Each `file` › title of the table. A title ends where the next file or the cell's end begins. */
const named = [...table.matchAll(/`([^`]+\.ts)` › (.+?)(?=; `| \|)/g)].map(([, file, title]) => ({
  path: file.startsWith("packages/") ? file : `packages/client/src/${file}`,
  title,
}));

test("every promise is in the table", () => {
  for (let number = 1; number <= 19; number++) expect(table).toContain(`| P${number} |`);
  expect(named.length).toBeGreaterThan(19);
});

test.each(named)("$path › $title", async ({ path, title }) => {
  expect(await readFile(join(root, path), "utf8")).toContain(title);
});
