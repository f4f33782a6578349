// Whatever the length and the characters, the same string as Node's own decoder gives.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText } from "./decode-text.ts";

test.each(["", "a", "é", "漢字", "👍🏽", "\0\u{ffff}", "\u{feff}with a byte order mark"])(
  "%j, short and long",
  (piece) => {
    for (const times of [1, 10, 1_000]) {
      const text = `${"plain ".repeat(times)}${piece.repeat(times)}`;
      expect(decodeText(Buffer.from(text))).toBe(text);
    }
  },
);

test("any text, at lengths around the one where the way changes", () => {
  const character = fc
    .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
    .map((code) => String.fromCodePoint(code));
  const text = fc.array(character, { maxLength: 40 }).map((characters) => characters.join(""));
  fc.assert(
    fc.property(text, fc.integer({ min: 2_000, max: 2_100 }), (piece, length) => {
      const whole = piece + "ä".repeat(length >> 1) + piece;
      expect(decodeText(Buffer.from(whole))).toBe(whole);
    }),
  );
});
