// Numbers of a server that do not add up: each must be found.
import { describe, expect, test } from "vitest";
import { serverStats, TestHistory } from "../testing/history.ts";

const sampled = (counted: Record<string, unknown>): TestHistory =>
  new TestHistory().see({ type: "serverSampled", g: 0, stats: serverStats(counted) });
const closed = (history: TestHistory, counted: Record<string, unknown> = {}): TestHistory =>
  history.see({ type: "serverClosed", g: 0, stats: serverStats(counted) });

test("nothing is found where all adds up", () => {
  const live = { websocket: 1, longpoll: 0, channel: 1 };
  const counted = {
    live,
    opened: 2,
    ended: 1,
    endsByReason: ends({ drained: 1 }),
    channelsOpened: 1,
    joins: { ok: 1 },
  };
  const history = sampled(counted).letIn(1).server({ type: "terminated", m: 1, reason: "closed" });
  expect(closed(history).found()).toEqual([]);
});

describe("found", () => {
  test.each<[string, TestHistory, string]>([
    ["a connection that is not counted", sampled({ opened: 1 }), "1 - 0 is not 0"],
    [
      "an end without a reason",
      sampled({ opened: 1, ended: 1 }),
      "1 ended, and the reasons say otherwise",
    ],
    [
      "a channel that is not counted",
      sampled({ channelsOpened: 1, joins: { ok: 1 } }),
      "channels: 0 live",
    ],
    ["a join that is not counted", sampled({ joins: { ok: 1 } }), "1 joins, 0 channels"],
    [
      "what is no message",
      sampled({ opened: 1, ended: 1, endsByReason: ends({ malformedMessage: 1 }) }),
      "no message",
    ],
    [
      "a broken protocol",
      sampled({ opened: 1, ended: 1, endsByReason: ends({ protocolError: 1 }) }),
      "broke the WebSocket protocol",
    ],
    [
      "closed, and something lives",
      closed(new TestHistory(), { live: { websocket: 1, longpoll: 0, channel: 0 }, opened: 1 }),
      "1 connections are live",
    ],
    [
      "closed, and a channel was never told",
      closed(new TestHistory().letIn(3)),
      "the memberships 3 were never terminated",
    ],
  ])("%s", (_, history, sentence) => {
    expect(history.found().join("\n")).toContain(sentence);
  });
});

function ends(counted: Record<string, number>): Record<string, number> {
  return { malformedMessage: 0, protocolError: 0, ...counted };
}
