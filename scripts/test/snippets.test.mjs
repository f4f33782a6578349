// What is done with the code in Markdown files, on a file that is right and on files that are wrong.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile, inFolder, runSnippet, snippetsOf } from "./snippets.mjs";

const fence = "```";

/** The snippets of a Markdown file with this text, in a folder of their own. */
function written(text, work) {
  return inFolder(async (folder) => {
    const path = join(folder, "guide.md");
    await writeFile(path, text);
    return await work(await snippetsOf(path), folder);
  });
}

test("blocks are found with their givens and their output", async () => {
  const text = `# Guide

${fence}sh
npm start
${fence}

<!-- given: declare const name: string; -->
${fence}ts
console.log(name);
${fence}

${fence}js
console.log("one");
${fence}
${fence}text
one
${fence}
`;
  await written(text, async (snippets) => {
    expect(snippets).toMatchObject([
      { name: "guide-1", where: "guide.md:7", language: "ts", output: undefined },
      { name: "guide-2", where: "guide.md:12", language: "js", output: "one\n" },
    ]);
    expect(snippets[0].code).toContain("declare const name: string;");
  });
});

test("a type error is a complaint that names the block", async () => {
  const text = `${fence}ts\nconst n: number = "one";\n${fence}\n`;
  await written(text, async (snippets, folder) => {
    expect(await compile(snippets, folder)).toMatch(/guide-1\.ts.*error TS2322/);
  });
});

test("a block that is a file is imported by its name", async () => {
  const text = `<!-- file: one.ts -->\n${fence}ts\nexport const one: number = 1;\n${fence}\n\n${fence}ts\nimport { one } from "./one.js";\nconsole.log(one);\n${fence}\n`;
  await written(text, async (snippets, folder) => {
    expect(snippets.map(({ name }) => name)).toEqual(["one", "guide-2"]);
    expect(await compile(snippets, folder)).toBe("");
    expect(await runSnippet(snippets[1], folder)).toEqual({ stdout: "1\n", stderr: "" });
  });
});

test("TypeScript is run once it is compiled, and finds the packages by name", async () => {
  const text = `${fence}ts\nimport { V2 } from "@slipstream/core";\nconst vsn: string = V2.vsn;\nconsole.log(vsn);\n${fence}\n`;
  await written(text, async (snippets, folder) => {
    expect(await compile(snippets, folder)).toBe("");
    expect(await runSnippet(snippets[0], folder)).toEqual({ stdout: "2.0.0\n", stderr: "" });
  });
});

test("a program that fails is told", async () => {
  const text = `${fence}js\nthrow new Error("broken");\n${fence}\n`;
  await written(text, async ([snippet], folder) => {
    await expect(runSnippet(snippet, folder)).rejects.toThrow("broken");
  });
});
