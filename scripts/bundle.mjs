// Makes the JavaScript of the packages that are bundled, out of their sources; `tsc -b` writes their
// types. What a package exports is what is built: `dist/x.js` of its package.json comes from
// `src/x.ts`, and what several of these share is in files of their own under `dist/chunks`, so that
// they have the same classes. Files are written only when they changed.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { folder, page } from "../packages/cli/scripts/page.mjs";
import { production } from "../packages/client/scripts/production.mjs";
import { root } from "./check/run.mjs";

/** The files that a package's "exports" lead to, under any condition, but types. */
function exported(entry, condition = "default") {
  if (typeof entry === "string") return condition === "types" ? [] : [entry];
  return Object.entries(entry).flatMap(([key, value]) => exported(value, key));
}

/** @param except what somebody else makes, and is no less part of the package. */
async function bundle(name, except = []) {
  const folder = join(root, "packages", name);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const outputs = exported(exports).map((path) => join(folder, path));
  const made = new Set(except.map(({ path }) => path));
  const sources = outputs
    .filter((path) => !made.has(path))
    .map((path) => join(folder, "src", relative(join(folder, "dist"), path).replace(/js$/, "ts")));
  const options = {
    absWorkingDir: folder,
    entryPoints: [...new Set(sources)],
    outbase: "src",
    outdir: "dist",
    chunkNames: "chunks/[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    packages: "external",
    sourcemap: true,
    sourcesContent: false,
    write: false,
    logLevel: "warning",
  };
  const apart = await build({ ...options, metafile: true });
  const { outputFiles } = await build({ ...options, plugins: [together(folder, apart.metafile)] });
  requireAscii(outputFiles);
  write(join(folder, "dist"), [...outputFiles, ...except]);
}

/**
 * What the main entry shares with others comes into one chunk, where esbuild would make one for each
 * set of entries: Node takes half a millisecond for each file. Files are put together that the same
 * entries import, so each entry that imports one of them is made to import them all. Bundlers leave
 * out what an entry has no use for.
 */
function together(folder, { outputs }) {
  const chunks = chunksOf(outputs, "dist/index.js");
  const shared = [...chunks].flatMap((chunk) => Object.keys(outputs[chunk].inputs));
  const entries = new Set();
  for (const [output, { entryPoint }] of Object.entries(outputs)) {
    const sharing = [...chunksOf(outputs, output)].some((chunk) => chunks.has(chunk));
    if (entryPoint !== undefined && sharing) entries.add(join(folder, entryPoint));
  }
  return {
    name: "together",
    setup({ onLoad, onResolve }) {
      // Imports of nothing but side effects are dropped unless there are some.
      onResolve({ filter: /^\.\.?\/|\.ts$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path),
        sideEffects: true,
      }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!entries.has(path)) return undefined;
        const imports = shared.map((file) => {
          const from = relative(dirname(path), join(folder, file));
          return `import ${JSON.stringify(from.startsWith(".") ? from : `./${from}`)};`;
        });
        // Behind everything else, so that no line has another number.
        const contents = `${readFileSync(path, "utf8")}\n${imports.join("\n")}\n`;
        return { contents, loader: "ts" };
      });
    },
  };
}

/**
 * V8 keeps a source in ASCII as the bytes that it is; for one character beyond, all of it is decoded
 * and doubled. esbuild escapes those in strings, and leaves them in comments.
 */
function requireAscii(files) {
  for (const { path, text } of files) {
    if (!path.endsWith(".js")) continue;
    const line = text.split("\n").find((line) => /[^\0-\x7f]/.test(line));
    if (line !== undefined)
      throw new Error(`${path} is not ASCII; this comment is to be written otherwise:\n${line}`);
  }
}

/** The files that an output loads, itself not among them. */
function chunksOf(outputs, output, found = new Set()) {
  for (const { path, external } of outputs[output].imports ?? []) {
    if (external || found.has(path)) continue;
    found.add(path);
    chunksOf(outputs, path, found);
  }
  return found;
}

/** Has these be the only JavaScript in `dist`. */
function write(dist, files) {
  for (const { path, contents } of files) {
    if (isSame(path, contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  mkdirSync(dist, { recursive: true });
  const written = new Set(files.map(({ path }) => path));
  for (const name of readdirSync(dist, { recursive: true })) {
    const path = join(dist, name);
    if (/\.js(\.map)?$/.test(name) && !written.has(path)) rmSync(path);
  }
}

function isSame(path, contents) {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false;
  }
}

await bundle("core");
await bundle("client", await production());
// Last, since it has the client in it.
write(folder, await page());
