// Each rule about files, broken once and kept once. The forbidden texts are put together from
// pieces, so that this file does not break the rules itself.
import { expect, test } from "vitest";
import {
  linkComplaints,
  lockFileComplaints,
  placeComplaints,
  placesOfThisMachine,
} from "./files.mjs";

const file = (path, text) => ({ path, text });
const lock = (packages) => JSON.stringify({ packages });

test("the lock file may link workspaces and may not name an address", () => {
  const link = { "node_modules/a": { resolved: "packages/a", link: true } };
  expect(lockFileComplaints(lock(link))).toEqual([]);
  for (const scheme of ["https", "http", "git+ssh", "file"]) {
    const address = { "node_modules/b": { resolved: `${scheme}://host/b.tgz` } };
    expect(lockFileComplaints(lock(address))).toHaveLength(1);
  }
});

test("the lock file has an entry for each platform's package", () => {
  const wants = { "node_modules/a/node_modules/b": { optionalDependencies: { "b-mac": "1.0.0" } } };
  expect(lockFileComplaints(lock(wants))).toEqual([
    "package-lock.json: node_modules/a/node_modules/b wants b-mac, which has no entry",
  ]);
  for (const folder of ["", "node_modules/a/", "node_modules/a/node_modules/b/"]) {
    const found = { ...wants, [`${folder}node_modules/b-mac`]: { version: "1.0.0" } };
    expect(lockFileComplaints(lock(found))).toEqual([]);
  }
});

test.each([
  ["the checkout", ["", "building", "house", "a.ts"].join("/")],
  ["a home", `"${["", "home", "ada", "a.ts"].join("/")}"`],
  ["a home on a Mac", `(${["", "Users", "ada"].join("/")})`],
  ["root's home", ` ${["", "root", ".npmrc"].join("/")}`],
  ["a home on Windows", ` ${["C:", "Users", "ada"].join("\\")}`],
  ["a registry", ["https:", "", "registry.example.org"].join("/")],
])("no file names %s", (_what, text) => {
  const places = ["/building/house"];
  expect(placeComplaints([file("a.ts", `one\n${text}`)], places)).toHaveLength(1);
});

test("addresses and routes that only look like places are allowed", () => {
  const text = 'get("/socket/home/x"); https://example.org/Users/1; /usr/bin/chromium; ./home/a';
  expect(placeComplaints([file("a.ts", text)], [])).toEqual([]);
});

test("a checkout right below a shared folder does not forbid that folder", () => {
  expect(placesOfThisMachine("/tmp/house/")).toContain("/tmp/house");
  expect(placesOfThisMachine("/tmp/house/")).not.toContain("/tmp");
  expect(placesOfThisMachine("/building/house")).toContain("/building");
});

test.each([
  ["a missing file", "[a](missing.md)"],
  ["a missing picture", '<img alt="a" src="docs/missing.png">'],
  ["a missing heading", "[a](docs/b.md#missing)"],
  ["a missing heading of its own", "[a](#missing)"],
])("a link to %s is told", (_what, text) => {
  const files = [file("README.md", text), file("docs/b.md", "# B")];
  expect(linkComplaints(files, "/r")).toHaveLength(1);
});

test.each([
  ["a file", "[a](docs/b.md)"],
  ["a file with a title", '[a](docs/b.md "B")'],
  ["a folder", "[a](docs)"],
  ["a heading", "[a](docs/b.md#p1-closing-the-socket)"],
  ["a heading of its own", "# My `own`\n[a](#my-own)"],
  ["another site", "[a](https://example.org/missing.md)"],
  ["nothing, in a block of code", "```md\n[a](missing.md)\n```"],
])("a link to %s is fine", (_what, text) => {
  const files = [file("README.md", text), file("docs/b.md", "# P1. Closing: the `socket`")];
  expect(linkComplaints(files, "/r")).toEqual([]);
});
