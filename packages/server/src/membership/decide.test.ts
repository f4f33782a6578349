// The rules for a client's messages, each state against each message.
import type { ClientMessage } from "@slipstream/core";
import { expect, test } from "vitest";
import { decide, type TopicState } from "./decide.ts";

const join: ClientMessage = { type: "join", topic: "a", joinRef: "2", ref: "3", payload: {} };
const leave: ClientMessage = { type: "leave", topic: "a", joinRef: "2", ref: "3", payload: {} };
const push: ClientMessage = { ...leave, type: "push", event: "e" };
const heartbeat: ClientMessage = { type: "heartbeat", ref: "3", payload: {} };

const vacant: TopicState = { type: "vacant", full: false };
const full: TopicState = { type: "vacant", full: true };
const member = (joinRef: string | null): TopicState => ({ type: "joined", joinRef });

function summary(message: ClientMessage, state: TopicState): string {
  const decision = decide(message, state);
  if (!("reply" in decision)) return decision.type;
  const { joinRef, ref, status, response } = decision.reply;
  return `${decision.type} ${joinRef} ${ref} ${status} ${JSON.stringify(response)}`;
}

test.each([
  ["a join where nobody is", join, vacant, "join"],
  ["a join too many", join, full, 'refuseJoin 2 3 error {"reason":"too many channels joined"}'],
  ["a join again", join, member("2"), "rejoin"],
  ["a leave where nobody is", leave, vacant, "answer 2 3 ok {}"],
  ["a leave", leave, member("2"), "deliver"],
  ["a leave of an older membership", leave, member("4"), "ignore"],
  ["a leave of a membership without a join_ref", leave, member(null), "deliver"],
  ["a push where nobody is", push, full, 'answer null 3 error {"reason":"unmatched topic"}'],
  ["a push", push, member("2"), "deliver"],
  ["a push of an older membership", push, member("4"), "deliver"],
] as const)("%s", (_name, message, state, expected) => {
  expect(summary(message, state)).toBe(expected);
});

test.each(["joining", "leaving", "ended"] as const)(
  "while %s, everything waits for its turn",
  (type) => {
    for (const message of [join, leave, push]) expect(summary(message, { type })).toBe("deliver");
  },
);

test("a heartbeat needs no channel", () => {
  for (const state of [vacant, full, member("2")]) {
    expect(summary(heartbeat, state)).toBe("answer null 3 ok {}");
  }
});
