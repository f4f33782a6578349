// Every callback of a channel in every way in which it can fail: each is bounded, told once with its topic
// and event, and counted, and neither its neighbours nor the end of the server suffer (P9, P17, P18).
import { describe, expect, onTestFinished, test } from "vitest";
import type { ChannelObject } from "./channel/channel.ts";
import { noreply, ok, reply } from "./channel/results.ts";
import { TestClient } from "./fixtures/client.ts";
import { servesUntil } from "./fixtures/server.ts";
import { gate, until } from "./fixtures/until.ts";
import type { CallbackName } from "./telemetry/index.ts";

const serve = servesUntil(onTestFinished);

const CALLBACKS: readonly CallbackName[] = [
  "join",
  "handleIn",
  "handleInfo",
  "handleOut",
  "terminate",
];

/** What the callback does that fails; all others do what they should. */
function channelWith(failing: CallbackName, does: () => unknown): ChannelObject {
  const fails = does as () => never;
  return {
    intercept: ["out"],
    join: (params, channel) => {
      if (channel.topic === "bad" && failing === "join") return fails();
      if (params === "info") channel.sendInfo("info");
      return ok();
    },
    handleIn({ event }, channel) {
      if (event === "out") channel.broadcast("out", {});
      if (event === "bad") return fails();
      return event === "ping" ? reply("pong") : noreply();
    },
    handleInfo: () => (failing === "handleInfo" ? fails() : undefined),
    handleOut: () => (failing === "handleOut" ? fails() : undefined),
    terminate: (_reason, { topic }) =>
      topic === "bad" && failing === "terminate" ? fails() : undefined,
  };
}

/** Makes the server call it. */
async function provoke(client: TestClient, callback: CallbackName): Promise<void> {
  client.send("j", "j", "bad", "phx_join", callback === "handleInfo" ? "info" : {});
  if (callback === "handleIn") client.push("bad", "bad");
  if (callback === "handleOut") client.push("bad", "out");
  if (callback === "terminate") client.send("j", "l", "bad", "phx_leave", {});
}

/** The other channel answers. */
async function answered(client: TestClient): Promise<void> {
  const ref = client.push("good", "ping");
  for (;;) {
    const frame = await client.next();
    if (!Array.isArray(frame) || frame[1] !== ref || frame[2] !== "good") continue;
    return expect(frame[4]).toEqual({ status: "ok", response: "pong" });
  }
}

/** How the log names it. */
const PLACES: Record<CallbackName, string> = {
  join: "join",
  handleIn: '"bad"',
  handleInfo: "handleInfo",
  handleOut: '"out"',
  terminate: "terminate",
};

const broken = new Error("broken on purpose");

describe.each(CALLBACKS)("%s", (callback) => {
  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw broken;
      },
    ],
    ["rejects", () => Promise.reject(broken)],
    ["returns nonsense", () => "nonsense"],
    ["takes its time, and returns nonsense", async () => "nonsense"],
  ])("that %s is told once, counted, and harms nobody else", async (how, does) => {
    const logged: [string, unknown][] = [];
    const { port, server } = await serve(
      channelWith(callback, does),
      {},
      { logger: { error: (...line) => logged.push(line as [string, unknown]) } },
    );
    const client = await TestClient.connect(port);
    await client.join("good");
    await provoke(client, callback);
    // What terminate returns is for nobody.
    const isFailure = callback !== "terminate" || !how.includes("nonsense");
    const failures = isFailure ? 1 : 0;
    await until(() => server.stats().callbacksFailed[callback] === failures);
    await until(() => server.stats().live.channel === 1);
    await answered(client);
    await client.close();
    await server.close();
    expect(Object.values(server.stats().callbacksFailed).reduce((a, b) => a + b)).toBe(failures);
    expect(logged).toHaveLength(failures);
    if (!isFailure) return;
    const [[message, error] = []] = logged;
    expect(message).toBe(
      callback === "terminate"
        ? 'The terminate of the channel "bad" failed.'
        : `The channel "bad" crashed at ${PLACES[callback]}.`,
    );
    if (!how.includes("nonsense")) expect(error).toBe(broken);
  });

  test.each(["while its client is there", "after its client has gone"] as const)(
    "that never ends is told once and counted, %s",
    async (when) => {
      const forever = gate<never>();
      const begun = gate();
      const logged: string[] = [];
      const { port, server } = await serve(
        channelWith(callback, () => {
          begun.open();
          return forever.opened;
        }),
        { handlerTimeout: when === "while its client is there" ? 50 : 500 },
        { logger: { error: (message) => logged.push(message) }, closeTimeout: 100 },
      );
      const client = await TestClient.connect(port);
      await client.join("good");
      await provoke(client, callback);
      await begun.opened;
      if (when === "after its client has gone") await client.close();
      await until(() => server.stats().callbacksOverdue[callback] === 1);
      const at =
        callback === "handleIn" || callback === "handleOut" ? ` at ${PLACES[callback]}` : "";
      const told = `The ${callback} of the channel "bad" exceeds handlerTimeout${at}.`;
      expect(logged).toEqual([told]);
      if (when === "while its client is there") {
        await answered(client);
        await client.close();
      }
      await until(() => server.stats().live.websocket === 0);
      expect(server.stats().live.channel).toBe(0);
      await server.close();
      expect(Object.values(server.stats().callbacksOverdue).reduce((a, b) => a + b)).toBe(1);
      expect(logged).toEqual([told, expect.stringMatching(/closed while 1 callback/)]);
    },
  );
});

test("a close that has waited long enough for a callback says so", async () => {
  const forever = gate();
  onTestFinished(() => forever.open());
  const logged: string[] = [];
  const { port, server } = await serve(
    { join: () => ok(), terminate: () => forever.opened },
    {},
    { logger: { error: (message) => logged.push(message) }, closeTimeout: 50 },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  await server.close();
  expect(logged).toEqual([
    "The server was closed while 1 callback was at work: closeTimeout was over.",
  ]);
});

test("a callback that is replaced by another join, and never ends, is told", async () => {
  const forever = gate();
  onTestFinished(() => forever.open());
  const logged: string[] = [];
  const { port, server } = await serve(
    { join: () => ok(), handleIn: { hang: () => forever.opened } },
    { handlerTimeout: 100, closeTimeout: 20 },
    { logger: { error: (message) => logged.push(message) } },
  );
  const client = await TestClient.connect(port);
  onTestFinished(() => client.close());
  await client.join("a");
  client.push("a", "hang");
  await client.join("a");
  await until(() => server.stats().callbacksOverdue.handleIn === 1);
  expect(logged).toEqual(['The handleIn of the channel "a" exceeds handlerTimeout at "hang".']);
  expect(server.stats().live.channel).toBe(1);
});

test("joining a topic again and again gathers no more callbacks that never end than maxChannels allows twice", async () => {
  const forever = gate();
  onTestFinished(() => forever.open());
  let begun = 0;
  const hang = (): Promise<void> => {
    begun += 1;
    return forever.opened;
  };
  const { port, server } = await serve(
    { join: () => ok(), handleIn: { hang } },
    { maxChannels: 2, closeTimeout: 5 },
  );
  const client = await TestClient.connect(port);
  onTestFinished(() => client.close());
  const answers: unknown[] = [];
  for (const joinRef of ["0", "1", "2", "3", "4", "5"]) {
    client.send(joinRef, joinRef, "a", "phx_join", {});
    client.send(joinRef, "p", "a", "hang", {});
    let frame: readonly unknown[];
    do frame = (await client.next()) as readonly unknown[];
    while (frame[3] !== "phx_reply");
    answers.push(frame[4]);
    if (joinRef === "3")
      expect((await client.next()).slice(0, 4)).toEqual(["2", "2", "a", "phx_close"]);
    if (joinRef >= "3") expect((await client.next()).at(4)).toMatchObject({ status: "error" });
    else await until(() => begun === answers.length);
  }
  const granted = { status: "ok", response: {} };
  const tooMany = { status: "error", response: { reason: "too many channels joined" } };
  expect(answers).toEqual([granted, granted, granted, tooMany, tooMany, tooMany]);
  expect(begun).toBe(3);
  expect(server.stats()).toMatchObject({ live: { channel: 0 }, joins: { ok: 3, tooMany: 3 } });
});

test("a terminate that never ends is told, also behind an overdue callback of a client that has gone", async () => {
  const begun = gate();
  const late = gate();
  const forever = gate();
  onTestFinished(() => forever.open());
  const logged: string[] = [];
  const hang = (): Promise<void> => {
    begun.open();
    return late.opened;
  };
  const { port, server } = await serve(
    { join: () => ok(), handleIn: { hang }, terminate: () => forever.opened },
    { handlerTimeout: 100, closeTimeout: 20 },
    { logger: { error: (message) => logged.push(message) } },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  client.push("a", "hang");
  await begun.opened;
  await client.close();
  await until(() => server.stats().callbacksOverdue.handleIn === 1);
  late.open();
  await until(() => server.stats().callbacksOverdue.terminate === 1);
  expect(logged).toEqual([
    'The handleIn of the channel "a" exceeds handlerTimeout at "hang".',
    'The terminate of the channel "a" exceeds handlerTimeout.',
  ]);
});

test("a connect that takes too long is told, and so is what it throws then", async () => {
  const late = gate();
  const logged: unknown[][] = [];
  const { port, server } = await serve(
    { join: () => ok() },
    {
      async connect() {
        await late.opened;
        throw broken;
      },
      connectTimeout: 50,
    },
    { logger: { error: (...line) => logged.push(line) } },
  );
  await expect(TestClient.connect(port)).rejects.toThrow("503");
  expect(logged).toEqual([["The connect of the socket /socket exceeds connectTimeout."]]);
  late.open();
  await until(() => logged.length === 2);
  expect(logged[1]).toEqual(["The connect of the socket /socket failed.", broken]);
  expect(server.stats().upgradesRefused).toMatchObject({ connectTimeout: 1, connectFailed: 0 });
});

describe.each([
  ["addressOf", 429],
  ["origins", 403],
] as const)("%s", (option, status) => {
  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw broken;
      },
    ],
    ["returns a promise that rejects", () => Promise.reject(broken)],
    ["returns nonsense", () => ({})],
  ])("that %s refuses its client with a word to the log", async (_how, does) => {
    const logged: string[] = [];
    const { port } = await serve(
      { join: () => ok() },
      { origins: "any", [option]: does },
      { logger: { error: (message) => logged.push(message) } },
    );
    const response = fetch(`http://127.0.0.1:${port}/socket/longpoll?vsn=2.0.0`, {
      headers: { origin: "http://elsewhere.org", accept: "application/json;slipstream=1" },
    });
    expect(await (await response).json()).toMatchObject({ status });
    expect(logged).toEqual([`The ${option} of the socket /socket failed.`]);
  });
});

test("a logger that rejects stops nothing", async () => {
  const logger = { error: () => Promise.reject(new Error("full disk")) as never };
  const { port } = await serve({ join: () => ok() }, {}, { logger });
  const client = await TestClient.connect(port);
  await client.join("a");
  client.push("a", "unheard of");
  expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
  await client.close();
});
