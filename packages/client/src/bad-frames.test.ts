// P15: frames that are no messages, in each way that there is: the process lives, each is counted and
// told to the log by its code, and what comes behind it is heard.
import { describe, expect, test } from "vitest";
import { expectIgnored, nested, take } from "./fixtures/taking.ts";
import { DecodeError, V1 } from "./index.ts";

describe("frames that are no messages", () => {
  const V2_FRAMES: [string, string | Uint8Array, string][] = [
    ["nothing", "", "invalid_json"],
    ["no JSON", "{", "invalid_json"],
    ["half a message", '["1","1","room:a",', "invalid_json"],
    ["JSON that nests 100,000 deep and never ends", "[".repeat(100_000), "invalid_json"],
    ["null", "null", "invalid_message"],
    ["a number", "5", "invalid_message"],
    ["a text", '"room:a"', "invalid_message"],
    ["an object", '{"topic":"room:a","event":"news","payload":{}}', "invalid_message"],
    ["an array of nothing", "[]", "invalid_message"],
    ["an array of four", '["1","1","room:a","news"]', "invalid_message"],
    ["a join_ref that is an object", '[{},"1","room:a","news",{}]', "invalid_message"],
    ["a join_ref that is true", '[true,"1","room:a","news",{}]', "invalid_message"],
    ["a ref that is an array", '["1",[],"room:a","news",{}]', "invalid_message"],
    ["a topic that is a number", '["1","1",5,"news",{}]', "invalid_message"],
    ["a topic that is null", '["1","1",null,"news",{}]', "invalid_message"],
    ["an event that is null", '["1","1","room:a",null,{}]', "invalid_message"],
    ["an event that is an object", '["1","1","room:a",{},{}]', "invalid_message"],
    ["nested 100,000 deep where an array of five should be", nested(100_000), "invalid_message"],
    ["a reply without a payload", '["1","1","room:a","phx_reply",null]', "invalid_payload"],
    ["a reply that is a text", '["1","1","room:a","phx_reply","ok"]', "invalid_payload"],
    [
      "a reply without a status",
      '["1","1","room:a","phx_reply",{"response":{}}]',
      "invalid_payload",
    ],
    [
      "a reply whose status is a number",
      '["1","1","room:a","phx_reply",{"status":1}]',
      "invalid_payload",
    ],
    [
      "a reply whose status is inherited",
      '["1","1","room:a","phx_reply",{"__proto__":{"status":"ok"}}]',
      "invalid_payload",
    ],
    ["an empty binary frame", Uint8Array.of(), "unknown_kind"],
    ["a binary frame of kind 3", Uint8Array.of(3, 1, 1, 1, 1, 1), "unknown_kind"],
    ["a binary frame of kind 255", Uint8Array.of(255), "unknown_kind"],
    ["a binary push that ends in its header", Uint8Array.of(0, 1), "truncated_frame"],
    [
      "a binary push that ends in its topic",
      Uint8Array.of(0, 1, 200, 4, 49, 97),
      "truncated_frame",
    ],
    ["a binary reply that is too short", Uint8Array.of(1, 1, 1, 1, 1, 49), "truncated_frame"],
    ["a binary broadcast that is too short", Uint8Array.of(2, 255, 255), "truncated_frame"],
    [
      "a binary push whose topic is no UTF-8",
      Uint8Array.of(0, 0, 2, 0, 0xff, 0xfe),
      "invalid_utf8",
    ],
  ];

  test.each(V2_FRAMES)("%s", async (_, frame, code) => {
    const tried = await take([frame]);
    expect(tried.heard).toEqual(["last"]);
    expectIgnored(tried.socket, { undecodable: 1 });
    const [, message, error] = tried.log.lines.find(([level]) => level === "warn") ?? [];
    expect(message).toContain("a frame was ignored");
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message.length).toBeLessThan(200);
  });

  const V1_FRAMES: [string, string | Uint8Array, string][] = [
    ["an array", '["1","1","room:a","news",{}]', "invalid_message"],
    ["an object without a topic", '{"event":"news","payload":{},"ref":null}', "invalid_message"],
    [
      "a topic by way of a prototype",
      '{"__proto__":{"topic":"room:a"},"event":"e"}',
      "invalid_message",
    ],
    ["bytes", Uint8Array.of(2, 1, 1, 97, 98), "unsupported_binary"],
  ];

  test.each(V1_FRAMES)("under V1: %s", async (_, frame, code) => {
    const tried = await take([frame], V1);
    expectIgnored(tried.socket, { undecodable: 1 });
    const [, , error] = tried.log.lines.find(([level]) => level === "warn") ?? [];
    expect(error).toMatchObject({ code });
  });

  test("ten thousand of them in a row", async () => {
    const tried = await take(Array.from({ length: 10_000 }, () => "nonsense"));
    expectIgnored(tried.socket, { undecodable: 10_000 });
  });
});
