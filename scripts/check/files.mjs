// What the files of the repository must not say: addresses in the lock file, places of one machine,
// links that lead nowhere. Each function takes the texts and returns complaints, one line each.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { root } from "./run.mjs";

/** Every text file that git keeps or would add, as { path, text }; paths relative to `folder`. */
export function repositoryFiles(folder = root) {
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: folder,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\0"))]
    .filter((path) => path !== "" && existsSync(join(folder, path)))
    .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }))
    .filter(({ text }) => !text.includes("\0"));
}

/**
 * The lock file must fetch from the registry of whoever installs, not of whoever wrote it, and name
 * the packages of every platform: npm leaves out those that the writer's registry lacks, and then
 * `npm ci` refuses the file on every machine.
 */
export function lockFileComplaints(text) {
  const { packages } = JSON.parse(text);
  const addresses = Object.entries(packages)
    .filter(([, entry]) => /^[a-z+]+:/i.test(entry.resolved ?? ""))
    .map(([path, entry]) => `package-lock.json: ${path} is resolved from ${entry.resolved}`);
  const lacking = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !foldersAbove(path).some((folder) => `${folder}${name}` in packages))
      .map((name) => `package-lock.json: ${path} wants ${name}, which has no entry`),
  );
  return [...addresses, ...lacking];
}

// Where Node looks for what a package imports: its own node_modules, then those further out.
function foldersAbove(path) {
  const parts = path.split("node_modules/");
  const outer = parts.map((_, index) => parts.slice(0, index).join("node_modules/"));
  return [`${path}/node_modules/`, ...outer.map((folder) => `${folder}node_modules/`)];
}

/** The places that only one machine has: this checkout, its parent, the user's home. */
export function placesOfThisMachine(folder = root) {
  const checkout = folder.replace(/[\\/]$/, "");
  const shared = new Set([
    "",
    "/",
    tmpdir(),
    "/tmp",
    "/home",
    "/Users",
    "/opt",
    "/srv",
    "/usr/src",
    "/root",
  ]);
  return [checkout, dirname(checkout), homedir()].filter((place) => !shared.has(place));
}

const someHome = /(?:^|[\s"'`(=:])(?:\/home\/|\/Users\/|\/root\/|[A-Z]:\\Users\\)[\w.-]+/;
const registryHost = /\/\/(?:registry|npm|deb|security)\.[\w-]+\.\w/;

/** No file names an absolute path of a machine or the host of a package registry. */
export function placeComplaints(files, places = placesOfThisMachine()) {
  const complaints = [];
  for (const { path, text } of files) {
    for (const [index, line] of text.split("\n").entries()) {
      const place = places.find((one) => line.includes(`${one}/`));
      const found = place ?? someHome.exec(line)?.[0] ?? registryHost.exec(line)?.[0];
      if (found)
        complaints.push(`${path}:${index + 1}: names a place of one machine: ${found.trim()}`);
    }
  }
  return complaints;
}

const link = /!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|<(?:img|a)\s[^>]*(?:src|href)="([^"]+)"/g;
const codeBlock = /^(```|~~~)[\s\S]*?^\1/gm;

/** The anchors that a Markdown text offers, as the hosts of repositories spell them. */
function anchorsOf(text) {
  const headings = text.replaceAll(codeBlock, "").matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm);
  const spelled = [...headings].map(([, heading]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-"),
  );
  const named = [...text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map(([, name]) => name);
  return new Set([...spelled, ...named]);
}

function isPicture(path) {
  return /\.(png|jpe?g|webp)$/.test(path) && existsSync(path);
}

/** Every relative link of a Markdown file leads to a file of the repository, and to a heading in it. */
export function linkComplaints(files, folder = root) {
  const texts = new Map(files.map(({ path, text }) => [resolve(folder, path), text]));
  const folders = new Set([...texts.keys()].map(dirname));
  for (const one of folders) if (one.length > resolve(folder).length) folders.add(dirname(one));
  const complaints = [];
  for (const { path, text } of files.filter((file) => file.path.endsWith(".md"))) {
    for (const [, inline, html] of text.replaceAll(codeBlock, "").matchAll(link)) {
      const target = inline ?? html;
      if (/^[a-z][a-z+.-]*:|^\/\//i.test(target)) continue;
      const [file, anchor] = decodeURI(target).split("#");
      const to = file === "" ? resolve(folder, path) : resolve(folder, dirname(path), file);
      // A picture is no text, but it is there.
      if (!texts.has(to) && !folders.has(to) && !isPicture(to)) {
        complaints.push(`${path}: ${target} leads to no file (${relative(folder, to)})`);
      } else if (anchor && to.endsWith(".md") && !anchorsOf(texts.get(to)).has(anchor)) {
        complaints.push(`${path}: ${target} leads to no heading`);
      }
    }
  }
  return complaints;
}
