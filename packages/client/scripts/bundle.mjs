// Makes dist/browser/production.js out of what tsc made: one minified module for browsers. In it,
// the files of dist/browser/production stand in for others: errors say their code and little more,
// and options are not checked. Whoever bundles for development gets dist/browser/index.js, with
// nothing left out.
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const core = dirname(fileURLToPath(import.meta.resolve("@slipstream/core")));
const folder = join(dist, "browser", "production");

/** By the path of what is replaced. */
const standIns = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => {
      const from = name === "refusals.js" ? join(core, "serializer") : dist;
      return [join(from, name), join(folder, name)];
    }),
);

const replace = {
  name: "stand-ins",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      return { path: standIns.get(file) ?? file, sideEffects: false };
    });
  },
};

const { metafile } = await build({
  entryPoints: [join(dist, "browser", "index.js")],
  outfile: join(dist, "browser", "production.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  plugins: [replace],
  metafile: true,
  logLevel: "warning",
});

const used = new Set(Object.keys(metafile.inputs).map((path) => basename(path)));
for (const standIn of standIns.values()) {
  if (!used.has(basename(standIn))) throw new Error(`${standIn} stands in for nothing`);
}
