// `npm run check`: everything that is looked at without running it. Two steps at a time, for two
// cores; the build first, because the others read what it makes.
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  lockFileComplaints,
  linkComplaints,
  placeComplaints,
  repositoryFiles,
} from "./check/files.mjs";
import { graphComplaints, workspaceManifests } from "./check/graph.mjs";
import { packageComplaints } from "./check/packages.mjs";
import { bin, root, runSteps } from "./check/run.mjs";

const build = {
  name: "build",
  command: [...bin("tsc", "typescript"), "-b", "tsconfig.build.json"],
};

const bundle = {
  name: "bundle",
  command: [process.execPath, join(root, "scripts/bundle.mjs")],
};

const rest = [
  {
    name: "lint",
    command: bin("oxlint"),
    note: (output) => /Found ([1-9]\d* warnings?)/.exec(output)?.[1].concat(": npm run lint") ?? "",
  },
  { name: "packages", complaints: packageComplaints },
  { name: "test types", command: [...bin("tsc", "typescript"), "-p", "tsconfig.test.json"] },
  { name: "knip", command: [...bin("knip"), "--no-progress", "--no-config-hints"] },
  { name: "format", command: [...bin("oxfmt"), "--check"] },
  {
    name: "size",
    command: bin("size-limit"),
    note: (output) => /Size:\s+(.+?)\s/.exec(output)?.[1].concat(" gzip") ?? "",
  },
  { name: "graph", complaints: () => graphComplaints(workspaceManifests()) },
  {
    name: "lock file",
    complaints: () => lockFileComplaints(readFileSync(join(root, "package-lock.json"), "utf8")),
  },
  { name: "places", complaints: () => placeComplaints(repositoryFiles()) },
  { name: "links", complaints: () => linkComplaints(repositoryFiles()) },
];

/** Runs every check and prints as it goes. Resolves with how many passed and how many failed. */
export async function check() {
  console.log("check:");
  const first = await runSteps([build, bundle], { atOnce: 1 });
  const others = await runSteps(rest);
  return { passed: first.passed + others.passed, failed: first.failed + others.failed };
}

if (import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const { failed } = await check();
  process.exitCode = failed === 0 ? 0 : 1;
}
