// Pauses: who holds them, how long they last, and what they mean for signs of life. The invariants
// S15, S16 and S18 of SPEC.md. In these tests a pause lasts 5.5 s at most, a heartbeat is sent every
// 30 s, and 7 s of silence are a death.
import { describe, expect, test } from "vitest";
import { Driver, LOST } from "../testing/driver.ts";

const pause = (it: Driver, holder = "a"): void => it.handle({ type: "pauseReading", holder });
const resume = (it: Driver, holder = "a"): void => it.handle({ type: "resumeReading", holder });

function paused(): Driver {
  const it = new Driver().open();
  pause(it);
  it.effects();
  return it;
}

describe("S15: reading stops only at a hold, and for maxPause at most", () => {
  test("the first hold stops it, the last one that goes lets it go on", () => {
    const it = new Driver().open();
    pause(it, "a");
    pause(it, "a");
    pause(it, "b");
    expect(it.session.reading).toEqual({ type: "paused", by: ["a", "b"] });
    resume(it, "a");
    resume(it, "c");
    expect(it.session.reading).toEqual({ type: "paused", by: ["b"] });
    resume(it, "b");
    resume(it, "b");
    expect(it.session.reading).toEqual({ type: "flowing" });
    expect(it.effects()).toEqual([
      { type: "pauseTransport" },
      { type: "readingChanged", reading: { type: "paused", by: ["a"] }, why: "asked" },
      { type: "readingChanged", reading: { type: "paused", by: ["a", "b"] }, why: "asked" },
      { type: "readingChanged", reading: { type: "paused", by: ["b"] }, why: "asked" },
      { type: "resumeTransport" },
      { type: "readingChanged", reading: { type: "flowing" }, why: "asked" },
    ]);
  });

  test("maxPause ends it, whoever holds it; a second hold does not make it longer", () => {
    const it = paused();
    it.pass(5_000);
    pause(it, "b");
    it.effects();
    it.pass(499);
    expect(it.effects()).toEqual([]);
    it.pass(1);
    expect(it.effects()).toEqual([
      { type: "resumeTransport" },
      { type: "readingChanged", reading: { type: "flowing" }, why: "maxPause" },
    ]);
    it.pass(10_000);
    expect(it.types()).toEqual([]);
  });

  test("it can be stopped again, for as long again", () => {
    const it = paused();
    it.pass(5_500);
    pause(it);
    it.effects();
    it.pass(5_499);
    expect(it.types()).toEqual([]);
    it.pass(1);
    expect(it.types()).toEqual(["resumeTransport", "readingChanged"]);
  });

  test("frames that were read before it stopped are used as ever", () => {
    const it = new Driver().open();
    it.joined("t");
    pause(it);
    it.effects();
    it.receive({ type: "broadcast", topic: "t", event: "e", payload: {} });
    expect(it.messages()).toEqual(["e"]);
  });

  const ends: [string, (it: Driver) => void, string][] = [
    ["a disconnect", (it) => it.disconnect(), "closeTransport"],
    ["the server's close", (it) => it.handle({ type: "closeReceived" }), ""],
    ["a loss", (it) => it.closed(LOST), "connectionEnded"],
    ["an overflow", (it) => it.handle({ type: "queueOverflowed", queue: "q" }), "closeTransport"],
  ];

  test.each(ends)("%s ends it, and the next connection is read", (_name, end, effect) => {
    const it = paused();
    end(it);
    expect(it.session.reading).toEqual({ type: "flowing" });
    const effects = it.types();
    expect(effects.filter((type) => type === effect)).toHaveLength(effect === "" ? 0 : 1);
    // A transport that ends goes on reading by itself.
    expect(effects).not.toContain("resumeTransport");
    expect(effects).toContain("readingChanged");
    it.closed(LOST);
    it.open();
    it.pass(20_000);
    expect(it.types()).toEqual([]);
  });

  test("without an open connection there is nothing to stop", () => {
    const it = new Driver();
    pause(it);
    it.connect();
    pause(it);
    it.dial();
    pause(it);
    it.handle({ type: "transportOpened" });
    expect(it.types()).not.toContain("pauseTransport");
    expect(it.session.reading).toEqual({ type: "flowing" });
  });
});

describe("S16: what is not read is no silence", () => {
  test("the heartbeat's timeout stands still, and counts on", () => {
    const it = new Driver().open();
    it.pass(34_000);
    pause(it);
    it.pass(5_000);
    resume(it);
    it.pass(2_999);
    expect(it.session.state.type).toBe("open");
    it.pass(1);
    expect(it.session.state).toMatchObject({ reason: { type: "heartbeatTimeout" } });
  });

  test("what is unread gets a second to be read", () => {
    const it = new Driver().open();
    it.pass(36_990);
    pause(it);
    it.pass(100);
    resume(it);
    it.pass(999);
    expect(it.session.state.type).toBe("open");
    it.pass(1);
    expect(it.session.state.type).toBe("closing");
  });

  test("a server that answers once it is read lives", () => {
    const it = new Driver().open();
    it.pass(29_000);
    pause(it);
    it.pass(5_500);
    expect(it.sent()).toMatchObject([{ type: "heartbeat", ref: "1" }]);
    it.reply("phoenix", "1");
    it.pass(29_999);
    expect(it.sent()).toEqual([]);
    expect(it.session.state.type).toBe("open");
  });

  test("heartbeats go out at the interval all the same", () => {
    const it = new Driver({ maxPause: 100_000 }).open();
    pause(it);
    it.pass(95_000);
    expect(it.sent().map(({ ref }) => ref)).toEqual(["1", "2", "3"]);
    expect(it.session.state.type).toBe("open");
    resume(it);
    it.pass(6_999);
    expect(it.session.state.type).toBe("open");
    it.pass(1);
    expect(it.session.state.type).toBe("closing");
  });

  test("pauses again and again do not hide a server that is gone", () => {
    const it = new Driver().open();
    it.pass(30_000);
    for (let second = 0; second < 20 && it.session.state.type === "open"; second += 2) {
      pause(it);
      it.pass(1_000);
      resume(it);
      it.pass(1_000);
    }
    expect(it.session.state.type).toBe("closing");
  });
});

describe("S18: a bound whose policy is to close ends the connection as an overflow", () => {
  test("the server is told, the end has its reason, and the next attempt is a retry", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.push(channel, "p");
    it.effects();
    it.handle({ type: "queueOverflowed", queue: "messages of t" });
    const reason = { type: "overflow", queue: "messages of t" };
    expect(it.session.state).toMatchObject({ type: "closing", reason, then: "retry" });
    expect(channel.state).toMatchObject({ cause: { type: "disconnected", reason } });
    expect(it.effects()).toContainEqual({ type: "closeTransport", code: 4008, reason: "overflow" });
    it.handle({ type: "closeReceived" });
    it.closed({ code: 4008, reason: "overflow", clean: true });
    expect(it.ends()).toMatchObject([{ reason, clean: true }]);
    expect(it.session.state).toMatchObject({ type: "waiting", attempt: 1, cause: reason });
    expect(it.session.counters.endsByReason.overflow).toBe(1);
  });

  test("where nothing is open there is nothing to close", () => {
    const it = new Driver();
    it.handle({ type: "queueOverflowed", queue: "q" });
    expect(it.effects()).toEqual([]);
  });
});
