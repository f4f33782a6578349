// The flights page's files, dist/flights-page/files: what its browser loads, and no more.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL("..", import.meta.url));
const source = join(here, "src", "flights-page", "page");

/** The folder that they are put in. */
export const folder = join(here, "dist", "flights-page", "files");

/** Makes them, and resolves with their paths and contents. */
export async function page() {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [join(source, "main.tsx")],
    outfile: join(folder, "page.js"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "eof",
    write: false,
    logLevel: "warning",
  });
  const still = ["index.html", "page.css"].map((name) => ({
    path: join(folder, name),
    contents: readFileSync(join(source, name)),
  }));
  return [...outputFiles, ...still];
}
