// Answers as they come: Phoenix's, our server's, and whatever else may stand in their place.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readAnswer, type Answer } from "./answer.ts";

const read = (body: unknown, status = 200): Answer | null =>
  readAnswer({ status, headers: {}, body: typeof body === "string" ? body : JSON.stringify(body) });

test("what Phoenix was seen to answer", () => {
  expect(read({ messages: [], status: 410, token: "t" })).toMatchObject({
    status: 410,
    token: "t",
  });
  expect(read({ status: 200 })).toMatchObject({ status: 200, token: null, messages: [] });
  expect(read({ messages: ["[1]", "[2]"], status: 200, token: "t" })).toMatchObject({
    messages: ["[1]", "[2]"],
  });
  expect(read({ status: 403 })).toMatchObject({ status: 403 });
  expect(read({ status: 204, messages: [], token: "t" })).toMatchObject({ status: 204 });
});

test("what our server says beyond that", () => {
  expect(read({ status: 410, token: "t", delete: true, binary: "base64" })).toMatchObject({
    takesDelete: true,
    sendsBase64: true,
    code: null,
  });
  expect(read({ status: 410, code: 1012 })).toMatchObject({ code: 1012, takesDelete: false });
  expect(read({ status: 200, delete: "yes", binary: true, code: "1012" })).toMatchObject({
    ...{ takesDelete: false, sendsBase64: false, code: null },
  });
});

test("the status of the body counts, where it has one", () => {
  expect(read({ status: 204 }, 410)).toMatchObject({ status: 204 });
  expect(read("<h1>Bad Gateway</h1>", 502)).toMatchObject({ status: 502, messages: [] });
  expect(read('{"error": "not found"}', 404)).toMatchObject({ status: 404 });
});

test.each([
  ["a page", "<html>"],
  ["nothing", ""],
  ["a list", "[]"],
  ["null", "null"],
  ["a number", "1"],
  ["an object without a status", {}],
  ["a status that is none", { status: "200" }],
  ["a status that is a fraction", { status: 200.5 }],
  ["messages that are none", { status: 200, messages: "x" }],
  ["messages that are no texts", { status: 200, messages: ["[1]", [2]] }],
])("%s with HTTP's 200 is no answer", (_, body) => {
  expect(read(body)).toBeNull();
});

test("whatever comes is an answer whose parts are what they say, or none; no prototype is reached", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.json(), fc.string()),
      fc.integer({ min: 0, max: 599 }),
      (body, status) => {
        const answer = readAnswer({ status, headers: {}, body });
        if (answer === null) return;
        expect(Number.isInteger(answer.status)).toBe(true);
        expect(answer.messages.every((message) => typeof message === "string")).toBe(true);
        expect(answer.token === null || typeof answer.token === "string").toBe(true);
      },
    ),
  );
  const odd = '{"__proto__": {"delete": true, "status": 410}, "status": 200}';
  expect(read(odd)).toMatchObject({ status: 200, takesDelete: false });
  expect(({} as Record<string, unknown>)["delete"]).toBeUndefined();
});
