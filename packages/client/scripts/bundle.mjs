// Makes dist/browser/production.js out of what tsc made: one minified module for browsers, whose
// errors say their code and little more. Whoever bundles for development gets dist/browser/index.js
// and the whole sentences.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dist = new URL("../dist/", import.meta.url);

await build({
  entryPoints: [fileURLToPath(new URL("browser/index.js", dist))],
  outfile: fileURLToPath(new URL("browser/production.js", dist)),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
});
