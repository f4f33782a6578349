// What a real Phoenix was recorded to say of who is present, read frame by frame.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { V2 } from "../serializer/v2.ts";
import { PresenceState } from "./presence-state.ts";

const recording = readFileSync(
  new URL("../fixtures/phoenix-1.7.24.frames.txt", import.meta.url),
  "utf8",
);
const section = /^### presence [^\n]*\n([\s\S]*?)^###/m.exec(recording)?.[1] ?? "";

/** The payloads of the server's presence events, in the order in which they were sent. */
const sent = section
  .split("\n")
  .filter((line) => line.startsWith("  <- "))
  .map((line) => V2.decode(line.slice("  <- ".length), "server"))
  .flatMap((message) =>
    (message.type === "broadcast" || message.type === "serverPush") &&
    message.event.startsWith("presence_")
      ? [{ event: message.event, payload: message.payload }]
      : [],
  );

function take(presence: PresenceState, indices: readonly number[]): unknown[] {
  return indices.map((index) => {
    const { event, payload } = sent[index]!;
    const changes = event === "presence_state" ? presence.sync(payload) : presence.diff(payload);
    const refs = Object.fromEntries(
      [...presence.entries].map(([key, { metas }]) => [key, metas.map(({ phx_ref }) => phx_ref)]),
    );
    return [event, changes?.map(({ type, key }) => `${key} ${type}`) ?? "kept", refs];
  });
}

test("the recording has what is expected of it", () => {
  const [diff, state] = ["presence_diff", "presence_state"];
  expect(sent.map(({ event }) => event)).toEqual([diff, state, diff, diff, diff, state, diff]);
});

test("the first member: its own join, an update, and somebody else's visit", () => {
  const [first, updated, other] = ["GOrBz68PfQse0QCy", "GOrBz8bThf8e0QDR", "GOrBz98H_pke0QDx"];
  const presence = new PresenceState();
  expect(take(presence, [0, 1, 2, 3, 6])).toEqual([
    ["presence_diff", "kept", {}],
    ["presence_state", ["u1 joined", "u1 joined"], { u1: [first] }],
    ["presence_diff", ["u1 joined", "u1 left"], { u1: [updated] }],
    ["presence_diff", ["u2 joined"], { u1: [updated], u2: [other] }],
    ["presence_diff", ["u2 left"], { u1: [updated] }],
  ]);
  expect(presence.entries.get("u1")?.metas).toEqual([
    { phx_ref: updated, phx_ref_prev: first, s: 2 },
  ]);
});

test("the second member: it finds the first one there", () => {
  const presence = new PresenceState();
  expect(take(presence, [4, 5])).toEqual([
    ["presence_diff", "kept", {}],
    [
      "presence_state",
      ["u1 joined", "u2 joined", "u2 joined"],
      { u1: ["GOrBz8bThf8e0QDR"], u2: ["GOrBz98H_pke0QDx"] },
    ],
  ]);
});
