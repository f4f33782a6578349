// Ends of connections that are wrong, uncounted, or without a cause, and disconnects that are no end.
import { describe, expect, test } from "vitest";
import type { ConnectionEnd } from "@slipstream/client";
import { session, socketStats, TestHistory, type ToldByClient } from "../testing/history.ts";

const connected = (): TestHistory => new TestHistory().connected();
const end = (reason: ConnectionEnd["reason"], rest: Partial<ConnectionEnd> = {}): ToldByClient => ({
  type: "connectionEnded",
  end: { reason, code: null, text: "", clean: false, ...rest },
});
const LOST = end({ type: "connectionLost", cause: null });
const CONNECTING = session({ type: "connecting", step: "credentials", attempt: 1, refusal: null });
const REQUESTED = end({ type: "requested" }, { code: 1000, clean: true });
const ENDED = {
  type: "ended",
  reason: { type: "requested" },
  last: { reason: { type: "requested" }, code: 1000, text: "", clean: true },
} as const;

const disconnect = (history: TestHistory): TestHistory =>
  history.client({ type: "disconnectCalled", call: 5, how: "disconnect" });
const done = (history: TestHistory, state: "ended" | "open" = "ended"): TestHistory =>
  history.client({
    type: "disconnectSettled",
    call: 5,
    result: { code: 1000, reason: "", clean: true },
    state,
  });
const over = (history: TestHistory, counted: Record<string, unknown> = {}): TestHistory => {
  const right = { attempts: 1, opened: 1, endsByReason: { requested: 1 } };
  const stats = socketStats({ ...right, ...counted });
  return history.client({ type: "lifeEnded", stats, state: ENDED });
};
const ordinary = (): TestHistory => done(disconnect(connected()).client(REQUESTED));

describe("nothing is found", () => {
  test.each<[string, TestHistory]>([
    ["an ordinary life", over(ordinary())],
    ["lost, and connected again", connected().client(LOST, CONNECTING)],
    [
      "closed by the server",
      connected()
        .server({ type: "closedByServer", code: 4001 })
        .client(
          end({ type: "closedByRemote", code: 4001, reason: "" }, { code: 4001, clean: true }),
        ),
    ],
    [
      "too large",
      connected()
        .server({ type: "hugeSent" })
        .client(end({ type: "protocolError", code: 1009 })),
    ],
  ])("%s", (_, history) => {
    expect(history.found()).toEqual([]);
  });
});

describe("found", () => {
  test.each<[string, TestHistory, string]>([
    ["two ends of one attempt", connected().client(LOST, LOST), "one end more than attempts"],
    [
      "an attempt before the last has ended",
      connected().client(CONNECTING),
      "0 of 1 attempts ended",
    ],
    ["requested by nobody", connected().client(REQUESTED), "nobody asked for it"],
    [
      "closed with a code that nobody sent",
      connected().client(end({ type: "closedByRemote", code: 4001, reason: "" })),
      "with 4001, never sent",
    ],
    [
      "credentials that failed, and did not",
      connected().client(end({ type: "credentialsFailed", cause: null })),
      "they were always given",
    ],
    [
      "a protocol error",
      connected().client(end({ type: "protocolError", code: 1002 })),
      "with 1002",
    ],
    [
      "a reason that nothing here can cause",
      connected().client(end({ type: "pageHidden" })),
      "no cause here",
    ],
    [
      "clean without a code",
      connected().client(end({ type: "connectionLost", cause: null }, { clean: true })),
      "without a close code",
    ],
    [
      "tried after disconnect()",
      disconnect(connected()).client(CONNECTING),
      "something is tried after disconnect()",
    ],
    [
      "a disconnect that does not end",
      disconnect(connected()).pass(100_000),
      "a disconnect is not done",
    ],
    [
      "a disconnect that is done too late",
      done(disconnect(connected()).pass(100_000)),
      "after 100000 ms",
    ],
    ["a disconnect that is none", done(disconnect(connected()), "open"), "the socket is open"],
    ["an end that is not counted", over(ordinary(), { endsByReason: {} }), "0 of 1 attempts ended"],
    ["an attempt that is not counted", over(ordinary(), { attempts: 0 }), "0 attempts are counted"],
    [
      "an end counted for another reason",
      over(ordinary(), { endsByReason: { connectionLost: 1 } }),
      "connectionLost is counted 1 times",
    ],
    [
      "an end that was not told",
      over(done(disconnect(connected()))),
      "1 ends are counted, and 0 were told",
    ],
    [
      "channels that are left",
      connected().client({
        type: "lifeEnded",
        stats: { ...socketStats(), channels: 2 },
        state: ENDED,
      }),
      "2 channels are left",
    ],
    [
      "a socket that is not at rest",
      connected().client({
        type: "lifeEnded",
        stats: socketStats(),
        state: { type: "open", attempt: 0, transport: "websocket" },
      }),
      "the socket is open",
    ],
    [
      "a ping without an end",
      over(ordinary().client({ type: "pingCalled", call: 6, timeout: 1 })),
      "a ping is not settled",
    ],
    [
      "a connect without an end",
      over(ordinary().client({ type: "connectCalled", call: 6 })),
      "a connect is not settled",
    ],
    [
      "a loop without an end",
      over(ordinary().client({ type: "loopOpened", loop: 6 })),
      "a loop over states has no end",
    ],
  ])("%s", (_, history, sentence) => {
    expect(history.found().join("\n")).toContain(sentence);
  });
});
