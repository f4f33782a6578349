// Channels with a schema, by zod and by valibot: nothing that does not match is sent, and none of it
// reaches a handler, a loop or whoever awaits a reply.
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { serve, speak } from "./fixtures/servers.ts";
import { Log, openSocket, untilChannel } from "./fixtures/sockets.ts";
import { defineChannel, ValidationError, type Channel, type StandardSchema } from "./index.ts";

const SECRET = "hunter2";

const byZod = defineChannel({
  join: { params: z.object({ user: z.number() }), response: z.object({ user: z.number() }) },
  push: {
    echo: { payload: z.object({ at: z.string() }), reply: z.object({ at: z.coerce.date() }) },
    say: { payload: z.unknown() },
    refuse: { reply: z.never() },
  },
  message: { said: z.object({ at: z.string().transform((text) => new Date(text)) }) },
});
const byValibot = defineChannel({
  join: { params: v.object({ user: v.number() }), response: v.object({ user: v.number() }) },
  push: {
    echo: {
      payload: v.object({ at: v.string() }),
      reply: v.object({
        at: v.pipe(
          v.string(),
          v.transform((text) => new Date(text)),
        ),
      }),
    },
    say: { payload: v.unknown() },
    refuse: { reply: v.never() },
  },
  message: {
    said: v.object({
      at: v.pipe(
        v.string(),
        v.transform((text) => new Date(text)),
      ),
    }),
  },
});

const AT = "2026-01-02T03:04:05.000Z";

describe.each([
  ["zod", byZod],
  ["valibot", byValibot as unknown as typeof byZod],
])("by %s", (_, schema) => {
  test("what matches is sent as it was given, and handed over as the schema makes it", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a", { user: 1 }, { schema });
    expect(room.response).toEqual({ user: 1 });
    expect(await room.push("echo", { at: AT })).toEqual({ at: new Date(AT) });
    const heard: unknown[] = [];
    room.on("said", ({ at }, message) => heard.push(at, message));
    room.onMessage((message) => heard.push(message));
    const loop = room.messages();
    await room.push("say", { at: AT });
    const message = { event: "said", payload: { at: new Date(AT) } };
    expect(heard).toEqual([new Date(AT), message, message]);
    expect((await loop.next()).value).toEqual(message);
  });

  test("a message that does not match goes to onInvalid, and nowhere else", async () => {
    const { url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    const room = await socket.join("room:a", { user: 1 }, { schema });
    const heard: unknown[] = [];
    room.on("said", (payload) => heard.push(payload));
    room.onMessage((message) => heard.push(message));
    const loop = room.messages("said");
    const told: [ValidationError, unknown][] = [];
    const off = room.onInvalid((error, message) => told.push([error, message]));
    await room.push("say", { at: 1, password: SECRET });
    expect(heard).toEqual([]);
    const [[error, message]] = told as [[ValidationError, unknown]];
    expect(message).toEqual({ event: "said", payload: { at: 1, password: SECRET } });
    expect(error).toMatchObject({ code: "invalidMessage", topic: "room:a", event: "said" });
    expect(error.issues).toMatchObject([{ path: ["at"], message: expect.any(String) }]);
    expect(error.message).toBe('The message "said" on room:a does not match the schema at "at".');
    expect(socket.stats.invalidMessages).toBe(1);
    expect(log.lines.filter(([level]) => level === "error")).toEqual([]);
    // With nobody there, the log is told.
    off();
    await room.push("say", { at: 2 });
    expect(log.lines).toContainEqual([
      "error",
      `slipstream: ${error.message}`,
      expect.any(ValidationError),
    ]);
    await room.push("say", { at: AT });
    expect((await loop.next()).value).toEqual({ event: "said", payload: { at: new Date(AT) } });
    expect(loop.size).toBe(0);
  });

  test("a payload that does not match is not sent", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a", { user: 1 }, { schema });
    const sent = socket.stats.counters.messagesSent;
    const error = await failureOf(room.push("echo", { at: 1 } as never));
    expect(error).toMatchObject({
      code: "invalidPayload",
      cause: { code: "invalidPayload", event: "echo", issues: [{ path: ["at"] }] },
    });
    await expect(room.send("echo", { at: 1 } as never)).rejects.toMatchObject({
      code: "invalidPayload",
    });
    expect(socket.stats.counters).toMatchObject({
      messagesSent: sent,
      pushes: { invalidPayload: 2 },
    });
  });

  test("a reply that does not match is no refusal, and a refusal is not checked", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const room = await socket.join("room:a", { user: 1 }, { schema });
    const untyped = room as unknown as Channel;
    const refused = await failureOf(untyped.push("refuse", { at: 1 }));
    expect(refused).toMatchObject({ code: "refused", status: "error", response: { at: 1 } });
    const say = await failureOf(untyped.push("crash", {}));
    expect(say).toMatchObject({ code: "channelCrashed" });
    expect(socket.stats.invalidReplies).toBe(0);
  });

  test("params that do not match are not sent", async () => {
    const { url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    for (const params of [{ user: "1" }, () => ({ user: SECRET }), async () => ({}), undefined]) {
      const error = await failureOf(socket.join("room:a", params as never, { schema }));
      expect(error).toMatchObject({
        code: "invalidParams",
        cause: { code: "invalidParams", issues: [{ path: ["user"] }] },
      });
      expect(String(error)).not.toContain(SECRET);
    }
    expect(socket.stats.counters.messagesSent).toBe(0);
  });
});

function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("It did not fail."),
    (error: Error) => error,
  );
}

/** A validator whose answers come when they are told to. */
function slow(): { schema: StandardSchema; answers: ((result: object) => void)[] } {
  const answers: ((result: object) => void)[] = [];
  const validate = (): Promise<never> =>
    new Promise((resolve) => {
      answers.push(resolve as (result: object) => void);
    });
  return { schema: { "~standard": { version: 1, vendor: "test", validate } }, answers };
}

const fails = { issues: [{ message: "no" }] };

describe("a reply", () => {
  test("that does not match rejects the push, whatever status says, and says where", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const schema = defineChannel({ push: { echo: { reply: z.object({ id: z.number() }) } } });
    const room = await socket.join("room:a", undefined, { schema });
    const error = await failureOf(room.push("echo", { id: SECRET }));
    expect(error).toMatchObject({
      code: "invalidReply",
      status: undefined,
      response: undefined,
      cause: { code: "invalidReply", event: "echo", issues: [{ path: ["id"] }] },
    });
    expect(error.message).toBe(
      'The push echo to room:a was answered with the status "ok". The reply to the push "echo" on room:a does not match the schema at "id".',
    );
    expect(socket.stats).toMatchObject({ invalidReplies: 1, counters: { pushes: { ok: 1 } } });
  });

  test("whose validator is async", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const { schema: reply, answers } = slow();
    const schema = defineChannel({ push: { echo: { reply } } });
    const room = await socket.join("room:a", undefined, { schema });
    const [good, bad] = [room.push("echo", 1), failureOf(room.push("echo", 2))];
    await expect.poll(() => answers.length).toBe(2);
    answers[0]?.({ value: "good" });
    answers[1]?.(fails);
    expect(await good).toBe("good");
    expect(await bad).toMatchObject({ code: "invalidReply" });
  });
});

describe("the answer to a join", () => {
  const schema = defineChannel({ join: { response: z.object({ members: z.number() }) } });

  test("that does not match: the join fails, and the channel is left", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const room = socket.channel("room:a", { members: "two" }, { schema });
    const loop = room.messages();
    const error = await failureOf(room.join());
    expect(error).toMatchObject({
      code: "invalidResponse",
      cause: { issues: [{ path: ["members"] }] },
    });
    expect(room.response).toBeUndefined();
    await untilChannel(room as never, "left");
    await expect(loop.next()).rejects.toBe(error);
    await expect.poll(() => server.stats().live.channel).toBe(0);
    expect(socket.stats.invalidReplies).toBe(1);
  });

  test("that does not match at a rejoin: the log is told, and the channel is left", async () => {
    const { server, url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    let members: unknown = 2;
    const room = await socket.join("room:a", () => ({ members }) as never, { schema });
    expect(room.response).toEqual({ members: 2 });
    members = "two";
    server.disconnect("everyone");
    await untilChannel(room as never, "left");
    expect(log.lines.map(([, message]) => message)).toContainEqual(
      expect.stringContaining(
        'The answer to the join on room:a does not match the schema at "members"',
      ),
    );
  });

  test("that takes its time: messages behind it wait, and so do those who join meanwhile", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const { schema: response, answers } = slow();
    const slowly = defineChannel({ join: { response } });
    const room = socket.channel("room:a", { welcome: 2 } as never, { schema: slowly });
    const heard: unknown[] = [];
    room.onMessage(({ payload }) => heard.push(payload));
    const joining = room.join();
    await untilChannel(room as never, "joined");
    const again = room.join();
    await socket.ping();
    expect([room.response, heard]).toEqual([undefined, []]);
    answers[0]?.({ value: "welcome" });
    expect(await Promise.all([joining, again])).toEqual(["welcome", "welcome"]);
    expect(room.response).toBe("welcome");
    expect(heard).toEqual([{ n: 1 }, { n: 2 }]);
    expect(answers).toHaveLength(1);
  });

  test("of a membership that ended meanwhile is nobody's; the next one's counts", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url);
    const { schema: response, answers } = slow();
    const slowly = defineChannel({ join: { response } });
    const joining = socket.join("room:a", undefined, { schema: slowly });
    await expect.poll(() => answers.length).toBe(1);
    server.disconnect("everyone");
    await expect.poll(() => answers.length).toBe(2);
    answers[0]?.({ value: "first" });
    answers[1]?.({ value: "second" });
    expect((await joining).response).toBe("second");
  });
});

describe("async validators", () => {
  test("messages keep the order of their topic; other topics and replies do not wait", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const { schema: said, answers } = slow();
    const schema = defineChannel({ message: { said, n: z.object({ n: z.number() }) } });
    const room = await socket.join("room:a", undefined, { schema });
    const other = await socket.join("room:b");
    const heard: unknown[] = [];
    room.onMessage(({ payload }) => heard.push(payload));
    room.onInvalid(({ event }) => heard.push(`${event} is invalid`));
    other.onMessage(({ payload }) => heard.push(payload));
    await room.push("say", 1);
    await room.push("say", 2);
    await room.push("say", 3);
    await room.push("count", { to: 1 });
    await other.push("say", "other");
    expect(heard).toEqual(["other"]);
    answers[2]?.({ value: "third" });
    answers[1]?.(fails);
    answers[0]?.({ value: "first" });
    await expect.poll(() => heard.length).toBe(5);
    expect(heard).toEqual(["other", "first", "said is invalid", "third", { n: 1 }]);
  });

  test("at most 1,000 messages wait; those that come then are dropped, counted and logged once", async () => {
    const { url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    const { schema: said, answers } = slow();
    const schema = defineChannel({ message: { said, n: z.object({ n: z.number() }) } });
    const room = await socket.join("room:a", undefined, { schema });
    const heard: unknown[] = [];
    room.onMessage(({ payload }) => heard.push(payload));
    await room.push("say");
    await room.push("count", { to: 1_500 });
    expect(socket.stats.droppedMessages).toBe(501);
    const errors = log.lines.filter(([level]) => level === "error");
    expect(errors).toMatchObject([
      ["error", expect.stringContaining("1000 were waiting"), { code: "overflow" }],
    ]);
    answers[0]?.({ value: 0 });
    await expect.poll(() => heard.length).toBe(1_000);
    expect(heard.at(-1)).toEqual({ n: 999 });
  });

  test("nothing that waits is handed over once the channel is left", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const { schema: said, answers } = slow();
    const schema = defineChannel({ message: { said } });
    const room = await socket.join("room:a", undefined, { schema });
    const heard: unknown[] = [];
    room.onMessage(({ payload }) => heard.push(payload));
    await room.push("say", 1);
    await room.leave();
    answers[0]?.({ value: "late" });
    await room.join();
    await room.push("say", 2);
    answers[1]?.({ value: "fresh" });
    await expect.poll(() => heard).toEqual(["fresh"]);
  });

  test("a loop that fails at the end of the channel gets first what came before", async () => {
    const { url } = await serve();
    const socket = await openSocket(url, { rejoin: false });
    const { schema: said, answers } = slow();
    const schema = defineChannel({ message: { said } });
    const room = await socket.join("room:a", undefined, { schema });
    const loop = room.messages("said");
    await room.push("say", 1);
    await room.push("crash").catch(() => {});
    expect(room.state.type).toBe("errored");
    answers[0]?.({ value: "in time" });
    expect((await loop.next()).value).toEqual({ event: "said", payload: "in time" });
    await expect(loop.next()).rejects.toMatchObject({ code: "crashed" });
  });

  test("pushes are sent in the order of the calls", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const { schema: payload, answers } = slow();
    const schema = defineChannel({ push: { say: { payload }, shout: {} } });
    const room = await socket.join("room:a", undefined, { schema });
    const heard: unknown[] = [];
    room.onMessage(({ event }) => heard.push(event));
    const pushes = [room.push("say", 1), failureOf(room.push("say", 2)), room.push("shout", 3)];
    await socket.ping();
    expect(heard).toEqual([]);
    answers[1]?.(fails);
    answers[0]?.({ value: 1 });
    expect(await Promise.all(pushes)).toMatchObject([{}, { code: "invalidPayload" }, {}]);
    expect(heard).toEqual(["said", "shouted"]);
  });

  test("a push that waits for its validator has its timeout, its signal, and the end of the channel", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const { schema: payload, answers } = slow();
    const schema = defineChannel({ push: { say: { payload } } });
    const room = await socket.join("room:a", undefined, { schema });
    const sent = socket.stats.counters.messagesSent;
    const stop = new AbortController();
    const late = failureOf(room.push("say", 1, { timeout: 1 }));
    const aborted = failureOf(room.push("say", 2, { signal: stop.signal }));
    stop.abort();
    expect(await late).toMatchObject({ code: "timeout" });
    expect(await aborted).toMatchObject({ code: "aborted" });
    const left = failureOf(room.push("say", 3));
    const leaving = room.leave();
    expect(await left).toMatchObject({ code: "left" });
    await leaving;
    for (const answer of answers) answer({ value: 1 });
    await socket.ping();
    // The leave and the ping.
    expect(socket.stats.counters.messagesSent).toBe(sent + 2);
  });

  test("at most 1,000 pushes wait for their validators", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const { schema: payload } = slow();
    const schema = defineChannel({ push: { say: { payload } } });
    const room = await socket.join("room:a", undefined, { schema });
    for (let n = 0; n < 1_000; n++) void room.send("say", n);
    expect(await failureOf(room.push("say", 1_000))).toMatchObject({ code: "queueFull" });
    await socket.disconnect();
    expect(socket.stats.counters.pushes).toMatchObject({ left: 1_000, queueFull: 1 });
  });
});

describe("an event that the schema does not define", () => {
  test("reaches who asks for it by name, and no handler or loop of all events", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const schema = defineChannel({ message: { n: z.object({ n: z.number() }) } });
    const room = await socket.join("room:a", undefined, { schema });
    const heard: unknown[] = [];
    room.onMessage(({ event }) => heard.push(event));
    (room as unknown as Channel).on("said", (payload) => heard.push(payload));
    const [all, named] = [room.messages(), (room as unknown as Channel).messages("said")];
    await room.push("say", "by name");
    await room.push("count", { to: 1 });
    expect(heard).toEqual(["by name", "n"]);
    expect([all.size, named.size]).toEqual([1, 1]);
  });
});

describe("validators that fail, and those that quote", () => {
  test("a validator that throws has not let the message pass, and the channel lives", async () => {
    const { url } = await serve();
    const socket = await openSocket(url);
    const broken = new Error("broken");
    const said = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (): never => {
          throw broken;
        },
      },
    } as const;
    const room = await socket.join("room:a", undefined, {
      schema: defineChannel({ message: { said } }),
    });
    const told: ValidationError[] = [];
    room.onInvalid((error) => told.push(error));
    await room.push("say", 1);
    expect(told).toMatchObject([{ cause: broken, issues: [] }]);
    expect(await room.push("echo", 2)).toBe(2);
  });

  test("no word of the payload stands in an error or a log, whatever the validator says", async () => {
    const { url } = await serve();
    const log = new Log();
    const socket = await openSocket(url, { logger: log });
    const schema = defineChannel({
      push: { say: {}, echo: { reply: v.picklist(["yes", "no"]) } },
      message: { said: v.strictObject({ token: v.literal("none") }) },
    });
    const room = await socket.join("room:a", undefined, { schema });
    const error = await failureOf(room.push("echo", SECRET));
    await room.push("say", { token: SECRET });
    const { inspect } = await import("node:util");
    const shown = inspect([error, error.cause, log.lines], { depth: 10 });
    expect((error.cause as ValidationError).issues[0]?.message).toContain(SECRET);
    expect(shown).toContain("invalidMessage");
    expect(shown).not.toContain(SECRET);
  });
});

test("frames that mean nothing, and frames of an old membership, never reach a validator", async () => {
  const { url } = await speak(async (speaker) => {
    await speaker.letIn();
    await speaker.say("99", null, "room:a", "said", "stale");
    await speaker.say(null, null, "room:b", "said", "unknown topic");
    await speaker.say("1", null, "room:a", "said", "mine");
  });
  const socket = await openSocket(url);
  const checked: unknown[] = [];
  const said = z.unknown().refine((value) => checked.push(value) > 0);
  const room = await socket.join("room:a", undefined, {
    schema: defineChannel({ message: { said } }),
  });
  const { value } = await room.messages("said").next();
  expect(value?.payload).toBe("mine");
  expect(checked).toEqual(["mine"]);
});

test("a topic has one schema", async () => {
  const { url } = await serve();
  const socket = await openSocket(url);
  const [one, two] = [defineChannel({}), defineChannel({})];
  const room = socket.channel("room:a", undefined, { schema: one });
  expect(socket.channel("room:a", undefined, { schema: one })).toBe(room);
  expect(socket.channel("room:a")).toBe(room);
  expect(() => socket.channel("room:a", undefined, { schema: two })).toThrow("The option schema");
  void socket.channel("room:b").join();
  expect(() => socket.channel("room:b", undefined, { schema: one })).toThrow("The option schema");
  const wrong = { schema: { message: {} } } as never;
  expect(() => socket.channel("room:c", undefined, wrong)).toThrow("what defineChannel returned");
});
