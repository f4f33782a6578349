// Every cell of the session's table: what is done and what comes next. What is not named here is
// nothing: the state stays, and there is no effect.
import { describe, expect, test } from "vitest";
import { CLOSED, Driver, LOST } from "../testing/driver.ts";
import type { ConnectionInput } from "./input.ts";

/** How to get into each state. */
const STATES: Readonly<Record<string, () => Driver>> = {
  idle: () => new Driver(),
  "connecting credentials": () => arrange((it) => it.connect()),
  "connecting dialling": () =>
    arrange(
      (it) => it.connect(),
      (it) => it.dial(),
    ),
  open: () => new Driver().open(),
  "closing closeFrame end": () =>
    arrange(
      (it) => it.open(),
      (it) => it.disconnect(),
    ),
  "closing tcp end": () =>
    arrange(
      (it) => it.open(),
      (it) => it.disconnect(),
      (it) => it.handle({ type: "closeReceived" }),
    ),
  "open paused": () =>
    arrange(
      (it) => it.open(),
      (it) => it.handle({ type: "pauseReading", holder: "a" }),
    ),
  "closing closeFrame retry": () =>
    arrange(
      (it) => it.open(),
      (it) => it.handle({ type: "queueOverflowed", queue: "q" }),
    ),
  "closing tcp retry": () =>
    arrange(
      (it) => it.open(),
      (it) => it.handle({ type: "closeReceived" }),
    ),
  "closing reset retry": () =>
    arrange(
      (it) => it.open(),
      (it) => it.handle({ type: "heartbeatMissed" }),
    ),
  "closing reset reconnect": () =>
    arrange(
      (it) => it.open(),
      (it) => it.handle({ type: "heartbeatMissed" }),
      (it) => it.disconnect(),
      (it) => it.connect(),
    ),
  waiting: () =>
    arrange(
      (it) => it.open(),
      (it) => it.closed(LOST),
    ),
  ended: () => arrange((it) => it.disconnect()),
};

function arrange(...steps: ((it: Driver) => unknown)[]): Driver {
  const it = new Driver();
  for (const step of steps) step(it);
  it.effects();
  return it;
}

const INPUTS: readonly ConnectionInput[] = [
  { type: "connectSocket" },
  { type: "disconnectSocket", code: 4000, reason: "bye" },
  { type: "resetSocket" },
  { type: "credentialsResolved", serial: 1, changed: true },
  { type: "credentialsFailed", serial: 1, cause: null },
  { type: "transportOpened" },
  { type: "closeReceived" },
  { type: "transportClosed", end: CLOSED },
  { type: "pauseReading", holder: "b" },
  { type: "resumeReading", holder: "a" },
  { type: "hidePage" },
  { type: "checkConnection" },
  { type: "queueOverflowed", queue: "q" },
  { type: "heartbeatMissed" },
  { type: "deadlinePassed" },
];

/** From the state, by the input, to the state; then the effects, but for the change itself. */
const CELLS: Readonly<Record<string, string>> = {
  "idle, connectSocket": "connecting credentials: resolveCredentials",
  "idle, disconnectSocket": "ended",
  "idle, resetSocket": "ended",

  "connecting credentials, disconnectSocket": "ended: connectionEnded",
  "connecting credentials, resetSocket": "ended: connectionEnded",
  "connecting credentials, credentialsResolved": "connecting dialling: dialServer",
  "connecting credentials, credentialsFailed": "waiting: connectionEnded",
  "connecting credentials, deadlinePassed": "waiting: connectionEnded",

  "connecting dialling, disconnectSocket": "closing reset end: resetTransport",
  "connecting dialling, resetSocket": "closing reset end: resetTransport",
  "connecting dialling, transportOpened": "open",
  "connecting dialling, transportClosed": "waiting: connectionEnded",
  "connecting dialling, deadlinePassed": "closing reset retry: resetTransport",

  "open, disconnectSocket": "closing closeFrame end: closeTransport",
  "open, resetSocket": "closing reset end: resetTransport",
  "open, closeReceived": "closing tcp retry",
  "open, transportClosed": "waiting: connectionEnded",
  "open, pauseReading": "open paused: pauseTransport readingChanged",
  "open, queueOverflowed": "closing closeFrame retry: closeTransport",
  "open, hidePage": "closing closeFrame retry: closeTransport",
  "open, checkConnection": "open: sendMessage",
  "open, heartbeatMissed": "closing reset retry: resetTransport",

  // What a pause ends with, its transport goes on reading by itself.
  "open paused, disconnectSocket": "closing closeFrame end: closeTransport readingChanged",
  "open paused, resetSocket": "closing reset end: resetTransport readingChanged",
  "open paused, closeReceived": "closing tcp retry: readingChanged",
  "open paused, transportClosed": "waiting: connectionEnded readingChanged",
  "open paused, pauseReading": "open paused: readingChanged",
  "open paused, resumeReading": "open: resumeTransport readingChanged",
  "open paused, queueOverflowed": "closing closeFrame retry: closeTransport readingChanged",
  "open paused, hidePage": "closing closeFrame retry: closeTransport readingChanged",
  "open paused, checkConnection": "open paused: sendMessage",
  "open paused, heartbeatMissed": "closing reset retry: resetTransport readingChanged",

  "closing closeFrame end, connectSocket": "closing closeFrame reconnect",
  "closing closeFrame end, resetSocket": "closing reset end: resetTransport",
  "closing closeFrame end, closeReceived": "closing tcp end",
  "closing closeFrame end, transportClosed": "ended: connectionEnded",
  "closing closeFrame end, deadlinePassed": "closing reset end: resetTransport",

  "closing closeFrame retry, disconnectSocket": "closing closeFrame end",
  "closing closeFrame retry, resetSocket": "closing reset end: resetTransport",
  "closing closeFrame retry, closeReceived": "closing tcp retry",
  "closing closeFrame retry, transportClosed": "waiting: connectionEnded",
  "closing closeFrame retry, deadlinePassed": "closing reset retry: resetTransport",

  "closing tcp end, connectSocket": "closing tcp reconnect",
  "closing tcp end, resetSocket": "closing reset end: resetTransport",
  "closing tcp end, transportClosed": "ended: connectionEnded",
  "closing tcp end, deadlinePassed": "closing reset end: resetTransport",

  "closing tcp retry, disconnectSocket": "closing tcp end",
  "closing tcp retry, resetSocket": "closing reset end: resetTransport",
  "closing tcp retry, transportClosed": "waiting: connectionEnded",
  "closing tcp retry, deadlinePassed": "closing reset retry: resetTransport",

  "closing reset retry, disconnectSocket": "closing reset end",
  "closing reset retry, resetSocket": "closing reset end",
  "closing reset retry, transportClosed": "waiting: connectionEnded",
  // No deadline is awaited in this state, so that this cannot come.
  "closing reset retry, deadlinePassed": "closing reset retry: resetTransport",

  "closing reset reconnect, disconnectSocket": "closing reset end",
  "closing reset reconnect, resetSocket": "closing reset end",
  // "ended" is told in between.
  "closing reset reconnect, transportClosed":
    "connecting credentials: connectionEnded sessionChanged resolveCredentials",
  "closing reset reconnect, deadlinePassed": "closing reset reconnect: resetTransport",

  "waiting, connectSocket": "connecting credentials: resolveCredentials",
  "waiting, checkConnection": "connecting credentials: resolveCredentials",
  "waiting, disconnectSocket": "ended",
  "waiting, resetSocket": "ended",
  "waiting, deadlinePassed": "connecting credentials: resolveCredentials",

  "ended, connectSocket": "connecting credentials: resolveCredentials",
};

function nameOf({ state, reading }: Driver["session"]): string {
  const { type, step, then } = { step: "", then: "", ...state };
  const held = reading.type === "paused" ? "paused" : "";
  return [type, step, then, held].filter((part) => part !== "").join(" ");
}

describe.each(Object.entries(STATES))("%s", (name, given) => {
  test("is where the test says that it is", () => {
    expect(nameOf(given().session)).toBe(name);
  });

  test.each(INPUTS)("$type", (input) => {
    const it = given();
    const before = it.session.state;
    it.handle(input);
    const effects = it.types();
    const expected = CELLS[`${name}, ${input.type}`];
    if (expected === undefined) {
      expect(it.session.state).toBe(before);
      expect(effects).toEqual([]);
      return;
    }
    // Pauses come and go within the state "open".
    if (it.session.state !== before) expect(effects.pop()).toBe("sessionChanged");
    const after = nameOf(it.session);
    expect(effects.length === 0 ? after : `${after}: ${effects.join(" ")}`).toBe(expected);
  });
});

test("no expected cell is misspelled", () => {
  const all = new Set(
    Object.keys(STATES).flatMap((state) => INPUTS.map(({ type }) => `${state}, ${type}`)),
  );
  expect(Object.keys(CELLS).filter((cell) => !all.has(cell))).toEqual([]);
});
