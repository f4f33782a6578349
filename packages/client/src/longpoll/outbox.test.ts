// What waits to be sent, and the batches in which it goes: nothing lost, nothing twice, in order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64, isBase64, toBase64 } from "./base64.ts";
import { Outbox, type Batch } from "./outbox.ts";

/** All that waits, batch by batch. */
function takeAll(outbox: Outbox): Batch[] {
  const batches = [];
  while (!outbox.isEmpty) batches.push(outbox.take());
  return batches;
}

const linesOf = ({ contentType, body }: Batch): string[] =>
  contentType === "application/x-ndjson" ? body.split("\n") : [body];

const frames = fc.array(
  fc.oneof(
    fc.json(),
    // What a serializer that likes it pretty writes.
    fc.json().map((json) => JSON.stringify(JSON.parse(json), null, 2)),
    fc.constant("x".repeat(300_000)),
    fc.string({ minLength: 1, unit: "binary" }),
  ),
  { maxLength: 250 },
);

describe("random frames", () => {
  test("all of them go, once and in order, and what is counted is what waits", () => {
    fc.assert(
      fc.property(frames, (all) => {
        const outbox = new Outbox();
        for (const frame of all) outbox.add(frame);
        const size = all.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0);
        expect(outbox.bytes).toBe(size);
        const batches = takeAll(outbox);
        expect(batches.flatMap(linesOf)).toEqual(all);
        expect(batches.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(size);
        expect(outbox.bytes).toBe(0);
      }),
    );
  });

  test("no batch has more than 100 of them, or more than 512 KiB unless it is one", () => {
    fc.assert(
      fc.property(frames, (all) => {
        const outbox = new Outbox();
        for (const frame of all) outbox.add(frame);
        for (const batch of takeAll(outbox)) {
          const lines = linesOf(batch);
          expect(lines.length).toBeLessThanOrEqual(100);
          if (lines.length > 1) expect(batch.bytes).toBeLessThanOrEqual(512 * 1024);
        }
      }),
    );
  });
});

test("a frame with lines of its own travels alone, between the others", () => {
  const outbox = new Outbox();
  for (const frame of ["1", "2", "{\n}", "3", "a\r\nb"]) outbox.add(frame);
  expect(takeAll(outbox).map(({ contentType, body }) => [contentType, body])).toEqual([
    ["application/x-ndjson", "1\n2"],
    ["application/json", "{\n}"],
    ["application/x-ndjson", "3"],
    ["application/json", "a\r\nb"],
  ]);
});

test("bytes go as base64", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      const outbox = new Outbox();
      outbox.add(bytes);
      const { body } = outbox.take();
      expect(body).toBe(Buffer.from(bytes).toString("base64"));
    }),
  );
});

test("base64 there and back; a message that is JSON is never taken for it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 1_000 }), (bytes) => {
      const text = toBase64(bytes);
      expect(isBase64(text)).toBe(true);
      expect([...fromBase64(text)]).toEqual([...bytes]);
    }),
  );
  fc.assert(fc.property(fc.array(fc.jsonValue()), (all) => !isBase64(JSON.stringify(all))));
  for (const text of ["", "=", "a", "ab", "ab=", "====", "[1]"]) expect(isBase64(text)).toBe(false);
});

test("what is cleared is gone", () => {
  const outbox = new Outbox();
  outbox.add("x");
  outbox.clear();
  expect([outbox.isEmpty, outbox.bytes]).toEqual([true, 0]);
});
