// Whatever the length and the characters, the same string as Node's own decoder gives.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText, readText } from "./decode-text.ts";

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

test("a part of some bytes, short and long, is what Node makes of it, or null where it is no UTF-8", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const strictly = (bytes: Buffer): string | null => {
    try {
      return strict.decode(bytes);
    } catch {
      return null;
    }
  };
  const pieces = [
    "plain",
    "é",
    "漢字",
    "👍",
    "\uFFFD",
    Buffer.of(0xff),
    Buffer.of(0xc3),
    Buffer.of(0xed, 0xa0),
  ];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { maxLength: 8 }),
      fc.constantFrom(0, 2_040, 2_048, 5_000),
      fc.nat({ max: 9 }),
      (some, padding, start) => {
        const part = Buffer.concat([
          ...some.map((piece) => Buffer.from(piece)),
          Buffer.alloc(padding, "x"),
        ]);
        const bytes = Buffer.concat([Buffer.alloc(start, 0xff), part, Buffer.of(0xff)]);
        expect(readText(bytes, start, start + part.length)).toBe(strictly(part));
      },
    ),
    { numRuns: 500 },
  );
});
