import { expect, test } from "vitest";
import { plain } from "../terminal/paint.ts";
import { jsonLine, plainLine } from "./message-line.ts";

const message = { topic: "room:lobby", event: "new_msg", payload: { body: "hi" } as unknown };

test("a message is one line", () => {
  expect(plainLine(message, plain)).toBe('room:lobby new_msg {"body":"hi"}');
  expect(jsonLine(message)).toBe(
    '{"topic":"room:lobby","event":"new_msg","payload":{"body":"hi"}}',
  );
});

test("bytes are counted for people, and kept for programs", () => {
  const bytes = new Uint8Array(new Uint8Array([9, 1, 2, 3, 9]).buffer, 1, 3);
  expect(plainLine({ ...message, payload: bytes }, plain)).toBe("room:lobby new_msg <3 bytes>");
  const { payloadBase64 } = JSON.parse(jsonLine({ ...message, payload: bytes })) as Record<
    string,
    string
  >;
  expect([...Buffer.from(payloadBase64 ?? "", "base64")]).toEqual([1, 2, 3]);
});

test("nothing that a server sends can act on the terminal or break the line", () => {
  const hostile = {
    topic: "a\u001B]0;title\u0007",
    event: "b\nc",
    payload: { text: "\u009B2J\u202E" },
  };
  // oxlint-disable-next-line no-control-regex -- none of these may be in a line
  const control = /[\u0000-\u001F\u007F-\u009F\u202E]/;
  expect(plainLine(hostile, plain)).not.toMatch(control);
  const line = jsonLine(hostile);
  expect(line).not.toMatch(control);
  expect(JSON.parse(line)).toEqual(hostile);
});

test("a payload that is nested too deep to be written is said to be so", () => {
  const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
  expect(plainLine({ ...message, payload: deep }, plain)).toBe(
    "room:lobby new_msg <nested too deep to show>",
  );
  expect(JSON.parse(jsonLine({ ...message, payload: deep }))).toEqual({
    topic: "room:lobby",
    event: "new_msg",
    error: "nested too deep to write",
  });
});
