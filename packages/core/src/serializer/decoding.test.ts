// Whatever comes is a message or a DecodeError, and the error does not quote it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PHOENIX_TOPIC, PROTOCOL_EVENTS, type Message } from "../message.ts";
import { decode, SERIALIZERS } from "../testing/serializers.ts";
import { DecodeError, type Peer, type Serializer } from "./serializer.ts";
import { V2 } from "./v2.ts";

/** Text of a binary frame: UTF-8, at most 255 bytes. */
const field = fc
  .string({ unit: "binary", maxLength: 255 })
  .filter((value) => Buffer.byteLength(value) <= 255);

describe("whatever comes is a message or a DecodeError", () => {
  /** Decodes, and gives the DecodeError if there is one; any other error is the test's. */
  function attempt(serializer: Serializer, frame: string | Uint8Array, sender: Peer) {
    try {
      return decode(serializer, frame, sender);
    } catch (error) {
      if (error instanceof DecodeError) return error;
      throw error;
    }
  }

  /** JSON in the shape of a message, or nearly, with anything in each place. */
  const nearly = fc
    .tuple(
      fc.array(
        fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(PROTOCOL_EVENTS), PHOENIX_TOPIC)),
        {
          minLength: 3,
          maxLength: 6,
        },
      ),
      fc.boolean(),
    )
    .map(([values, asObject]) =>
      asObject
        ? Object.fromEntries(
            ["topic", "event", "payload", "ref", "join_ref", "x"].map((name, index) => [
              name,
              values[index],
            ]),
          )
        : values,
    );

  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    // Binary frames that begin as frames do.
    fc
      .tuple(
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 6 })),
        fc.uint8Array(),
      )
      .map(([kind, lengths, rest]) => new Uint8Array([kind, ...lengths, ...rest])),
    fc.string({ unit: "binary" }),
    fc.json(),
    nearly.map((value) => JSON.stringify(value)),
  );

  test.each(SERIALIZERS)("%s", (_name, serializer) => {
    fc.assert(
      fc.property(anything, fc.constantFrom("client", "server"), (frame, sender) => {
        const result = attempt(serializer, frame, sender);
        if (result instanceof DecodeError) expect(result.message).toMatch(/\.$/);
        else expect(typeof result.type).toBe("string");
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ["a client's push", "client", [0, 1, 1, 1, 1]],
    ["a server's push", "server", [0, 1, 1, 1]],
    ["a reply", "server", [1, 1, 1, 1, 1]],
    ["a broadcast", "server", [2, 1, 1]],
  ] as const)(
    "text that is not UTF-8 in any field of %s is a DecodeError",
    (_kind, sender, header) => {
      for (let field = 1; field < header.length; field++) {
        const fields = header.slice(1).map((_, index) => (index + 1 === field ? 0xff : 0x61));
        const frame = new Uint8Array([...header, ...fields, 0xff]);
        expect(attempt(V2, frame, sender)).toMatchObject({ code: "invalid_utf8" });
      }
    },
  );

  test("a byte order mark in a field is a part of it, and payloads may be any bytes", () => {
    const message = { type: "broadcast", topic: "\ufefft", event: "e" } as const;
    const frame = V2.encode({ ...message, payload: new Uint8Array([0xff]) });
    expect(attempt(V2, frame, "server")).toEqual({ ...message, payload: new Uint8Array([0xff]) });
  });

  test("errors do not quote the frame", () => {
    const secret = "s3cr3t-t0k3n";
    const frames = [
      `{"token":"${secret}"`,
      `"${secret}"`,
      `["${secret}","${secret}","${secret}","${secret}"]`,
      `[1,2,3,"${secret}",{}]`,
      `[{"${secret}":1},"${secret}","${secret}","${secret}",{}]`,
      `[null,null,"${secret}","phx_reply","${secret}"]`,
      `[null,null,"${secret}","phx_reply",{"status":{"${secret}":1}}]`,
      `{"topic":["${secret}"],"event":"${secret}","payload":{},"ref":null}`,
      Buffer.concat([Buffer.from([9]), Buffer.from(secret)]),
      Buffer.concat([Buffer.from([0, 200, 3, 3, 3]), Buffer.from(secret)]),
      Buffer.concat([Buffer.from([2, 2, 2, 0xff, 0xff]), Buffer.from(secret)]),
    ];
    for (const frame of frames) {
      for (const [, serializer] of SERIALIZERS) {
        for (const sender of ["client", "server"] as const) {
          const result = attempt(serializer, frame, sender);
          if (!(result instanceof DecodeError)) continue;
          expect(`${result.message} ${result.stack} ${String(result.cause)}`).not.toContain(secret);
        }
      }
    }
  });

  test("a binary frame cut anywhere is a DecodeError, or a message with a shorter payload", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("client", "server"),
        fc.integer({ min: 0, max: 2 }),
        fc.array(field, { minLength: 4, maxLength: 4 }),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        (sender, which, [a = "", b = "", c = "", d = ""], payload) => {
          const messages: Message[] =
            sender === "client"
              ? [{ type: "push", joinRef: a || null, ref: b || null, topic: c, event: d, payload }]
              : [
                  { type: "serverPush", joinRef: a || null, topic: b, event: c, payload },
                  { type: "broadcast", topic: a, event: b, payload },
                  {
                    type: "reply",
                    joinRef: a || null,
                    ref: b || null,
                    topic: c,
                    status: d,
                    response: payload,
                  },
                ];
          const message = messages[which % messages.length] as Message;
          const frame = V2.encode(message) as Uint8Array;
          const header = frame.length - payload.length;
          for (let length = 0; length < frame.length; length++) {
            const result = attempt(V2, frame.subarray(0, length), sender);
            if (length < header) {
              expect(result).toMatchObject({
                code: length === 0 ? "unknown_kind" : "truncated_frame",
              });
            } else {
              const rest = payload.slice(0, length - header);
              const body = message.type === "reply" ? { response: rest } : { payload: rest };
              expect(result).toStrictEqual({ ...message, ...body });
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
