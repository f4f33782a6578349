// The guides' snippets compile, and their programs print what is written under them.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { compile, inFolder, runSnippet, snippetsOf } from "./test/snippets.mjs";

const guides = fileURLToPath(new URL("../docs/guides", import.meta.url));
const names = (await readdir(guides)).filter((name) => name.endsWith(".md"));
names.push("../../packages/server/README.md");

test("there are guides", () => {
  expect(names).not.toEqual([]);
});

describe.each(names)("%s", (name) => {
  test("its TypeScript compiles in strict mode, and its programs print what it says", async () => {
    const snippets = await snippetsOf(join(guides, name));
    expect(snippets).not.toEqual([]);
    await inFolder(async (folder) => {
      if (snippets.some(({ language }) => language !== "js")) {
        expect(await compile(snippets, folder)).toBe("");
      }
      for (const snippet of snippets) {
        const { language, output, where } = snippet;
        if (language !== "js" && output === undefined) continue;
        const { stdout, stderr } = await runSnippet(snippet, folder);
        // A client that tries again tells the log, which is no part of what a guide shows.
        const others = stderr
          .split("\n")
          .filter((line) => !line.startsWith("slipstream: Not connected"));
        expect({ where, stderr: others }).toEqual({ where, stderr: [""] });
        expect({ where, stdout }).toEqual({ where, stdout: output ?? stdout });
      }
    });
  });
});
