// The README's programs do what the README says: JavaScript is run, TypeScript is compiled.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compile, inFolder, runSnippet, snippetsOf } from "./test/snippets.mjs";

const readme = join(fileURLToPath(new URL("..", import.meta.url)), "README.md");

async function blocks(language) {
  return (await snippetsOf(readme)).filter((snippet) => snippet.language === language);
}

test("the first program runs as pasted, and ends by itself", async () => {
  const [program, ...others] = await blocks("js");
  expect(others).toEqual([]);
  await inFolder(async (folder) => {
    const { stdout, stderr } = await runSnippet(program, folder);
    expect(stderr).toBe("");
    // The broadcast may overtake the reply.
    expect(stdout.split("\n").toSorted()).toEqual(
      [
        "",
        "received hi",
        "replied { length: 2 }",
        "ended { code: 1000, reason: '', clean: true }",
      ].toSorted(),
    );
  });
});

test("the TypeScript compiles in strict mode", async () => {
  const programs = await blocks("ts");
  expect(programs).not.toEqual([]);
  await inFolder(async (folder) => {
    expect(await compile(programs, folder)).toBe("");
  });
});
