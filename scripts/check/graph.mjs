// The graph of our packages by package.json, dependencies of tests included: it has no cycle, and
// nothing depends on the command. (What sources may import is lint's; see .oxlintrc.json, Layers.)
import { repositoryFiles } from "./files.mjs";

const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/** The package.json of every workspace. */
export function workspaceManifests() {
  return repositoryFiles()
    .filter(({ path }) =>
      /^(packages\/[^/]+|interop|bench|soak|examples)\/package\.json$/.test(path),
    )
    .map(({ text }) => JSON.parse(text));
}

/** Complaints about cycles between the packages and about whoever depends on the command. */
export function graphComplaints(manifests) {
  const ours = new Set(manifests.map(({ name }) => name));
  const uses = new Map(
    manifests.map((manifest) => [
      manifest.name,
      kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})).filter((name) => ours.has(name)),
    ]),
  );
  const complaints = [...uses]
    .filter(([, used]) => used.includes("slipstream"))
    .map(([name]) => `${name} depends on the command, slipstream; nothing may.`);
  const done = new Set();
  function visit(name, road) {
    if (road.includes(name)) {
      complaints.push(
        `a cycle of packages: ${[...road.slice(road.indexOf(name)), name].join(" -> ")}`,
      );
      return;
    }
    if (done.has(name)) return;
    for (const used of uses.get(name)) visit(used, [...road, name]);
    done.add(name);
  }
  for (const name of uses.keys()) visit(name, []);
  return complaints;
}
