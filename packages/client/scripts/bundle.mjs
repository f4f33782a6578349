// Makes dist/browser/production.js out of what tsc made: one minified module for browsers. The files
// of dist/browser/production stand in for those of the same name in dist: there errors say their code
// and little more, and options are not checked. Whoever bundles for development gets
// dist/browser/index.js, with nothing left out.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const production = join(dist, "browser", "production");

const standIns = {
  name: "stand-ins",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      const standIn = join(production, path.slice(path.lastIndexOf("/")));
      const isReplaced = dirname(file) === dist && existsSync(standIn);
      return { path: isReplaced ? standIn : file, sideEffects: false };
    });
  },
};

await build({
  entryPoints: [join(dist, "browser", "index.js")],
  outfile: join(dist, "browser", "production.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  plugins: [standIns],
  logLevel: "warning",
});
