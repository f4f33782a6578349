// A validator that never answers: whoever waits for it is told all the same.
import { expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { connected } from "./fixtures/test-server.ts";
import { defineChannel, type SchemaParts, type StandardSchema } from "./index.ts";
import { noreply, ok } from "./testing/index.ts";

const never: StandardSchema = {
  "~standard": { version: 1, vendor: "test", validate: () => new Promise<never>(() => {}) },
};

async function joined<const P extends SchemaParts>(parts: P) {
  const { server, connection, socket } = await connected();
  const room = socket.channel("room:a", {} as never, { schema: defineChannel(parts) });
  const joining = room.join();
  joining.catch(() => {});
  await connection.assertJoin("room:a");
  return { clock: server.clock, connection, socket, room, joining };
}

test("a push whose reply is never judged fails as invalidReply", async () => {
  const { clock, connection, socket, room, joining } = await joined({
    push: { ask: { reply: never } },
  });
  await joining;
  const push = room.push("ask", {});
  const outcome = push.then(
    () => "ok",
    ({ code, cause }: { code: string; cause: { cause: Error } }) =>
      `${code}: ${cause.cause.message}`,
  );
  (await connection.assertPush("room:a", "ask")).reply(ok());
  await clock.advance(10_000);
  expect(await outcome).toBe(
    "invalidReply: The validator has not answered within the 10000 ms that were left to it.",
  );
  await socket.disconnect();
});

test("a validator has what is left of the push's timeout, from the call", async () => {
  const { clock, connection, socket, room, joining } = await joined({
    push: { ask: { reply: never } },
  });
  await joining;
  const failed = failureOf(room.push("ask", {}, { timeout: 100 }));
  await clock.advance(60);
  (await connection.assertPush("room:a", "ask")).reply(ok());
  await clock.advance(39);
  expect(await Promise.race([failed, clock.rest().then(() => "pending")])).toBe("pending");
  await clock.advance(1);
  expect(await failed).toMatchObject({
    code: "invalidReply",
    cause: {
      cause: { message: "The validator has not answered within the 40 ms that were left to it." },
    },
  });
  expect(socket.stats.invalidReplies).toBe(1);
  await socket.disconnect();
});

test("a push that is aborted waits for no validator, and leaves no timer", async () => {
  const { clock, connection, socket, room, joining } = await joined({
    push: { ask: { reply: never } },
  });
  await joining;
  const stop = new AbortController();
  const failed = failureOf(room.push("ask", {}, { signal: stop.signal }));
  (await connection.assertPush("room:a", "ask")).reply(ok());
  await clock.rest();
  const { pending } = clock;
  stop.abort("enough");
  expect(await failed).toMatchObject({ code: "aborted", sent: true, cause: "enough" });
  expect(clock.pending).toBe(pending - 1);
  expect(socket.stats.invalidReplies).toBe(0);
  await socket.disconnect();
});

test("a validator that aborts the push which it judges", async () => {
  const stop = new AbortController();
  const validate = (): Promise<never> => {
    stop.abort();
    return new Promise<never>(() => {});
  };
  const aborts: StandardSchema = { "~standard": { version: 1, vendor: "test", validate } };
  const { connection, socket, room, joining } = await joined({ push: { ask: { reply: aborts } } });
  await joining;
  const failed = failureOf(room.push("ask", {}, { signal: stop.signal }));
  (await connection.assertPush("room:a", "ask")).reply(ok());
  expect(await failed).toMatchObject({ code: "aborted" });
  await socket.disconnect();
});

test("a message that is never judged is invalid, and holds up the next ones no longer", async () => {
  const schema = {
    message: {
      stuck: never,
      news: {
        "~standard": { version: 1, vendor: "t", validate: (value: unknown) => ({ value }) },
      } as StandardSchema,
    },
  };
  const { clock, connection, socket, room, joining } = await joined(schema);
  await joining;
  const heard: string[] = [];
  room.onMessage(({ event }) => heard.push(event));
  room.onInvalid((error) => heard.push(error.code));
  connection.push("room:a", "stuck", {});
  connection.push("room:a", "news", {});
  await clock.rest();
  expect(heard).toEqual([]);
  await clock.advance(10_000);
  expect(heard).toEqual(["invalidMessage", "news"]);
  await socket.disconnect();
});

test("a response that is never judged refuses the join within joinTimeout, from the asking", async () => {
  const { server, connection, socket } = await connected({ joinTimeout: 400 });
  const schema = defineChannel({ join: { response: never } });
  const failed = failureOf(socket.join("room:a", {}, { schema }));
  const join = await connection.assertJoin("room:a", {}, noreply());
  await server.clock.advance(300);
  join.reply(ok());
  await server.clock.advance(99);
  expect(await Promise.race([failed, server.clock.rest().then(() => "pending")])).toBe("pending");
  await server.clock.advance(1);
  expect(await failed).toMatchObject({ code: "invalidResponse" });
  await connection.assertLeave("room:a");
  await socket.disconnect();
});

test("a first join that is aborted while its response is judged is taken back; a rejoin is not", async () => {
  const { server, connection, socket } = await connected({ rejoin: [1] });
  const answers: ((result: { value: unknown }) => void)[] = [];
  const validate = (): Promise<{ value: unknown }> => new Promise((give) => answers.push(give));
  const slow: StandardSchema = { "~standard": { version: 1, vendor: "test", validate } };
  const schema = defineChannel({ join: { response: slow } });
  const room = socket.channel("room:a", {}, { schema });
  const untilJudged = (count: number): Promise<void> =>
    expect.poll(() => answers.length).toBe(count);
  const abortedJoin = async (): Promise<unknown> => {
    const stop = new AbortController();
    const failed = failureOf(room.join({ signal: stop.signal }));
    stop.abort();
    return failed;
  };

  const stop = new AbortController();
  const first = failureOf(room.join({ signal: stop.signal }));
  await connection.assertJoin("room:a");
  await untilJudged(1);
  stop.abort();
  expect(await first).toMatchObject({ code: "aborted" });
  await connection.assertLeave("room:a");

  const joining = room.join();
  await connection.assertJoin("room:a");
  await untilJudged(2);
  answers[1]?.({ value: "second" });
  expect(await joining).toBe("second");
  connection.crashChannel("room:a");
  await server.clock.advance(1);
  await connection.assertJoin("room:a");
  await untilJudged(3);
  expect(await abortedJoin()).toMatchObject({ code: "aborted" });
  answers[2]?.({ value: "third" });
  await expect.poll(() => room.response).toBe("third");
  await connection.refuteLeave();
  await socket.disconnect();
});

test("leaving waits for no validator, and leaves no timer", async () => {
  const { clock, connection, socket, room, joining } = await joined({
    push: { ask: { reply: never } },
  });
  await joining;
  const failed = room.push("ask", {}).then(
    () => null,
    ({ code }: { code: string }) => code,
  );
  (await connection.assertPush("room:a", "ask")).reply(ok());
  await clock.rest();
  await socket.disconnect();
  expect(await failed).toBe("invalidReply");
  expect(clock.pending).toBe(0);
});
