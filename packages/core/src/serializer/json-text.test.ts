import fc from "fast-check";
import { expect, test } from "vitest";
import type { Message } from "../message.ts";
import { JsonText } from "./json-text.ts";
import { V1 } from "./v1.ts";
import { V2 } from "./v2.ts";

const messages = (payload: unknown): readonly Message[] => [
  { type: "serverPush", topic: "a:b", joinRef: "1", event: "rows", payload },
  { type: "broadcast", topic: "a:b", event: "rows", payload },
  { type: "reply", topic: "a:b", joinRef: "1", ref: "2", status: "ok", response: payload },
  { type: "push", topic: "a:b", joinRef: "1", ref: "2", event: "rows", payload },
];

test("a payload that is text already is written as its value would be", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = new JsonText(JSON.stringify(value));
      const written = (payload: unknown) =>
        messages(payload).flatMap((message) => [V1.encode(message), V2.encode(message)]);
      expect(written(text)).toEqual(written(value));
    }),
  );
});
