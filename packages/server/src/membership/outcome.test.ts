// Each item against what its callback may return, in each phase.
import { expect, test } from "vitest";
import { InvalidResultError, UnhandledEventError } from "../errors.ts";
import type { Item } from "./membership-phase.ts";
import { outcomeOf } from "./outcome.ts";
import { Broadcast } from "../broadcast/broadcast.ts";
import { deny, noreply, ok, reply, stop } from "../channel/results.ts";

const message = { topic: "a", joinRef: "1", ref: "2", payload: {} };
const join: Item = { type: "join", ...message };
const leave: Item = { type: "leave", ...message };
const push: Item = { type: "push", event: "e", ...message };
const info: Item = { type: "info", info: 1 };
const out: Item = { type: "out", broadcast: Broadcast.of("a", "e", {}) };

const nothing = { type: "nothing" };

test.each([
  ["a join is granted", join, ok(1), "joining", { type: "joined", response: 1 }],
  ["a join is denied", join, deny(1), "joining", { type: "denied", response: 1 }],
  ["a join is granted after the end", join, ok(1), "ended", nothing],
  ["a join is denied after the end", join, deny(1), "ended", { type: "deniedTooLate" }],
  ["another join comes to its turn", join, undefined, "joined", { type: "replaced" }],
  ["another join, behind a leave", join, undefined, "leaving", { type: "replaced" }],
  ["a leave", leave, undefined, "leaving", { type: "left" }],
  ["a leave after the end", leave, undefined, "ended", nothing],
  ["a reply", push, reply(1), "joined", { type: "replied", reply: reply(1) }],
  ["a reply after the end", push, reply(1), "ended", nothing],
  ["no reply", push, noreply(), "joined", nothing],
  ["a stop", push, stop(), "joined", { type: "stopped", reason: "normal", reply: null }],
  [
    "a stop with a reply",
    push,
    stop("x", reply(1)),
    "joined",
    { type: "stopped", reason: "x", reply: reply(1) },
  ],
  ["info, nothing returned", info, undefined, "joined", nothing],
  ["info, no reply", info, noreply(), "joined", nothing],
  ["out, stop", out, stop("x"), "joined", { type: "stopped", reason: "x", reply: null }],
  [
    "out, stop with a reply to nobody",
    out,
    stop("x", reply(1)),
    "joined",
    { type: "stopped", reason: "x", reply: null },
  ],
] as const)("%s", (_name, item, value, phase, expected) => {
  expect(outcomeOf(item, value, phase)).toEqual(expected);
});

test.each([
  ["nothing for a push", push, undefined, UnhandledEventError],
  ["nothing for a join", join, undefined, InvalidResultError],
  ["a reply for a join", join, reply(1), InvalidResultError],
  ["ok for a push", push, ok(1), InvalidResultError],
  ["null", push, null, InvalidResultError],
  ["a text", push, "reply", InvalidResultError],
  ["a reply for info", info, reply(1), InvalidResultError],
  ["a reply for out", out, reply(1), InvalidResultError],
] as const)("a crash: %s", (_name, item, value, error) => {
  const phase = item.type === "join" ? "joining" : "joined";
  expect(() => outcomeOf(item as Item, value, phase)).toThrow(error);
});

test.each([
  ["a status that is no text", { type: "reply", status: 1, response: {} }],
  ["a stop with something else than a reply", stop("x", { id: 1 } as never)],
])("%s crashes the channel, and says what it should have been", (_, result) => {
  expect(() => outcomeOf(push, result, "joined")).toThrow(InvalidResultError);
  expect(() => outcomeOf(push, result, "joined")).toThrow("reply(status, response)");
});
