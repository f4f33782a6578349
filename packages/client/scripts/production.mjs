// The files dist/browser/production.js and dist/platform/production.js: each one minified module for
// browsers. In it, the files of src/browser/production stand in for others: errors say their code and
// little more, and options are not checked. Whoever bundles for development gets index.js of the same
// folder, with nothing left out.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { innerMembers } from "./inner-members.mjs";
import { innerNames } from "./inner-names.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));
const source = join(here, "src");
const folder = join(source, "browser", "production");
const core = fileURLToPath(new URL("../../core/src", import.meta.url));

/** Where those are that are replaced in the core. */
const inCore = new Map([
  ["refusals.ts", join(core, "serializer")],
  ["small-map.ts", core],
]);

/** By the path of what is replaced. */
const standIns = new Map(
  readdirSync(folder).map((name) => {
    return [join(inCore.get(name) ?? source, name), join(folder, name)];
  }),
);

const replace = {
  name: "stand-ins",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      return { path: standIns.get(file) ?? file, sideEffects: false };
    });
    onResolve({ filter: /^@slipstream\/core$/ }, () => ({
      path: join(core, "index.ts"),
      sideEffects: false,
    }));
  },
};

/** Makes them, and resolves with their paths and contents. */
export function production() {
  return Promise.all(["browser", "platform"].map(one));
}

async function one(entry) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [`src/${entry}/index.ts`],
    outfile: `dist/${entry}/production.js`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    plugins: [replace, innerNames],
    mangleProps: innerMembers,
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const used = new Set(Object.keys(metafile.inputs).map((path) => basename(path)));
  for (const standIn of standIns.values()) {
    if (!used.has(basename(standIn))) throw new Error(`${standIn} stands in for nothing`);
  }
  return outputFiles[0];
}
