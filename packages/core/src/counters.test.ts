// The counters as others see them: whole, live, and in JSON.
import { expect, test } from "vitest";
import { Counters } from "./counters.ts";

test("what nothing was counted in reads as zeros, and counts on", () => {
  const counters = new Counters();
  const { pushes, ignored, endsByReason } = counters;
  expect([pushes.ok, ignored.closing, endsByReason.requested]).toEqual([0, 0, 0]);
  counters.pushSettled({ type: "ok", response: {} });
  counters.pushSettled({ type: "failed", code: "timeout", sent: true });
  counters.ignored.closing += 1;
  counters.endsByReason.requested += 1;
  expect([pushes.ok, pushes.timeout, ignored.closing, endsByReason.requested]).toEqual([
    1, 1, 1, 1,
  ]);
});

test("JSON has all of it", () => {
  const counters = new Counters();
  counters.attempts = 2;
  counters.pushSettled({ type: "sent" });
  expect(JSON.parse(JSON.stringify({ counters }))).toMatchObject({
    counters: {
      attempts: 2,
      opened: 0,
      messagesReceived: 0,
      messagesSent: 0,
      pushes: { sent: 1, ok: 0, unsendable: 0 },
      endsByReason: { requested: 0, ownerGone: 0 },
      ignored: { undecodable: 0, unmatchedReply: 0 },
    },
  });
});
