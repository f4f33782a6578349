import fc from "fast-check";
import { expect, test } from "vitest";
import { safeText } from "./safe-text.ts";

test("what would act on a terminal is shown as its escape", () => {
  expect(safeText("a\u001B[31mb\u0007\u009B\u202Ec")).toBe(
    String.raw`a\u001b[31mb\u0007\u009b\u202ec`,
  );
  expect(safeText("Grüße, 世界 👋")).toBe("Grüße, 世界 👋");
});

test("JSON stays the JSON that it was", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff)), (codes) => {
      const text = String.fromCharCode(...codes);
      expect(JSON.parse(safeText(JSON.stringify(text)))).toBe(text);
    }),
  );
});
