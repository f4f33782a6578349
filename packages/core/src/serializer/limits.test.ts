// What cannot be written is an EncodeError.
import { describe, expect, test } from "vitest";
import type { Message } from "../message.ts";
import { decode, SERIALIZERS } from "../testing/serializers.ts";
import { EncodeError } from "./serializer.ts";
import { V1 } from "./v1.ts";
import { V2 } from "./v2.ts";

describe("limits of what can be written", () => {
  const payload = new Uint8Array([1]);
  const long = (bytes: number): string => "é".repeat(Math.floor(bytes / 2)) + "x".repeat(bytes % 2);
  const cases: [string, (text: string) => Message][] = [
    ["topic", (topic) => ({ type: "broadcast", topic, event: "e", payload })],
    ["event", (event) => ({ type: "serverPush", topic: "t", joinRef: "1", event, payload })],
    [
      "join_ref",
      (joinRef) => ({ type: "push", topic: "t", joinRef, ref: "1", event: "e", payload }),
    ],
    ["ref", (ref) => ({ type: "push", topic: "t", joinRef: "1", ref, event: "e", payload })],
    [
      "status",
      (status) => ({
        type: "reply",
        topic: "t",
        joinRef: "1",
        ref: "1",
        status,
        response: payload,
      }),
    ],
  ];

  test.each(cases)(
    "a %s of 255 bytes fits into a binary frame, one of 256 does not",
    (name, make) => {
      const sender = make("").type === "push" ? "client" : "server";
      expect(decode(V2, V2.encode(make(long(255))), sender)).toStrictEqual(make(long(255)));
      expect(() => V2.encode(make(long(256)))).toThrow(
        expect.objectContaining({ name: "EncodeError", code: "field_too_long" }),
      );
      expect(() => V2.encode(make(long(256)))).toThrow(`The ${name} of a binary message`);
    },
  );

  test("in JSON a topic may be longer", () => {
    const message: Message = { type: "broadcast", topic: long(300), event: "e", payload: {} };
    expect(V2.decode(V2.encode(message), "server")).toStrictEqual(message);
  });

  test("bytes fit into no join, leave or heartbeat, and into nothing under V1", () => {
    const topic = "t";
    const messages: Message[] = [
      { type: "join", topic, joinRef: "1", ref: "1", payload },
      { type: "leave", topic, joinRef: "1", ref: "1", payload },
      { type: "heartbeat", ref: "1", payload },
      { type: "close", topic, joinRef: "1", payload },
      { type: "error", topic, joinRef: "1", payload },
    ];
    const ofV1: Message[] = [
      ...messages,
      { type: "push", topic, joinRef: "1", ref: "1", event: "e", payload },
      { type: "reply", topic, joinRef: "1", ref: "1", status: "ok", response: payload },
    ];
    const refused = expect.objectContaining({ name: "EncodeError", code: "unsupported_binary" });
    for (const message of messages) expect(() => V2.encode(message)).toThrow(refused);
    for (const message of ofV1) expect(() => V1.encode(message)).toThrow(refused);
  });

  test("what JSON cannot hold is an EncodeError that does not quote it", () => {
    const cycle: Record<string, unknown> = { secret: "s3cr3t" };
    cycle["self"] = cycle;
    const throwing = {
      toJSON(): never {
        throw new Error("no");
      },
    };
    for (const [, serializer] of SERIALIZERS) {
      for (const bad of [cycle, { big: 1n }, throwing]) {
        const message: Message = { type: "heartbeat", ref: "1", payload: bad };
        expect(() => serializer.encode(message)).toThrow(EncodeError);
        expect(() => serializer.encode(message)).toThrow(
          expect.objectContaining({ code: "unserializable_payload" }),
        );
        expect(() => serializer.encode(message)).not.toThrow("s3cr3t");
      }
    }
  });

  test("a lone surrogate in a field of a binary frame becomes U+FFFD", () => {
    const message: Message = { type: "broadcast", topic: "a\ud800b", event: "e", payload };
    expect(V2.decode(V2.encode(message), "server")).toStrictEqual({
      ...message,
      topic: "a\ufffdb",
    });
  });
});
