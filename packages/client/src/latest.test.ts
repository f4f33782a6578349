// What was made last is given again where it is the same. Of settings, resolve-options.test.ts tells.
import { expect, test } from "vitest";
import { sharedUrl } from "./latest.ts";

test("the same is made once, and what is not the same is made", () => {
  const first = sharedUrl("a");
  expect(sharedUrl("a")).toBe(first);
  const other = sharedUrl("b");
  expect(other).toEqual({ href: "b" });
  expect(sharedUrl("b")).toBe(other);
});
