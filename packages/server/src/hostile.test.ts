// Whatever a client sends, the server lives, nobody else notices, and the end is counted (P15, P17).
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { IncomingPush, Untyped } from "./channel/channel-types.ts";
import { ok, reply } from "./channel/results.ts";
import { TestClient } from "./fixtures/client.ts";
import { servesUntil } from "./fixtures/server.ts";
import { until } from "./fixtures/until.ts";

const serve = servesUntil(onTestFinished);

const echo = {
  join: (params: unknown) => ok(params),
  handleIn: ({ payload }: IncomingPush<Untyped>) => reply(payload),
};

const okReply = (response: unknown): unknown => ({ response, status: "ok" });

test.each([
  ["no JSON", "{{{"],
  ["JSON of another shape", '{"topic":"a"}'],
  ["a topic that is no string", '["1","1",{"a":1},"phx_join",{}]'],
  ["a ref that is an object", '["1",{},"a","phx_join",{}]'],
  ["an unknown binary kind", Buffer.from([9, 9])],
  ["a broadcast, which is the server's to send", Buffer.from([2, 1, 1, 97, 98])],
  ["binary lengths that lie", Buffer.from([0, 255, 255, 255, 255, 1])],
  ["a topic that is not UTF-8", Buffer.from([0, 0, 0, 1, 1, 0xff, 97])],
  ["an empty binary frame", Buffer.alloc(0)],
])("%s ends that connection with 1011", async (_name, frame) => {
  const { port, server } = await serve(echo);
  const other = await TestClient.connect(port);
  await other.join("a");
  const client = await TestClient.connect(port);
  client.webSocket.send(frame);
  expect(await client.closed).toEqual({ code: 1011, reason: "" });
  expect(await other.ask("a", "ping", 1)).toEqual(okReply(1));
  await until(() => server.stats().endsByReason.malformedMessage === 1);
});

test("JSON nested 100,000 deep costs the channel at most", async () => {
  const errors: unknown[] = [];
  const { port } = await serve(echo, {}, { logger: { error: (message) => errors.push(message) } });
  const client = await TestClient.connect(port);
  await client.join("a");
  await client.join("b");
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  client.webSocket.send(`["a","1","a","deep",${deep}]`);
  const event = (await client.next()).at(3);
  // Newer engines write what they have read, however deep it is.
  expect([
    ["phx_error", ['The channel "a" crashed at "deep".']],
    ["phx_reply", []],
  ]).toContainEqual([event, errors]);
  expect(await client.ask("b", "ping", 1)).toEqual(okReply(1));
});

test("names of Object's own reach no prototype", async () => {
  const { port } = await serve({
    join: () => ok(),
    handleIn: { known: () => reply("known") },
  });
  const client = await TestClient.connect(port);
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    await client.join(name);
    client.push(name, name);
    expect(await client.next()).toEqual([name, name, name, "phx_error", {}]);
    await client.join(name);
    expect(await client.ask(name, "known")).toEqual(okReply("known"));
  }
  const raw = '{"__proto__":{"polluted":1}}';
  client.webSocket.send(`["x","x","x","phx_join",${raw}]`);
  await client.next();
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

test("an answer that cannot be written crashes the channel, or the join", async () => {
  const { port } = await serve({
    join: (params) => ok(params === "bad" ? 1n : {}),
    handleIn: { bad: () => reply(1n), worse: (_payload, channel) => channel.push("x", 1n) },
  });
  const client = await TestClient.connect(port);
  expect(await client.join("a", "bad")).toEqual({
    response: { reason: "join crashed" },
    status: "error",
  });
  for (const event of ["bad", "worse"]) {
    await client.join("a");
    client.push("a", event);
    expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
  }
});

test.each(["phx_close", "phx_error", "phx_reply", "phx_join", "phx_leave"])(
  "%s, pushed by a client and handed on as it is, ends its own channel and nobody else's",
  async (event) => {
    const { port, server } = await serve({
      join: () => ok(),
      handleIn({ event, payload }: IncomingPush<Untyped>, channel) {
        channel.broadcast((payload as { as?: string }).as ?? event, payload);
        return reply();
      },
    });
    const [hostile, other] = [await TestClient.connect(port), await TestClient.connect(port)];
    await hostile.join("a");
    await other.join("a");
    hostile.push("a", "say", { as: event });
    expect(await hostile.next()).toEqual(["a", "a", "a", "phx_error", {}]);
    expect(() => server.broadcast("a", event, {})).toThrow(
      expect.objectContaining({ code: "reserved_event" }),
    );
    server.broadcast("a", "news", 1);
    expect(await other.next()).toEqual([null, null, "a", "news", 1]);
  },
);

test("a topic and an event write no line of the log, and are cut", async () => {
  const logged: string[] = [];
  const { port } = await serve(
    {
      join: () => ok(),
      handleIn: () => {
        throw new Error("broken on purpose");
      },
    },
    {},
    { logger: { error: (message) => logged.push(message) } },
  );
  const client = await TestClient.connect(port);
  const topic = "a\nINFO all is well\u001b[2J";
  await client.join(topic);
  client.push(topic, `\r\n${"x".repeat(10_000)}`);
  expect((await client.next()).at(3)).toBe("phx_error");
  expect(logged).toEqual([
    `The channel "a\\nINFO all is well\\u001b[2J" crashed at "\\r\\n${"x".repeat(98)}…".`,
  ]);
  await client.close();
});

test("a logger that throws stops nothing", async () => {
  const logger = {
    error() {
      throw new Error("full disk");
    },
  };
  const { port } = await serve(
    { join: () => ok(), handleIn: { ping: () => reply() } },
    {},
    { logger },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  client.push("a", "unheard of");
  expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
  await client.join("a");
  expect(await client.ask("a", "ping")).toEqual(okReply({}));
});

test("callbacks that return nonsense crash their channel", async () => {
  const { port } = await serve({
    join: (params) => (params === "bad" ? ("yes" as never) : ok()),
    handleIn: { bad: () => ({ status: "ok" }) as never },
    handleInfo: () => reply("to whom?") as never,
  });
  const client = await TestClient.connect(port);
  const crashed = { response: { reason: "join crashed" }, status: "error" };
  expect(await client.join("a", "bad")).toEqual(crashed);
  await client.join("a");
  client.push("a", "bad");
  expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
});

test("callbacks that return what cannot even be looked at crash their channel, and nothing else", async () => {
  const untouchable = (): never =>
    new Proxy(
      {},
      {
        get() {
          throw new Error("hands off");
        },
        has() {
          throw new Error("hands off");
        },
      },
    ) as never;
  const { port, server } = await serve({
    join: (params) => (params === "bad" ? untouchable() : ok()),
    handleIn: (push) => (push.event === "bad" ? untouchable() : reply()),
    terminate: untouchable,
  });
  const client = await TestClient.connect(port);
  const crashed = { response: { reason: "join crashed" }, status: "error" };
  expect(await client.join("a", "bad")).toEqual(crashed);
  await client.join("a");
  client.push("a", "bad");
  expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
  await client.join("a");
  expect(await client.ask("a", "good")).toEqual(okReply({}));
  expect(server.stats().channelEndsByReason.crashed).toBe(1);
});

const frame = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.json({ maxDepth: 2 }),
  fc
    .tuple(
      fc.oneof(fc.constantFrom(null, "1", "2", 3), fc.json()),
      fc.oneof(fc.constantFrom(null, "1", "2"), fc.string()),
      fc.oneof(fc.constantFrom("a", "b", "phoenix", "__proto__"), fc.string()),
      fc.oneof(fc.constantFrom("phx_join", "phx_leave", "heartbeat", "e"), fc.string()),
      fc.jsonValue({ maxDepth: 3 }),
    )
    .map((message) => JSON.stringify(message)),
);

test("random frames: whatever comes of them, the server goes on, and counts right", async () => {
  const { port, server } = await serve(echo, { closeTimeout: 2_000 });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 12 }), async (frames) => {
      const client = await TestClient.connect(port);
      for (const each of frames) client.webSocket.send(each);
      client.webSocket.close(1000);
      expect([1000, 1011]).toContain((await client.closed).code);
    }),
    { numRuns: 100 },
  );
  await until(() => server.stats().live.websocket === 0);
  const stats = server.stats();
  expect(stats.live.channel).toBe(0);
  expect(stats.endsByReason.closedByRemote + stats.endsByReason.malformedMessage).toBe(stats.ended);
});
