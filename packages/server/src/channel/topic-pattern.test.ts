import { expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { TopicPatterns } from "./topic-pattern.ts";

test("a topic, a pattern, and the first that fits", () => {
  const patterns = new TopicPatterns({ "room:lobby": 1, "room:*": 2, "*": 3 });
  const topics = ["room:lobby", "room:lobby2", "room:", "rooms", ""];
  expect(topics.map((topic) => patterns.match(topic))).toEqual([1, 2, 2, 3, 3]);
  expect(new TopicPatterns({ a: 1 }).match("ab")).toBeUndefined();
});

test.each(["", "phoenix", "room:*:x", "**"])("%j is no pattern", (pattern) => {
  expect(() => new TopicPatterns({ [pattern]: 1 })).toThrow(OptionError);
});
