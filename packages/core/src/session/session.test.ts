// Sessions: how connections begin and end. The invariants S1 to S9 of SPEC.md.
import { describe, expect, test } from "vitest";
import type { EndReason } from "../end-reason.ts";
import { seededRandom } from "../random.ts";
import { MAX_REFUSALS } from "../retry.ts";
import { CLOSED, Driver, LOST, OPTIONS } from "../testing/driver.ts";
import type { TransportEnd } from "./input.ts";

const REFUSED: TransportEnd = { ...LOST, rejected: { status: 403 } };

function ended(it: Driver): number {
  return Object.values(it.session.counters.endsByReason).reduce((sum, count) => sum + count, 0);
}

describe("S1: every attempt ends once, for one reason", () => {
  const dialling = (): Driver => {
    const it = new Driver();
    it.connect();
    it.dial();
    return it;
  };
  const open = (): Driver => new Driver().open();
  const cause = new Error("ECONNREFUSED");

  const cases: [EndReason, () => Driver, (it: Driver) => void][] = [
    [{ type: "requested" }, open, (it) => (it.disconnect(), it.closed(CLOSED))],
    [
      { type: "closedByRemote", code: 1012, reason: "drain" },
      open,
      (it) => it.closed({ code: 1012, reason: "drain", clean: true }),
    ],
    [
      { type: "closedByRemote", code: 1005, reason: "" },
      open,
      (it) => {
        it.handle({ type: "closeReceived" });
        it.closed({ code: 1005, reason: "", clean: true });
      },
    ],
    [{ type: "connectionLost", cause }, open, (it) => it.closed({ ...LOST, error: { cause } })],
    [{ type: "connectionLost", cause: undefined }, open, (it) => it.closed(LOST)],
    [
      { type: "protocolError", code: 1009 },
      open,
      (it) => {
        it.handle({ type: "closeReceived" });
        it.closed({ ...LOST, error: { cause, protocol: 1009 } });
      },
    ],
    [{ type: "heartbeatTimeout" }, open, (it) => (it.pass(37_000), it.closed(LOST))],
    [{ type: "connectFailed", cause }, dialling, (it) => it.closed({ ...LOST, error: { cause } })],
    [
      { type: "upgradeRejected", status: 503, headers: { a: "b" }, body: "no" },
      dialling,
      (it) => it.closed({ ...LOST, rejected: { status: 503, headers: { a: "b" }, body: "no" } }),
    ],
    [{ type: "upgradeRejected" }, dialling, (it) => it.closed({ ...LOST, rejected: {} })],
    [{ type: "connectTimeout" }, dialling, (it) => (it.pass(10_000), it.closed(LOST))],
    [{ type: "requested" }, dialling, (it) => (it.disconnect(), it.closed(LOST))],
  ];

  test.each(cases)("$0", (reason, given, when) => {
    const it = given();
    it.effects();
    when(it);
    expect(it.ends().map((end) => end.reason)).toStrictEqual([reason]);
    expect(it.session.counters.endsByReason[reason.type]).toBe(1);
    expect(ended(it)).toBe(1);
    expect(it.session.counters.attempts).toBe(1);
  });

  test("credentials that fail or do not come are an attempt of their own, without a transport", () => {
    const it = new Driver();
    it.connect();
    it.handle({ type: "credentialsFailed", serial: 1, cause: "no token" });
    expect(it.ends()).toStrictEqual([
      {
        reason: { type: "credentialsFailed", cause: "no token" },
        code: null,
        text: "",
        clean: false,
      },
    ]);
    it.pass(100);
    it.pass(10_000);
    expect(it.ends()).toMatchObject([
      { reason: { type: "credentialsFailed", cause: { type: "connectTimeout" } } },
    ]);
    expect(it.session.counters.attempts - ended(it)).toBe(0);
  });

  test("while an attempt lives, the attempts are one more than the ends", () => {
    const it = new Driver();
    const live = (): number => it.session.counters.attempts - ended(it);
    expect(live()).toBe(0);
    it.connect();
    expect(live()).toBe(1);
    it.dial();
    it.handle({ type: "transportOpened" });
    it.handle({ type: "closeReceived" });
    expect(live()).toBe(1);
    it.closed(CLOSED);
    expect([it.session.state.type, live()]).toEqual(["waiting", 0]);
    it.disconnect();
    expect([it.session.state.type, live()]).toEqual(["ended", 0]);
  });

  test("how it ended is told with the code, the text and whether it was clean", () => {
    const it = new Driver().open();
    it.disconnect();
    it.closed({ code: 4001, reason: "go", clean: true });
    const end = { reason: { type: "requested" }, code: 4001, text: "go", clean: true };
    expect(it.session.state).toEqual({ type: "ended", reason: { type: "requested" }, last: end });
  });
});

describe("S2: one transport at a time", () => {
  test("a retry dials only when the transport before has gone", () => {
    const it = new Driver().open();
    it.handle({ type: "heartbeatMissed" });
    it.pass(60_000);
    expect(it.types()).toEqual(["resetTransport", "sessionChanged"]);
    it.closed(LOST);
    it.pass(100);
    it.dial();
    expect(it.types()).toContain("dialServer");
  });

  test("connecting during a close begins when the close is over, which is told first", () => {
    const it = new Driver().open();
    it.disconnect();
    it.connect();
    expect(it.types()).not.toContain("resolveCredentials");
    it.closed(CLOSED);
    expect(it.types()).toEqual([
      "connectionEnded",
      "sessionChanged",
      "resolveCredentials",
      "sessionChanged",
    ]);
  });

  test("connecting twice is connecting once", () => {
    const it = new Driver();
    it.connect();
    it.connect();
    it.dial();
    it.connect();
    it.handle({ type: "transportOpened" });
    it.connect();
    expect(it.types().filter((type) => type === "dialServer")).toHaveLength(1);
    expect(it.session.state.type).toBe("open");
  });

  test("a transport that opens when it was given up is not used", () => {
    const it = new Driver();
    it.connect();
    it.dial();
    it.pass(10_000);
    it.handle({ type: "transportOpened" });
    expect(it.session.state).toMatchObject({ type: "closing", step: "reset" });
    expect(it.session.counters.opened).toBe(0);
  });
});

describe("S3: nothing is delivered unless open", () => {
  const ways: [string, (it: Driver) => void][] = [
    ["our close", (it) => it.disconnect()],
    ["the server's close", (it) => it.handle({ type: "closeReceived" })],
    ["a reset", (it) => it.handle({ type: "heartbeatMissed" })],
    ["the end", (it) => it.closed(LOST)],
  ];

  test.each(ways)("after %s", (_way, end) => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.push(channel, "p");
    end(it);
    it.effects();
    it.receive({ type: "broadcast", topic: "t", event: "e", payload: {} });
    it.reply("t", "2");
    it.handle({ type: "frameRejected" });
    expect(it.ignored()).toEqual(["closing", "closing", "closing"]);
    expect(it.session.counters.ignored.closing).toBe(3);
  });
});

describe("S4: a disconnect ends everything, in every state", () => {
  const states: [string, (it: Driver) => void][] = [
    ["idle", () => {}],
    ["credentials", (it) => it.connect()],
    ["dialling", (it) => (it.connect(), it.dial())],
    ["open", (it) => void it.open()],
    ["closing by the server", (it) => it.open().handle({ type: "closeReceived" })],
    ["being reset", (it) => it.open().handle({ type: "heartbeatMissed" })],
    ["waiting", (it) => it.open().closed(LOST)],
    ["closing to connect again", (it) => (it.open().disconnect(), it.connect())],
  ];

  test.each(states)("%s", (_name, given) => {
    const it = new Driver();
    given(it);
    it.effects();
    it.disconnect();
    it.disconnect();
    if (it.session.state.type === "closing") it.closed(CLOSED);
    expect(it.states().at(-1)).toMatchObject({ type: "ended", reason: { type: "requested" } });
    expect(it.session.wakeAt).toBe(Infinity);
    it.credentials(true);
    it.pass(100_000);
    expect(it.types()).toEqual([]);
  });

  test("with no connection, it was clean and had no code", () => {
    const it = new Driver();
    it.disconnect();
    expect(it.session.state).toMatchObject({ last: { code: null, text: "", clean: true } });
    expect(it.session.counters.attempts).toBe(0);
  });

  test("the code and the reason go to the transport", () => {
    const it = new Driver().open();
    it.handle({ type: "disconnectSocket", code: 4000, reason: "done" });
    expect(it.effects()[0]).toEqual({ type: "closeTransport", code: 4000, reason: "done" });
  });

  test("after the end, connecting begins anew", () => {
    const it = new Driver();
    it.disconnect();
    it.open();
    expect(it.session.state).toEqual({
      type: "open",
      attempt: 0,
      transport: "websocket",
    });
  });
});

describe("S19: a reset ends everything at once, in every state", () => {
  test.each([
    ["idle", 0, () => {}],
    ["credentials", 0, (it: Driver) => it.connect()],
    ["dialling", 1, (it: Driver) => (it.connect(), it.dial())],
    ["open", 1, (it: Driver) => void it.open()],
    ["closing by us", 1, (it: Driver) => it.open().disconnect()],
    ["closing by the server", 1, (it: Driver) => it.open().handle({ type: "closeReceived" })],
    ["being reset", 0, (it: Driver) => it.open().handle({ type: "heartbeatMissed" })],
    ["waiting", 0, (it: Driver) => it.open().closed(LOST)],
    ["closing to connect again", 1, (it: Driver) => (it.open().disconnect(), it.connect())],
  ])("%s", (_name, resets, given) => {
    const it = new Driver();
    given(it);
    it.effects();
    it.handle({ type: "resetSocket" });
    it.handle({ type: "resetSocket" });
    expect(
      it.types().filter((type) => type === "resetTransport" || type === "closeTransport"),
    ).toEqual(Array.from({ length: resets }, () => "resetTransport"));
    if (it.session.state.type === "closing") it.closed(LOST);
    expect(it.session.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
    expect(it.session.wakeAt).toBe(Infinity);
    it.effects();
    it.credentials(true);
    it.pass(100_000);
    expect(it.types()).toEqual([]);
  });

  test("its channels end as by a disconnect", () => {
    const it = new Driver().open();
    const channel = it.joined("t");
    it.push(channel, "p");
    it.handle({ type: "resetSocket" });
    expect(it.failed()).toEqual(["p disconnected"]);
    expect(channel.state).toEqual({ type: "left", by: "disconnect" });
  });
});

describe("S5: each wait of a close is bounded by closeTimeout", () => {
  test("a server that never answers the close is reset", () => {
    const it = new Driver().open();
    it.disconnect();
    it.effects();
    it.pass(4_999);
    expect(it.types()).toEqual([]);
    it.pass(1);
    expect(it.types()).toEqual(["resetTransport", "sessionChanged"]);
    it.pass(100_000);
    expect(it.types()).toEqual([]);
  });

  test("a server that answers the close and never ends TCP is reset, its time counted anew", () => {
    const it = new Driver().open();
    it.disconnect();
    it.pass(4_000);
    it.handle({ type: "closeReceived" });
    it.effects();
    it.pass(4_999);
    expect(it.types()).toEqual([]);
    it.pass(1);
    expect(it.types()).toEqual(["resetTransport", "sessionChanged"]);
  });

  test("a server that sends a close frame and never ends TCP is reset", () => {
    const it = new Driver().open();
    it.handle({ type: "closeReceived" });
    it.effects();
    it.pass(5_000);
    expect(it.types()).toEqual(["resetTransport", "sessionChanged"]);
  });

  test("changes of mind meanwhile do not make it last longer", () => {
    const it = new Driver().open();
    it.disconnect();
    it.pass(3_000);
    it.connect();
    it.pass(1_000);
    it.disconnect();
    it.effects();
    it.pass(1_000);
    expect(it.types()).toEqual(["resetTransport", "sessionChanged"]);
  });
});

describe("S6: connectTimeout bounds the whole attempt", () => {
  test("credentials and dial share it", () => {
    const it = new Driver();
    it.connect();
    it.pass(6_000);
    it.dial();
    it.effects();
    it.pass(3_999);
    expect(it.types()).toEqual([]);
    it.pass(1);
    expect(it.types()).toEqual(["resetTransport", "sessionChanged"]);
  });

  test("an open connection has no such bound", () => {
    const it = new Driver({ heartbeat: null }).open();
    expect(it.session.wakeAt).toBe(Infinity);
  });
});

test("S7: credentials of an attempt that is over are nobody's", () => {
  const it = new Driver();
  it.connect();
  it.disconnect();
  it.connect();
  it.effects();
  it.handle({ type: "credentialsResolved", serial: 1, changed: true });
  it.handle({ type: "credentialsFailed", serial: 1, cause: null });
  expect(it.types()).toEqual([]);
  it.handle({ type: "credentialsResolved", serial: 2, changed: true });
  it.handle({ type: "credentialsResolved", serial: 2, changed: true });
  it.handle({ type: "credentialsFailed", serial: 2, cause: null });
  expect(it.types()).toEqual(["dialServer", "sessionChanged"]);
});

describe("S8: the policy decides on each retry, and attempts count from 0 after 10 s open", () => {
  /** Opens, stays open for `ms`, and loses the connection. Returns what the policy was asked. */
  function lives(it: Driver, ms: number): void {
    it.dial();
    it.handle({ type: "transportOpened" });
    it.pass(ms);
    it.closed(LOST);
    it.pass(1_000);
  }

  test("a server that accepts and drops is not hammered", () => {
    const asked: number[] = [];
    const it = new Driver({
      heartbeat: null,
      reconnect: ({ attempt }) => (asked.push(attempt), 50),
    });
    it.connect();
    lives(it, 9_999);
    lives(it, 0);
    lives(it, 10_000);
    lives(it, 0);
    expect(asked).toEqual([0, 1, 0, 1]);
  });

  test("the time of a closing handshake does not count as open", () => {
    const it = new Driver({ heartbeat: null });
    it.connect();
    lives(it, 0);
    it.dial();
    it.handle({ type: "transportOpened" });
    it.pass(7_000);
    it.handle({ type: "closeReceived" });
    it.pass(4_000);
    it.closed(CLOSED);
    expect(it.session.state).toMatchObject({ type: "waiting", attempt: 2 });
  });

  test("failures to connect count", () => {
    const it = new Driver();
    it.connect();
    for (const delay of [100, 200, 300]) {
      it.dial();
      it.closed(LOST);
      expect(it.session.state).toMatchObject({ type: "waiting", delay });
      it.pass(delay);
    }
  });

  test("it is told why, and whether a connection was ever open", () => {
    const asked: unknown[] = [];
    const it = new Driver({
      reconnect: ({ cause, again }) => (asked.push([cause.type, again]), 0),
    });
    it.connect();
    it.dial();
    it.closed(LOST);
    it.pass(0);
    lives(it, 0);
    expect(asked).toEqual([
      ["connectFailed", false],
      ["connectionLost", true],
    ]);
  });

  test("when it gives up, the session ends for the cause", () => {
    const it = new Driver({ reconnect: () => false }).open();
    it.closed(LOST);
    expect(it.session.state).toMatchObject({ type: "ended", reason: { type: "connectionLost" } });
    expect(it.session.wakeAt).toBe(Infinity);
  });

  test("connecting while waiting does not wait, and counts on", () => {
    const it = new Driver();
    it.connect();
    it.dial();
    it.closed(LOST);
    it.connect();
    expect(it.session.state).toMatchObject({ type: "connecting", attempt: 1 });
  });

  test("a delay of Infinity waits for the program's word", () => {
    const it = new Driver({ reconnect: () => Infinity }).open();
    it.closed(LOST);
    expect(it.session.wakeAt).toBe(Infinity);
    it.connect();
    expect(it.session.state.type).toBe("connecting");
  });
});

describe("S9: refused credentials are not sent again", () => {
  function refused(status: number, options = {}): Driver {
    const it = new Driver(options);
    it.connect();
    it.dial();
    it.closed({ ...LOST, rejected: { status } });
    it.effects();
    it.pass(100);
    it.effects();
    return it;
  }

  test.each([401, 403])("after a %i, unchanged ones end the session", (status) => {
    const it = refused(status);
    it.credentials(false);
    expect(it.types()).toEqual(["connectionEnded", "sessionChanged"]);
    const reason = { type: "upgradeRejected", status };
    expect(it.session.state).toMatchObject({ type: "ended", reason });
    expect(it.session.counters.endsByReason.upgradeRejected).toBe(2);
  });

  test.each([401, 403])("after a %i, changed ones dial", (status) => {
    const it = refused(status);
    it.credentials(true);
    expect(it.types()).toEqual(["dialServer", "sessionChanged"]);
  });

  test("so many refusals in a row, each of others, end it; unless the policy decides alone", () => {
    const refuseAgain = (it: Driver): void => {
      it.closed(REFUSED);
      it.pass(2_000);
      it.credentials(true);
    };
    const it = refused(403);
    it.credentials(true);
    for (let times = 1; times < MAX_REFUSALS - 1; times++) refuseAgain(it);
    expect(it.session.state).toMatchObject({ type: "connecting", step: "dialling" });
    it.closed(REFUSED);
    expect(it.session.state).toMatchObject({ type: "ended", reason: { status: 403 } });
    it.connect();
    it.dial();
    it.closed(REFUSED);
    expect(it.session.state.type).toBe("waiting");

    const alone = refused(403, { credentialsMustChange: false });
    alone.credentials(true);
    for (let times = 0; times < 2 * MAX_REFUSALS; times++) refuseAgain(alone);
    expect(alone.session.state.type).toBe("connecting");
  });

  test("after another status, unchanged ones dial", () => {
    const it = refused(503);
    it.credentials(false);
    expect(it.types()).toEqual(["dialServer", "sessionChanged"]);
  });

  test("nor when evaluating them failed in between, or took too long", () => {
    const it = refused(401);
    it.handle({ type: "credentialsFailed", serial: 2, cause: null });
    it.pass(200);
    it.pass(OPTIONS.connectTimeout);
    it.pass(300);
    it.credentials(false);
    expect(it.session.state).toMatchObject({ type: "ended", reason: { status: 401 } });
  });

  test("changed ones that met another failure may be sent again", () => {
    const it = refused(401);
    it.credentials(true);
    it.closed(LOST);
    it.pass(200);
    it.effects();
    it.credentials(false);
    expect(it.types()).toEqual(["dialServer", "sessionChanged"]);
  });

  test("connecting while it waits does not get round it", () => {
    const it = new Driver();
    it.connect();
    it.dial();
    it.closed(REFUSED);
    it.connect();
    it.credentials(false);
    expect(it.session.state.type).toBe("ended");
  });

  test("whoever connects after the end may try the same again", () => {
    const it = refused(403);
    it.credentials(false);
    it.connect();
    it.effects();
    it.credentials(false);
    expect(it.types()).toEqual(["dialServer", "sessionChanged"]);
  });

  test("unless the program says otherwise", () => {
    const it = refused(403, { credentialsMustChange: false });
    it.credentials(false);
    expect(it.types()).toEqual(["dialServer", "sessionChanged"]);
  });
});

describe("S17: a machine that slept begins its retries anew, not all in one moment", () => {
  function waiting(): Driver {
    const it = new Driver({ random: seededRandom(7) }).open();
    for (let attempt = 0; attempt < 4; attempt++) {
      it.closed(LOST);
      if (attempt < 3) it.open();
    }
    it.effects();
    return it;
  }

  test("a retry that is noticed 10 s late is tried at a random moment within 1 s, as the first", () => {
    const it = waiting();
    expect(it.session.state).toMatchObject({ type: "waiting", attempt: 4 });
    it.sleep(3_600_000);
    const [state, ...others] = it.states();
    expect(others).toEqual([]);
    if (state?.type !== "waiting") throw new Error(`It is ${state?.type}.`);
    expect(state.attempt).toBe(0);
    expect(state.delay).toBeGreaterThanOrEqual(0);
    expect(state.delay).toBeLessThan(1_000);
    it.pass(1_000);
    expect(it.types()).toEqual(["resolveCredentials", "sessionChanged"]);
  });

  test("a timer that is a little late changes nothing", () => {
    const it = waiting();
    it.sleep(400 + 9_999);
    expect(it.types()).toEqual(["resolveCredentials", "sessionChanged"]);
  });
});

describe("S21: a page that goes away gives its connection back, and one that is there asks at once", () => {
  test("the server is told, the end has its reason, and nothing is tried until the page is back", () => {
    const it = new Driver().open();
    it.effects();
    it.handle({ type: "hidePage" });
    const reason = { type: "pageHidden" };
    expect(it.session.state).toMatchObject({ type: "closing", reason, then: "retry" });
    const close = { type: "closeTransport", code: 4001, reason: "pageHidden" };
    expect(it.effects()).toContainEqual(close);
    it.closed({ code: 4001, reason: "", clean: true });
    expect(it.session.state).toMatchObject({ type: "waiting", cause: reason, delay: Infinity });
    expect(it.session.wakeAt).toBe(Infinity);
    it.handle({ type: "checkConnection" });
    expect(it.session.state).toMatchObject({ type: "connecting" });
    expect(it.session.counters.endsByReason.pageHidden).toBe(1);
  });

  test("where the policy is never to try again, hiding is the end", () => {
    const it = new Driver({ reconnect: () => false }).open();
    it.handle({ type: "hidePage" });
    it.closed(LOST);
    expect(it.session.state).toMatchObject({ type: "ended", reason: { type: "pageHidden" } });
  });

  test("an open connection is asked once, and its silence is its end", () => {
    const it = new Driver().open();
    it.effects();
    it.handle({ type: "checkConnection" });
    it.handle({ type: "checkConnection" });
    expect(it.sent()).toMatchObject([{ type: "heartbeat" }]);
    it.pass(7_000);
    const reason = { type: "heartbeatTimeout" };
    expect(it.session.state).toMatchObject({ type: "closing", reason });
  });

  test("without heartbeats nothing is asked", () => {
    const it = new Driver({ heartbeat: null }).open();
    it.effects();
    it.handle({ type: "checkConnection" });
    expect(it.sent()).toEqual([]);
  });

  test("a delay is cut short", () => {
    const it = new Driver().open();
    it.closed(LOST);
    expect(it.session.state.type).toBe("waiting");
    it.handle({ type: "checkConnection" });
    expect(it.session.state.type).toBe("connecting");
  });
});
