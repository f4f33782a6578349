// Finds the programs that suites need and installs them where it may: those of Debian as root on
// Debian or Ubuntu, those of npm into a folder of the checkout's. Otherwise it says what to install
// and names the suites to leave out.
import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { npm } from "../check/run.mjs";

/** The machine as it is: where programs are, whether they may be installed, and by whom. */
export function thisMachine() {
  return {
    path: (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
    ci: ["true", "1"].includes(process.env.CI),
    mayInstall: process.getuid?.() === 0 && isDebian(),
    install: installDebianPackages,
    installNpm: installNpmPackage,
    print: console.log,
  };
}

function isDebian() {
  try {
    const release = readFileSync("/etc/os-release", "utf8");
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
  } catch {
    return false;
  }
}

function installDebianPackages(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...parameters) =>
    spawnSync("apt-get", ["-q", "-y", ...parameters], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
  const install = () => apt("install", "--no-install-recommends", ...names).status === 0;
  return install() || (apt("update").status === 0 && install());
}

/** Into a folder of its own, outside of the workspace, whose own `node` it must not take the place of. */
function installNpmPackage(name, into) {
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, "package.json"), "{}\n");
  const [program, ...parameters] = npm();
  const options = { cwd: into, stdio: ["ignore", "ignore", "inherit"] };
  return spawnSync(program, [...parameters, "install", "--no-save", name], options).status === 0;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

// A folder whose one before last part is `*`, as in /usr/lib/postgresql/*/bin, stands for many.
function expand(folder) {
  const parent = dirname(folder);
  if (basename(parent) !== "*") return [folder];
  try {
    const versions = readdirSync(dirname(parent)).toSorted((a, b) =>
      b.localeCompare(a, "en", { numeric: true }),
    );
    return versions.map((version) => join(dirname(parent), version, basename(folder)));
  } catch {
    return [];
  }
}

/** The file of a program, or undefined where the machine has none. */
export function findProgram({ executables, folders = [], anywhere = true }, { path }) {
  const places = [...(anywhere ? path : []), ...folders.flatMap(expand)];
  return executables
    .flatMap((name) => places.map((folder) => join(folder, name)))
    .find(isExecutable);
}

/**
 * Looks for every program that `needs` names and installs what it may. Returns the globs of the
 * suites to leave out, and how many programs are missing where none may be (CI=true).
 */
export function preparePrograms(needs, programs, machine = thisMachine()) {
  const wanted = [...new Set(needs.flatMap((need) => need.programs))];
  for (const name of wanted) {
    if (!programs[name]) throw new Error(`scripts/programs.mjs: no program is called ${name}`);
  }
  const isMissing = (name) => findProgram(programs[name], machine) === undefined;
  const first = wanted.filter(isMissing);
  const debian = first.flatMap((name) => programs[name].debian ?? []);
  if (debian.length > 0 && machine.mayInstall) {
    machine.print(`programs: installing ${debian.join(" ")} (apt-get)`);
    machine.install(debian);
  }
  for (const { npm, into } of first.map((name) => programs[name])) {
    if (npm === undefined) continue;
    machine.print(`programs: installing ${npm} (npm, into ${into})`);
    machine.installNpm(npm, into);
  }
  const missing = first.filter(isMissing);
  for (const name of missing)
    machine.print(`programs: ${name} is missing. ${remedy(programs[name])}`);
  const without = needs.filter((need) => need.programs.some((name) => missing.includes(name)));
  for (const { tests, programs: names } of without) {
    const lacking = names.filter((name) => missing.includes(name)).join(", ");
    machine.print(`programs: LEFT OUT ${tests}, for want of ${lacking}`);
  }
  return { leaveOut: without.map(({ tests }) => tests), failed: machine.ci ? missing.length : 0 };
}

function remedy({ debian, npm, into }) {
  return debian === undefined
    ? `In ${into}: npm install ${npm}`
    : `On Debian or Ubuntu: apt-get install ${debian}`;
}
