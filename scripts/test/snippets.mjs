// The code in Markdown files, taken at its word: TypeScript is compiled in strict mode, JavaScript
// and whatever has its output written under it is run.
//
// - A block ```text right under a block of code is what that code prints, line by line.
// - A comment <!-- given: … --> right above a block declares what the reader has and the block does
//   not show, such as `declare const socket: Socket;`.
// - A comment <!-- file: name.ts --> right above a block gives it a name, by which others import it.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const block =
  /(?:<!-- file: (\S+)\.ts -->\s*)?(?:<!-- given:([\s\S]*?)-->\s*)?^```(js|tsx?)\n([\s\S]*?)^```(?:\s*^```text\n([\s\S]*?)^```)?/gm;

/** The blocks of a Markdown file: `{ name, language, code, output }`, `output` being undefined where none is written. */
export async function snippetsOf(path) {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(block)].map(([whole, file, given, language, code, output], index) => {
    const line = text.slice(0, text.indexOf(whole)).split("\n").length;
    return {
      name: file ?? `${basename(path, ".md")}-${index + 1}`,
      where: `${basename(path)}:${line}`,
      language,
      // Every block is a module of its own, whether or not it imports anything.
      code: `${given ?? ""}\n${code}\nexport {};\n`,
      output,
    };
  });
}

/** Works in a folder inside the repository, where its packages are found by name. */
export async function inFolder(work) {
  const folder = await mkdtemp(join(root, ".snippets-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Compiles the TypeScript among `snippets` into `folder`. Returns what the compiler complains about. */
export async function compile(snippets, folder) {
  const programs = snippets
    .filter(({ language }) => language !== "js")
    .map(({ name, language, code }) => ({ file: `${name}.${language}`, code }));
  for (const { file, code } of programs) await writeFile(join(folder, file), code);
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../tsconfig.base.json",
      compilerOptions: {
        composite: false,
        // As `tsc --init` has it: what is exported has types that can be named.
        declaration: true,
        declarationMap: false,
        sourceMap: false,
        jsx: "react-jsx",
        isolatedDeclarations: false,
        // What a snippet makes, the reader goes on with.
        noUnusedLocals: false,
        noUnusedParameters: false,
      },
      files: programs.map(({ file }) => file),
    }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await run(process.execPath, [tsc, "-p", folder]).catch((error) => error);
  return stdout;
}

/** Ms; a bound for what hangs. */
const PATIENCE = 100_000;

/** Runs a snippet, compiled before if it is TypeScript. Rejects if it fails or does not end by itself. */
export async function runSnippet({ name, language, code }, folder) {
  const path = join(folder, `${name}.js`);
  if (language === "js") await writeFile(path, code);
  const { stdout, stderr } = await run(process.execPath, [path], { timeout: PATIENCE });
  return { stdout, stderr };
}
