import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeEnvelope, encodeEnvelope, type NodeMessage } from "./node-message.ts";

const NODE = "0123456789abcdef".repeat(2);
const text = fc.string({ unit: "grapheme" });
const count = fc.nat(1e9);
const entry = fc.tuple(text, text, text, fc.dictionary(text, fc.jsonValue()));
const message: fc.Arbitrary<NodeMessage> = fc.oneof(
  fc.record({
    type: fc.constant("broadcast" as const),
    topic: text,
    event: text,
    wire: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  }),
  fc.record({ type: fc.constant("disconnect" as const), id: text }),
  fc.record({ type: fc.constant("alive" as const), asks: fc.boolean(), seq: count }),
  fc.constant({ type: "gone" as const }),
  fc.record({ type: fc.constant("presencesWanted" as const), of: text }),
  fc.record({
    type: fc.constant("presencesChanged" as const),
    seq: count,
    changes: fc.array(
      fc.oneof(fc.record({ joined: entry }), fc.record({ left: fc.tuple(text, text, text) })),
    ),
  }),
  fc.record({
    type: fc.constant("presences" as const),
    seq: count,
    part: fc.nat(4),
    parts: fc.constant(5),
    entries: fc.array(entry),
  }),
);

test("what one node writes another reads", () => {
  fc.assert(
    fc.property(message, (sent) => {
      const got = decodeEnvelope(encodeEnvelope(NODE, sent));
      expect(got?.node).toBe(NODE);
      // Through JSON, where -0 is 0.
      expect(JSON.parse(JSON.stringify(got?.message))).toEqual(JSON.parse(JSON.stringify(sent)));
    }),
  );
});

test("whatever comes is a message or null", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(8), fc.nat(2), (bytes, kind, version) => {
      const got = decodeEnvelope(Buffer.concat([Buffer.from([version, kind]), bytes]));
      if (version !== 1) expect(got).toBe(null);
    }),
  );
});

test.each([
  ["another kind", { type: "gone" }],
  ["a seq that is no count", { type: "alive", asks: true, seq: -1 }],
  ["no asks", { type: "alive", seq: 1 }],
])("JSON that is no such message is null: %s", (_, value) => {
  const bytes = encodeEnvelope(NODE, { type: "alive", asks: true, seq: 1 });
  const forged = Buffer.concat([bytes.subarray(0, 18), Buffer.from(JSON.stringify(value))]);
  expect(decodeEnvelope(bytes)).not.toBe(null);
  expect(decodeEnvelope(forged)).toBe(null);
});
