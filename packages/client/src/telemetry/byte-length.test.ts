// Counting bytes without Node agrees with Node.
import fc from "fast-check";
import { expect, test } from "vitest";
import { byteLength, countBytes } from "./byte-length.ts";

test("any text, lone surrogates among them", () => {
  const unit = fc.constantFrom("a", "é", "€", "😀", "\ud800", "\udc00", "\u0000", "\uffff");
  const text = fc.oneof(fc.string({ unit }), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(text, (text) => {
      expect(countBytes(text)).toBe(Buffer.byteLength(text));
      expect(byteLength(text)).toBe(Buffer.byteLength(text));
    }),
  );
});
