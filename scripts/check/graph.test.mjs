// The rules of the graph of packages, broken once each, and the house's own graph.
import { expect, test } from "vitest";
import { graphComplaints, workspaceManifests } from "./graph.mjs";
import { contentComplaints } from "./packages.mjs";

const uses = (name, dependencies, devDependencies = []) => ({
  name,
  dependencies: Object.fromEntries(dependencies.map((one) => [one, "0.1.0"])),
  devDependencies: Object.fromEntries(devDependencies.map((one) => [one, "0.1.0"])),
});

test("packages in layers are fine", () => {
  const layers = [uses("c", ["b", "a"]), uses("b", ["a", "ws"]), uses("a", [])];
  expect(graphComplaints(layers)).toEqual([]);
});

test("a cycle is told with its road, also when a test's dependency closes it", () => {
  const cycle = [uses("a", [], ["c"]), uses("b", ["a"]), uses("c", ["b"])];
  expect(graphComplaints(cycle)).toEqual(["a cycle of packages: a -> c -> b -> a"]);
});

test("nothing depends on the command", () => {
  expect(graphComplaints([uses("slipstream", []), uses("a", [], ["slipstream"])])).toHaveLength(1);
});

test("the house's packages are found", () => {
  const names = workspaceManifests().map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(["@slipstream/core", "@slipstream/client", "slipstream"]),
  );
});

test("a packed package holds its types and none of its tests", () => {
  const packed = (...paths) => ({ name: "a", files: paths.map((path) => ({ path })) });
  expect(contentComplaints(packed("dist/index.js", "dist/index.d.ts"))).toEqual([]);
  expect(contentComplaints(packed("dist/index.js"))).toHaveLength(1);
  expect(
    contentComplaints(packed("dist/index.d.ts", "src/a.test.ts", "dist/.tsbuildinfo")),
  ).toHaveLength(2);
});
