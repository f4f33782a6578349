// The README's programs do what the README says: JavaScript is run, TypeScript is compiled.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

async function blocks(language) {
  const text = await readFile(join(root, "README.md"), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, code]) => code,
  );
}

/** Inside the repository, where its packages are found by name, as the README says. */
async function inFolder(work) {
  const folder = await mkdtemp(join(root, ".readme-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("the first program runs as pasted, and ends by itself", async () => {
  const [program, ...others] = await blocks("js");
  expect(others).toEqual([]);
  await inFolder(async (folder) => {
    await writeFile(join(folder, "hello.mjs"), program);
    const { stdout, stderr } = await run(process.execPath, [join(folder, "hello.mjs")]);
    expect(stderr).toBe("");
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
    for (const [index, program] of programs.entries()) {
      const names = "declare function freshToken(): Promise<string>;\n";
      await writeFile(join(folder, `${index}.ts`), names + program);
    }
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: "../tsconfig.base.json",
        compilerOptions: { noEmit: true, composite: false, declarationMap: false },
        include: ["*.ts"],
      }),
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", folder]).catch((error) => error);
    expect(stdout).toBe("");
  });
});
