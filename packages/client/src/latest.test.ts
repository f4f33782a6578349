// What was made last is given again where it is the same, and made anew where it is not.
import { expect, test } from "vitest";
import { latest } from "./latest.ts";

test("the same is made once, and what is not the same is made", () => {
  const sameUrl = latest<{ readonly href: string }>();
  const url = (href: string): { readonly href: string } =>
    sameUrl(
      (before) => before.href === href,
      () => ({ href }),
    );
  const first = url("a");
  expect(url("a")).toBe(first);
  const other = url("b");
  expect(other).toEqual({ href: "b" });
  expect(url("b")).toBe(other);
});
