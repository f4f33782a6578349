// JSON that reaches for prototypes, and JSON that nests without end.
import { deepStrictEqual } from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { decode, SERIALIZERS, thrown } from "../testing/serializers.ts";
import { DecodeError, EncodeError, type Serializer } from "./serializer.ts";
import { V1 } from "./v1.ts";
import { V2 } from "./v2.ts";

describe("hostile JSON", () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const poison =
    '{"__proto__":{"polluted":1,"status":"ok","toString":0},"constructor":{"prototype":{"x":1}}}';
  const frames: [Serializer, string][] = [
    [V2, `["1","1","t","e",${poison}]`],
    [V2, `["1","1","__proto__","__proto__",${poison}]`],
    [V2, `["1","1","t","phx_close",${poison}]`],
    [V2, `["1","1","t","phx_reply",{"status":"ok","response":${poison}}]`],
    [V1, `{"topic":"t","event":"e","payload":${poison},"ref":"1","__proto__":{"join_ref":"9"}}`],
    [V1, `{"topic":"constructor","event":"phx_error","payload":${poison},"ref":null}`],
  ];

  test.each(frames)("$0.vsn reaches no prototype: %s", (serializer, frame) => {
    for (const sender of ["client", "server"] as const) {
      const message = decode(serializer, frame, sender);
      expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
      expect(Object.keys(message)).not.toContain("__proto__");
      expect("polluted" in message).toBe(false);
      // The payload keeps what was sent, as properties of its own.
      const written = serializer.encode(message);
      deepStrictEqual(decode(serializer, written, sender), message);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("a reply whose status stands in __proto__ has none", () => {
    const frame = '["1","1","t","phx_reply",{"__proto__":{"status":"ok"}}]';
    expect(() => V2.decode(frame, "server")).toThrow(
      expect.objectContaining({ code: "invalid_payload" }),
    );
  });

  // Values this deep are kept away from `expect`, which would walk through them.
  const deep = "[".repeat(100_000) + "]".repeat(100_000);

  test.each(["server", "client"] as const)("nesting of 100,000 from a %s can be read", (sender) => {
    const { type } = decode(V2, `["1","2","t","e",${deep}]`, sender);
    expect(type).toBe(sender === "server" ? "serverPush" : "push");
  });

  test.each(SERIALIZERS)("%s refuses to write nesting of 100,000", (_name, serializer) => {
    const payload: unknown = JSON.parse(deep);
    const error = thrown(() => serializer.encode({ type: "heartbeat", ref: "1", payload }));
    expect(error).toBeInstanceOf(EncodeError);
    expect(Reflect.get(error, "code")).toBe("unserializable_payload");
  });

  test.each([
    ["message", deep],
    ["join_ref", `[${deep},"1","t","e",{}]`],
    ["ref", `["1",${deep},"t","e",{}]`],
    ["topic", `["1","1",${deep},"e",{}]`],
    ["event", `["1","1","t",${deep},{}]`],
    ["payload of a reply", `["1","1","t","phx_reply",${deep}]`],
    ["V1 topic", `{"topic":${deep}}`],
    ["half of a message", "[".repeat(100_000)],
  ])("nesting of 100,000 as the %s is a DecodeError", (_place, frame) => {
    for (const [, serializer] of SERIALIZERS) {
      expect(thrown(() => serializer.decode(frame, "server"))).toBeInstanceOf(DecodeError);
    }
  });
});
