// Options: what each accepts, what it refuses, and that an error names the option, the type and
// what is accepted, and never the value.
import { Agent } from "node:http";
import { inspect } from "node:util";
import { clientV2, V1, V2 } from "@slipstream/core";
import { describe, expect, test } from "vitest";
import { systemClock } from "./clock.ts";
import { OptionError } from "./errors.ts";
import { dialWs, Socket, type NodeSocketOptions } from "./index.ts";
import { settingsOf } from "./resolve-options.ts";

const SECRET = "s3cr3t";

function refusal(act: () => unknown): OptionError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    expect(inspect(error, { depth: null })).not.toContain(SECRET);
    return error as OptionError;
  }
  throw new Error("it was accepted");
}

const refuse = (options: object): OptionError =>
  refusal(() => new Socket("ws://localhost/socket", options));

function accept(options: NodeSocketOptions): void {
  expect(new Socket("ws://localhost/socket", options).state).toEqual({ type: "idle" });
}

test("what is left out has the default that the documentation says", () => {
  expect(settingsOf({})).toMatchObject({
    serializer: clientV2,
    clock: systemClock,
    connectTimeout: 10_000,
    joinTimeout: 10_000,
    pushTimeout: 10_000,
    closeTimeout: 5_000,
    heartbeat: { interval: 30_000, timeout: 10_000 },
    credentialsMustChange: true,
    renewable: false,
    maxPayload: 16 * 1024 * 1024,
    maxQueued: 1_000,
    maxBuffered: 16 * 1024 * 1024,
  });
  expect(settingsOf({ heartbeat: false }).heartbeat).toBeNull();
  expect(settingsOf({ heartbeat: { interval: 5 } }).heartbeat).toEqual({
    interval: 5,
    timeout: 10_000,
  });
});

test("credentials can be renewed where any of the three is a function", () => {
  expect(settingsOf({ params: {}, headers: {}, authToken: "t" }).renewable).toBe(false);
  for (const options of [
    { params: () => ({}) },
    { headers: () => ({}) },
    { authToken: () => "t" },
  ]) {
    expect(settingsOf(options).renewable).toBe(true);
  }
});

test("sockets that differ by their credentials alone share their settings; others do not", () => {
  const settings = (options: NodeSocketOptions) => settingsOf(options);
  const some = settings({ params: () => ({ a: 1 }), pushTimeout: 7 });
  expect(settings({ params: () => ({ a: 2 }), pushTimeout: 7, headers: { b: "3" } })).toBe(some);
  expect(some).not.toHaveProperty("params");
  expect(settings({ params: () => ({ a: 1 }), pushTimeout: 8 })).toMatchObject({ pushTimeout: 8 });
  expect(settings({ params: { a: 1 }, pushTimeout: 7 })).toMatchObject({ renewable: false });
  expect(some).toMatchObject({ pushTimeout: 7, renewable: true });
});

test("an option that is undefined is an option that is left out", () => {
  expect(settingsOf({ pushTimeout: undefined } as object).pushTimeout).toBe(10_000);
  accept({ mistyped: undefined } as object);
});

describe("accepted", () => {
  test.each([
    { params: { a: 1, b: [1, "2", false, null], c: { d: { e: "f" } }, g: undefined } },
    { params: () => ({}) },
    { authToken: "t" },
    { authToken: () => Promise.resolve("t") },
    { headers: { "x-forwarded-for": "1.2.3.4", empty: "" } },
    { headers: () => ({}) },
    { serializer: V1 },
    { serializer: { ...V2, vsn: "3.0.0" } },
    { connectTimeout: 0.5, joinTimeout: 1, pushTimeout: 2 ** 31 - 1, closeTimeout: 1 },
    { heartbeat: { timeout: 1 } },
    { reconnect: false, rejoin: false },
    { reconnect: [0], rejoin: [1, 2.5] },
    { reconnect: () => 1, rejoin: () => false },
    { jitter: 1 },
    { maxPayload: 1, maxQueued: 1, maxBuffered: 1 },
    { signal: new AbortController().signal },
    { logger: console },
    { logger: {} },
    { logger: { warn: () => {} } },
    { agent: new Agent() },
    { tls: { rejectUnauthorized: false } },
    { compress: true },
    { transport: dialWs({ compress: true }) },
    { clock: { now: () => 0, setTimer: () => 0, clearTimer: () => {} } },
  ] as NodeSocketOptions[])("%j", accept);
});

describe("refused", () => {
  const TIMES = ["connectTimeout", "joinTimeout", "pushTimeout", "closeTimeout"];
  const WRONG_TIMES = [0, -1, NaN, Infinity, 2 ** 31, "10", null, {}, 10n];

  test.each(TIMES)("%s", (option) => {
    for (const value of WRONG_TIMES) {
      expect(refuse({ [option]: value })).toMatchObject({ option, code: "invalid_option" });
    }
  });

  test.each(["interval", "timeout"])("heartbeat.%s", (name) => {
    for (const value of WRONG_TIMES) {
      expect(refuse({ heartbeat: { [name]: value } }).option).toBe(`heartbeat.${name}`);
    }
  });

  test.each([
    ["params", [null, "a=1", 5, ["a"], true]],
    ["params", [new Map([["token", SECRET]]), new Date(), Promise.resolve({})]],
    ["authToken", [null, 5, { token: SECRET }, false]],
    ["headers", [null, SECRET, [["authorization", SECRET]], new Map()]],
    ["serializer", [null, "V2", {}, { vsn: 2, encode() {}, decode() {} }]],
    ["transport", [null, {}, "ws"]],
    ["clock", [null, {}, Date, { now: () => 0 }]],
    ["heartbeat", [null, true, 30_000, [1]]],
    ["reconnect", [null, true, 5, [], [-1], ["1"], [NaN], {}]],
    ["rejoin", [null, true, 5, [], [-1], [Infinity], {}]],
    ["jitter", [null, -0.1, 1.1, NaN, "0"]],
    ["maxPayload", [null, 0, 1.5, Infinity, "16"]],
    ["maxQueued", [null, 0, 1.5, Infinity, "16"]],
    ["maxBuffered", [null, 0, 1.5, Infinity, "16"]],
    ["signal", [null, {}, new AbortController()]],
    ["logger", [null, "console", 5, { error: "no" }, { debug: 1 }]],
    ["agent", [null, {}, "http://proxy", false]],
    ["tls", [null, true, "ca"]],
    ["socketPath", [null, "", 5]],
    ["compress", [null, "yes", 1]],
  ] as const)("%s: %j", (option, values) => {
    for (const value of values) expect(refuse({ [option]: value }).option).toBe(option);
  });

  test("options that are no object", () => {
    for (const options of [null, 5, "x", []]) {
      expect(refuse(options as unknown as object).option).toBe("options");
    }
  });

  test("names that are no options, those of heartbeat too", () => {
    const unknown = refuse({ pushTimeOut: 5 });
    expect(unknown.option).toBe("pushTimeOut");
    expect(unknown.message).toMatch(/^There is no option [\w.]+\. There are \w+.*\.$/);
    expect(unknown.message).toContain("pushTimeout");
    expect(refuse({ heartbeat: { intervall: 5 } }).option).toBe("heartbeat.intervall");
  });
});

test("the error names the option, the type and what is accepted", () => {
  expect(refuse({ pushTimeout: "10" }).message).toBe(
    "The option pushTimeout cannot be this string. It must be a number of ms above 0 and up to 2147483647.",
  );
  expect(refuse({ signal: null }).message).toBe(
    "The option signal cannot be null. It must be an AbortSignal.",
  );
  expect(refuse({ params: ["a"] }).message).toContain("cannot be this array");
});

describe("arguments of calls", () => {
  const socket = new Socket("ws://localhost/socket");
  const room = socket.channel("room:a");

  test.each([
    ["code", [999, 1002, 1005, 1006, 2999, 5000, 3000.5, NaN, "4000", null]],
    ["reason", [5, "x".repeat(124), "é".repeat(62), null]],
    ["codes", [1000]],
  ] as const)("disconnect: %s %j", (option, values) => {
    for (const value of values) {
      expect(refusal(() => socket.disconnect({ [option]: value })).option).toBe(option);
    }
  });

  test.each([
    ["timeout", [0, -1, NaN, "10", null]],
    ["signal", [null, {}]],
    ["timeOut", [5]],
  ] as const)("push: %s %j", (option, values) => {
    for (const value of values) {
      expect(refusal(() => room.push("e", {}, { [option]: value })).option).toBe(option);
    }
  });

  test.each([
    ["limit", [0, 1.5, Infinity, "10", null]],
    ["overflow", ["drop", null, true]],
    ["leave", [() => {}]],
  ] as const)("messages: %s %j", (option, values) => {
    for (const value of values) {
      const options = { [option]: value } as object;
      expect(refusal(() => room.messages("e", options)).option).toBe(option);
    }
  });

  test("topics and events that are empty, no texts, or the protocol's own", () => {
    for (const topic of ["", "phoenix", 5, null, undefined]) {
      expect(refusal(() => socket.channel(topic as string)).option).toBe("topic");
      expect(refusal(() => socket.join(topic as string)).option).toBe("topic");
    }
    for (const event of ["", 5, null, "phx_join", "phx_leave", "phx_close", "phx_reply"]) {
      expect(refusal(() => room.push(event as string)).option).toBe("event");
      expect(refusal(() => room.send(event as string)).option).toBe("event");
    }
    expect(refusal(() => room.messages({ limit: 5 } as unknown as string)).option).toBe("event");
  });

  test("handlers that are no functions", () => {
    const not = undefined as unknown as () => void;
    expect(refusal(() => room.on("e", not)).option).toBe("handler");
    expect(refusal(() => room.onMessage(not)).option).toBe("handler");
    expect(refusal(() => room.onState(not)).option).toBe("handler");
    expect(refusal(() => socket.onState(not)).option).toBe("handler");
    expect(refusal(() => socket.onConnectionEnd(not)).option).toBe("handler");
  });

  test("options of join, connect and ping", () => {
    const signal = {} as AbortSignal;
    expect(refusal(() => room.join({ signal })).option).toBe("signal");
    expect(refusal(() => socket.join("room:a", {}, { timeout: 5 } as object)).option).toBe(
      "timeout",
    );
    expect(refusal(() => socket.connect({ signal })).option).toBe("signal");
    expect(refusal(() => socket.ping({ timeout: -1 })).option).toBe("timeout");
  });
});
