// Signs of life and pings. The invariants S10 to S13 of SPEC.md. In these tests a heartbeat is sent
// every 30 s, and 7 s of silence are a death.
import { describe, expect, test } from "vitest";
import type { ClientMessage } from "../message.ts";
import { Driver, LOST, OPTIONS } from "../testing/driver.ts";

/** Lets time pass, and returns the refs of the heartbeats that were sent. */
function heartbeats(it: Driver, ms: number): (string | number | null)[] {
  it.effects();
  it.pass(ms);
  return it.sent().map((message) => (message as ClientMessage & { type: "heartbeat" }).ref);
}

function broadcast(it: Driver): void {
  it.receive({ type: "broadcast", topic: "t", event: "e", payload: {} });
}

describe("S10: silence of the timeout after a heartbeat ends the connection", () => {
  test("an answered heartbeat is followed by the next an interval later", () => {
    const it = new Driver().open();
    expect(heartbeats(it, 29_999)).toEqual([]);
    expect(heartbeats(it, 1)).toEqual(["1"]);
    it.pass(2_000);
    it.reply("phoenix", "1");
    expect(heartbeats(it, 29_999)).toEqual([]);
    expect(heartbeats(it, 1)).toEqual(["2"]);
    expect(it.session.state.type).toBe("open");
  });

  test("its answer is told with how long it took", () => {
    const it = new Driver().open();
    it.pass(30_000);
    it.pass(2_000);
    it.effects();
    it.reply("phoenix", "1");
    it.reply("phoenix", "1");
    expect(it.effects()).toEqual([
      { type: "heartbeatAnswered", latency: 2_000 },
      { type: "frameIgnored", why: "unmatchedReply" },
    ]);
  });

  test("silence ends it, and nothing is ended earlier", () => {
    const it = new Driver().open();
    it.pass(36_999);
    expect(it.session.state.type).toBe("open");
    it.pass(1);
    expect(it.session.state).toMatchObject({ type: "closing", step: "reset" });
    expect(it.session.state).toMatchObject({ reason: { type: "heartbeatTimeout" } });
  });

  const signs: [string, (it: Driver) => void][] = [
    ["a message of a channel", broadcast],
    ["a reply", (it) => it.reply("t", "9")],
    ["a reply to another ping", (it) => it.reply("phoenix", "9")],
    ["a frame that is no message", (it) => it.handle({ type: "frameRejected" })],
  ];

  test.each(signs)("%s postpones the end", (_name, sign) => {
    const it = new Driver().open();
    it.pass(36_000);
    sign(it);
    it.pass(6_999);
    expect(it.session.state.type).toBe("open");
    it.pass(1);
    expect(it.session.state.type).toBe("closing");
  });

  test("what came before the heartbeat does not postpone it", () => {
    const it = new Driver().open();
    it.pass(29_000);
    broadcast(it);
    it.pass(8_000);
    expect(it.session.state.type).toBe("closing");
  });

  test("heartbeat: null asks never", () => {
    const it = new Driver({ heartbeat: null }).open();
    expect(heartbeats(it, 1_000_000)).toEqual([]);
  });

  test("a new connection starts from scratch", () => {
    const it = new Driver().open();
    it.pass(31_000);
    it.closed(LOST);
    it.open();
    it.reply("phoenix", "1");
    expect(it.ignored()).toEqual(["unmatchedReply"]);
    it.pass(29_900);
    expect(it.sent()).toEqual([]);
  });
});

test("S11: a server that sends but does not answer still hears from us at the interval", () => {
  const it = new Driver().open();
  it.pass(30_000);
  const refs: unknown[] = [];
  for (let second = 0; second < 90; second++) {
    it.pass(999);
    broadcast(it);
    refs.push(...heartbeats(it, 1));
  }
  expect(refs).toEqual(["2", "3", "4"]);
  expect(it.session.state.type).toBe("open");
});

describe("S12: a process that slept does not take its own silence for the server's", () => {
  test("it asks again, and ends the connection if that is not answered", () => {
    const it = new Driver().open();
    it.pass(30_000);
    it.effects();
    it.sleep(3_600_000);
    expect(it.sent()).toMatchObject([{ type: "heartbeat", ref: "2" }]);
    it.pass(6_999);
    expect(it.session.state.type).toBe("open");
    it.pass(1);
    expect(it.session.state.type).toBe("closing");
  });

  test("a timer that is a little late changes nothing", () => {
    const it = new Driver().open();
    it.pass(30_000);
    it.sleep(7_500);
    expect(it.session.state.type).toBe("closing");
  });
});

describe("S13: pings are pushes of the socket", () => {
  function ping(it: Driver, name: string): void {
    it.handle({ type: "pingServer", push: it.session.ping(name), timeout: 4_000 });
  }

  test("answered, timed out, disconnected", () => {
    const it = new Driver().open();
    ping(it, "answered");
    expect(it.sent()).toEqual([{ type: "heartbeat", ref: "1", payload: {} }]);
    it.reply("phoenix", "1", "ok", { at: 1 });
    expect(it.settled()).toEqual([["answered", { type: "ok", response: { at: 1 } }]]);
    ping(it, "late");
    it.pass(4_000);
    expect(it.failed()).toEqual(["late timeout"]);
    ping(it, "lost");
    it.closed(LOST);
    expect(it.failed()).toEqual(["lost disconnected"]);
  });

  test("without a connection they fail at once", () => {
    const it = new Driver();
    ping(it, "p");
    expect(it.effects()).toEqual([
      {
        type: "pushSettled",
        push: "p",
        outcome: { type: "failed", code: "disconnected", sent: false },
      },
    ]);
    expect(it.session.wakeAt).toBe(Infinity);
  });

  test("an answered ping is no answer to the heartbeat", () => {
    const it = new Driver().open();
    ping(it, "p");
    it.pass(OPTIONS.connectTimeout);
    ping(it, "q");
    it.reply("phoenix", "2");
    expect(it.settled().map(([push]) => push)).toEqual(["p", "q"]);
    expect(heartbeats(it, 20_000)).toEqual(["3"]);
  });
});

describe("S20: a transport that is to be proved is asked for a sign of life at once", () => {
  function opened(it: Driver): void {
    it.connect();
    it.dial();
    it.effects();
    it.handle({ type: "transportOpened", transport: "other", prove: true });
  }

  test("before anything else, and silence ends it as ever", () => {
    const it = new Driver();
    const channel = it.channel("t");
    it.join(channel);
    opened(it);
    it.params(channel);
    expect(it.sent().map(({ type }) => type)).toEqual(["heartbeat", "join"]);
    expect(it.session.state).toMatchObject({ type: "open", transport: "other" });
    it.pass(6_999);
    expect(it.session.state.type).toBe("open");
    it.pass(1);
    expect(it.session.state).toMatchObject({ reason: { type: "heartbeatTimeout" } });
  });

  test("once it has answered, the next comes an interval later", () => {
    const it = new Driver();
    opened(it);
    it.reply("phoenix", "1");
    expect(heartbeats(it, 29_999)).toEqual([]);
    expect(heartbeats(it, 1)).toEqual(["2"]);
  });

  test("not the transport that comes after it, nor a socket without a heartbeat", () => {
    const it = new Driver();
    opened(it);
    it.closed(LOST);
    it.pass(30_000);
    it.effects();
    it.dial();
    it.handle({ type: "transportOpened" });
    expect(it.sent()).toEqual([]);
    const quiet = new Driver({ heartbeat: null });
    opened(quiet);
    expect(quiet.sent()).toEqual([]);
  });
});
