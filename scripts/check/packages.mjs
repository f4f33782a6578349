// The packages as a consumer gets them: packed once, then read by publint and attw, and holding
// nothing that a consumer has no use for.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foreignTypeComplaints } from "./foreign-types.mjs";
import { bin, npm, root, run } from "./run.mjs";
import { repositoryFiles } from "./files.mjs";

function publicPackages() {
  return repositoryFiles()
    .filter(({ path }) => /^packages\/[^/]+\/package\.json$/.test(path))
    .filter(({ text }) => JSON.parse(text).private !== true)
    .map(({ path }) => path.replace("/package.json", ""));
}

async function pack(folders, into) {
  const workspaces = folders.flatMap((folder) => ["-w", folder]);
  const command = [
    ...npm(),
    "pack",
    "--json",
    "--loglevel=error",
    "--pack-destination",
    into,
    ...workspaces,
  ];
  const { code, stdout, output } = await run(command);
  if (code !== 0) throw new Error(`npm pack failed:\n${output}`);
  return JSON.parse(stdout);
}

/** Files in a packed package that no consumer has a use for, and what it lacks. */
export function contentComplaints({ name, files }) {
  const paths = files.map(({ path }) => path);
  const idle = paths.filter((path) =>
    /\.test\.|\.test-d\.|\.conformance\.|\.tsbuildinfo$|\.log$/.test(path),
  );
  const complaints = idle.map((path) => `${name}: packs ${path}, which no consumer has a use for`);
  if (!paths.some((path) => path.endsWith(".d.ts"))) complaints.push(`${name}: packs no types`);
  return complaints;
}

async function checkPacked({ name, filename, files }, folder) {
  const tarball = join(folder, filename);
  const complaints = contentComplaints({ name, files });
  for (const command of [
    [...bin("publint"), "run", tarball, "--strict"],
    [...bin("attw", "@arethetypeswrong/cli"), tarball, "--profile", "esm-only", "--no-emoji"],
  ]) {
    const { code, output } = await run(command);
    if (code !== 0) complaints.push(`${name}:\n${output.trim()}`);
  }
  return complaints;
}

/** Complaints about every public package, as publint, attw and our own rules find them. */
export async function packageComplaints() {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-pack-"));
  try {
    const folders = publicPackages();
    const packed = await pack(folders, folder);
    const complaints = await Promise.all(packed.map((one) => checkPacked(one, folder)));
    return [...complaints.flat(), ...folders.flatMap((one) => foreignTypeComplaints(root, one))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
