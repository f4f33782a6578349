// The declarations that a consumer's compiler reads, from the packages' exports on: none may need types
// that do not come with the package, as those of a library written in JavaScript do not.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isBuiltin } from "node:module";

const COMMENT = /\/\*[\s\S]*?\*\//g;
const IMPORT = /(?:from|import)\s*\(?\s*"([^"]+)"/g;

/** Every file of declarations that `exports` leads to. */
function entries(exports) {
  if (typeof exports === "string") return exports.endsWith(".d.ts") ? [exports] : [];
  return Object.values(exports ?? {}).flatMap(entries);
}

function packageOf(specifier) {
  const [first, second] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

/** The package of DefinitelyTyped that would hold a package's types. */
function definitelyTyped(name) {
  return `@types/${name.replace(/^@/, "").replace("/", "__")}`;
}

/**
 * Complaints about a built package, in `folder` beneath `root`: which of its declarations names a
 * package whose types are another package that it does not bring. Those of a peer are the consumer's.
 */
export function foreignTypeComplaints(root, folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const brought = { ...manifest.dependencies, ...manifest.peerDependencies };
  const complaints = [];
  const seen = new Set();
  const waiting = entries(manifest.exports).map((entry) => join(root, folder, entry));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const code = readFileSync(file, "utf8").replaceAll(COMMENT, "");
    for (const [, specifier] of code.matchAll(IMPORT)) {
      if (specifier.startsWith(".")) {
        waiting.push(join(dirname(file), specifier.replace(/\.tsx?$/, ".d.ts")));
        continue;
      }
      const name = packageOf(specifier);
      const types = definitelyTyped(name);
      const isForeign = !isBuiltin(specifier) && existsSync(join(root, "node_modules", types));
      if (!isForeign || types in brought || name in (manifest.peerDependencies ?? {})) continue;
      complaints.push(
        `${file.slice(root.length + 1)} needs ${types}, which ${manifest.name} does not bring`,
      );
    }
  }
  return complaints;
}
