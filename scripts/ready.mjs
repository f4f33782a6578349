// Makes a checkout ready to run: installs the dependencies when the lock file changed, then builds
// what changed. Runs before anything is installed, so it may import nothing but Node, and its syntax
// stays plain enough for an old Node to read the error meant for it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether a Node of this version ("20.19.0") can run the house: 20.19 or newer. */
export function nodeIsNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

/**
 * Whether `folder` needs an install: node_modules is missing, or it is older than the lock file and
 * also differs from it. (A checkout gives the lock file a new time without a new content.)
 */
export function needsInstall(folder) {
  const wanted = join(folder, "package-lock.json");
  const installed = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return true;
  if (statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return false;
  if (!sameDependencies(packagesOf(wanted), packagesOf(installed))) return true;
  const now = new Date();
  utimesSync(installed, now, now);
  return false;
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, "utf8")).packages;
}

// Optional packages of other platforms stand in the lock file and are not installed.
function sameDependencies(wanted, installed) {
  const isDependency = (path) => path.includes("node_modules/");
  return (
    Object.keys(wanted)
      .filter(isDependency)
      .every((path) =>
        installed[path] === undefined
          ? wanted[path].optional === true
          : installed[path].version === wanted[path].version,
      ) && Object.keys(installed).every((path) => !isDependency(path) || path in wanted)
  );
}

// Runs a script in this Node and ends with its exit code when it fails. All goes to stderr, so that
// the stdout of `npm start --silent -- --json` is the demo's alone.
function run(script, parameters) {
  const { status, error } = spawnSync(process.execPath, [script, ...parameters], {
    cwd: root,
    stdio: ["inherit", process.stderr, "inherit"],
  });
  if (error) throw error;
  if (status !== 0) process.exit(status === null ? 1 : status);
}

function install() {
  console.error("ready: installing the dependencies (npm ci)");
  const npm = process.env.npm_execpath;
  if (npm === undefined) {
    console.error("ready: run this by npm, as `npm start`, `npm test` or `npm run ready`.");
    process.exit(1);
  }
  run(npm, ["ci", "--no-audit", "--no-fund"]);
}

function build() {
  console.error("ready: building what changed");
  run(join(root, "node_modules", "typescript", "bin", "tsc"), ["-b", "tsconfig.build.json"]);
  run(join(root, "scripts", "bundle.mjs"), []);
}

function main(steps) {
  if (!nodeIsNewEnough(process.versions.node)) {
    console.error(
      `ready: this is Node ${process.versions.node}; Slipstream needs Node 20.19 or newer. ` +
        "Install one from https://nodejs.org and run the command again.",
    );
    process.exit(1);
  }
  if (needsInstall(root)) install();
  if (!steps.includes("--install")) build();
}

if (import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href)
  main(process.argv.slice(2));
