// The seams for tests and for other transports: whatever a socket waits for goes through the clock
// that it is given, and whatever it says through the transport.
import { V2 } from "@slipstream/core";
import { expect, onTestFinished, test } from "vitest";
import type { Clock, Timer } from "./clock.ts";
import { failureOf } from "./fixtures/failure.ts";
import { turn } from "./fixtures/sockets.ts";
import { dialWs, OptionError, Socket, type Dial, type TransportEvents } from "./index.ts";

/** A clock that stands still until it is told what time it is. */
class StoppedClock implements Clock {
  #now = 0;
  readonly timers = new Map<Timer, { readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimer<S>(delay: number, wake: (subject: S) => void, subject: S): Timer {
    const timer = {};
    this.timers.set(timer, { at: this.#now + delay, wake: () => wake(subject) });
    return timer;
  }

  clearTimer(timer: Timer): void {
    this.timers.delete(timer);
  }

  /** Lets time pass until the timer that was set last, or the only one, rings. */
  ring(): number {
    const [timer, { at, wake }] = [...this.timers].at(-1) ?? expect.unreachable();
    this.timers.delete(timer);
    const passed = at - this.#now;
    this.#now = at;
    wake();
    return passed;
  }
}

/** Opens every connection, and answers what `answer` says. */
function scripted(answer: (frame: string, events: TransportEvents) => void): Dial {
  return (_, events) => {
    queueMicrotask(() => events.opened());
    const end = (code: number | null, reason: string): void =>
      queueMicrotask(() => events.closed({ code, reason, clean: code !== null }));
    return {
      bufferedAmount: 0,
      send: (frame) => queueMicrotask(() => answer(frame as string, events)),
      close: end,
      reset: () => end(null, ""),
    };
  };
}

const timersOfTheSystem = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

test("a retry waits for the clock it was given, and for no other", async () => {
  const before = timersOfTheSystem();
  const clock = new StoppedClock();
  let dials = 0;
  const socket = new Socket("ws://nowhere.test/socket", {
    clock,
    logger: {},
    reconnect: [5_000_000],
    transport: (request, events) => {
      dials += 1;
      if (dials > 1) return scripted(() => {})(request, events);
      throw new Error("no network");
    },
  });
  onTestFinished(async () => void (await socket.disconnect()));
  const connecting = socket.connect();
  await turn();
  expect(socket.state.type).toBe("waiting");
  expect(timersOfTheSystem()).toBe(before);
  expect(clock.timers.size).toBe(1);
  // The first timer is the one of the attempt, which is needed no longer.
  clock.ring();
  clock.ring();
  await connecting;
  expect(clock.now()).toBe(5_000_000);
});

test("timeouts and the latency of a ping are those of the clock", async () => {
  const clock = new StoppedClock();
  const transport = scripted((frame, events) => {
    const message = V2.decode(frame, "client");
    if (message.type !== "heartbeat") return;
    clock.ring();
    const reply = { ...message, type: "reply", joinRef: null, topic: "phoenix" } as const;
    events.received(V2.encode({ ...reply, status: "ok", response: {} }));
  });
  const socket = new Socket("ws://nowhere.test/socket", {
    clock,
    transport,
    connectTimeout: 50,
    joinTimeout: 400,
    heartbeat: false,
  });
  await socket.connect();
  const joining = failureOf(socket.join("room:a"));
  expect(await socket.ping()).toBeGreaterThan(0);
  await turn();
  while (clock.timers.size > 0) clock.ring();
  expect(await joining).toMatchObject({ code: "timeout" });
  expect(clock.now()).toBeGreaterThanOrEqual(400);
  expect(await socket.disconnect()).toEqual({ code: 1000, reason: "", clean: true });
  expect(clock.timers.size).toBe(0);
});

test("what belongs to Node's own transport is refused beside another one", () => {
  for (const own of [{ compress: true }, { tls: {} }, { agent: {} }]) {
    const make = (): Socket =>
      new Socket("ws://nowhere.test/socket", { ...(own as object), transport: dialWs() });
    expect(make).toThrow(OptionError);
    expect(make).toThrow("Give it to dialWs");
  }
});
