// What is written is read as it was, whatever the message.
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PHOENIX_TOPIC, PROTOCOL_EVENTS, type Message } from "../message.ts";
import { decode, SERIALIZERS } from "../testing/serializers.ts";
import type { Peer } from "./serializer.ts";
import { V1 } from "./v1.ts";
import { V2 } from "./v2.ts";

/** Ordinary objects, as messages are. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true });

/** Text as JSON can hold it: any UTF-16, lone surrogates and NUL included. */
const text = fc
  .string({ unit: "binary-ascii" })
  .chain((ascii) =>
    fc
      .array(
        fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xd83d, 0xde00, 0xfeff)),
        { maxLength: 8 },
      )
      .map((units) => ascii + String.fromCharCode(...units)),
  );
const ref = fc.oneof(text, fc.integer(), fc.constant(null));
/** Topics and events of the application: those of the protocol mean other kinds of messages. */
const ofApplication = text.filter(
  (name) => !Object.values<string>(PROTOCOL_EVENTS).includes(name) && name !== PHOENIX_TOPIC,
);
const json = fc
  .jsonValue({ maxDepth: 4 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

const clientMessage: fc.Arbitrary<Message> = fc.oneof(
  record({
    type: fc.constantFrom("join", "leave"),
    topic: text,
    joinRef: ref,
    ref,
    payload: json,
  }),
  record({ type: fc.constant("heartbeat"), ref, payload: json }),
  record({
    type: fc.constant("push"),
    topic: text,
    joinRef: ref,
    ref,
    event: ofApplication,
    payload: json,
  }),
) as fc.Arbitrary<Message>;

/** A server's messages; `joinRef` is what its version of the protocol lets it name. */
function serverMessage(joinRef: fc.Arbitrary<string | number | null>): fc.Arbitrary<Message> {
  return fc.oneof(
    record({
      type: fc.constant("reply"),
      topic: text,
      joinRef,
      ref,
      status: text,
      response: json,
    }),
    record({ type: fc.constantFrom("close", "error"), topic: text, joinRef, payload: json }),
    record({ type: fc.constant("broadcast"), topic: text, event: ofApplication, payload: json }),
    record({
      type: fc.constant("serverPush"),
      topic: text,
      joinRef: ref.filter((value) => value !== null),
      event: ofApplication,
      payload: json,
    }),
  ) as fc.Arbitrary<Message>;
}

/** The same bytes as every kind of thing that holds bytes, with a gap before and after them. */
const KINDS = [
  "Uint8Array",
  "offset",
  "DataView",
  "Float64Array",
  "Buffer",
  "ArrayBuffer",
] as const;
const binary = fc
  .tuple(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...KINDS))
  .map(([bytes, kind]) => {
    const size = kind === "Float64Array" ? bytes.length - (bytes.length % 8) : bytes.length;
    const content = bytes.slice(0, size);
    const gap = kind === "Uint8Array" || kind === "ArrayBuffer" ? 0 : 8;
    const whole = new Uint8Array(size + 2 * gap).fill(0xaa);
    whole.set(content, gap);
    return { content, payload: viewOf(kind, whole.buffer, gap, size) };
  });

function viewOf(kind: (typeof KINDS)[number], buffer: ArrayBuffer, offset: number, size: number) {
  switch (kind) {
    case "Uint8Array":
    case "offset":
      return new Uint8Array(buffer, offset, size);
    case "DataView":
      return new DataView(buffer, offset, size);
    case "Float64Array":
      return new Float64Array(buffer, offset, size / 8);
    case "Buffer":
      return Buffer.from(buffer, offset, size);
    case "ArrayBuffer":
      return buffer;
  }
}

/** Text of a binary frame: UTF-8, so no lone surrogates, and at most 255 bytes. */
const field = fc
  .string({ unit: "binary", maxLength: 255 })
  .filter((value) => Buffer.byteLength(value) <= 255);
const binaryRef = fc.oneof(
  field.filter((value) => value !== ""),
  fc.constant(null),
);
const binaryMessages: Readonly<Record<Peer, fc.Arbitrary<object>>> = {
  client: record({
    type: fc.constant("push"),
    topic: field,
    joinRef: binaryRef,
    ref: binaryRef,
    event: field,
  }),
  server: fc.oneof(
    record({ type: fc.constant("serverPush"), topic: field, joinRef: binaryRef, event: field }),
    record({ type: fc.constant("broadcast"), topic: field, event: field }),
    record({
      type: fc.constant("reply"),
      topic: field,
      joinRef: binaryRef,
      ref: binaryRef,
      status: field,
    }),
  ),
};

describe("what is written is read as it was", () => {
  test.each(SERIALIZERS)("%s, a client's messages", (_name, serializer) => {
    fc.assert(
      fc.property(clientMessage, (message) => {
        deepStrictEqual(serializer.decode(serializer.encode(message), "client"), message);
      }),
      { numRuns: 500 },
    );
  });

  test.each(SERIALIZERS)("%s, a server's messages", (_name, serializer) => {
    // V1 names no membership, so that a push and a broadcast look the same.
    const messages =
      serializer === V1
        ? serverMessage(fc.constant(null)).filter(({ type }) => type !== "serverPush")
        : serverMessage(ref);
    fc.assert(
      fc.property(messages, (message) => {
        deepStrictEqual(serializer.decode(serializer.encode(message), "server"), message);
      }),
      { numRuns: 500 },
    );
  });

  test.each(["client", "server"] as const)("V2, bytes from a %s, in any kind of view", (sender) => {
    fc.assert(
      fc.property(binaryMessages[sender], binary, (fields, { content, payload }) => {
        const body = (value: unknown): object =>
          Reflect.get(fields, "type") === "reply" ? { response: value } : { payload: value };
        const frame = V2.encode({ ...fields, ...body(payload) } as Message);
        expect(frame).toBeInstanceOf(Uint8Array);
        expect(decode(V2, frame, sender)).toStrictEqual({ ...fields, ...body(content) });
      }),
      { numRuns: 500 },
    );
  });

  test("V2, a binary frame that is itself a view with an offset", () => {
    const message = { type: "broadcast", topic: "a", event: "b", payload: new Uint8Array([1, 2]) };
    const frame = V2.encode(message as Message) as Uint8Array;
    const shifted = Buffer.concat([Buffer.from([9, 9, 9]), frame]).subarray(3);
    expect(V2.decode(shifted, "server")).toStrictEqual(message);
  });
});
