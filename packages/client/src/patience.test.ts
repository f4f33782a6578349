// A validator that never answers: whoever waits for it is told all the same.
import { expect, test } from "vitest";
import { connected } from "./fixtures/test-server.ts";
import { defineChannel, type SchemaParts, type StandardSchema } from "./index.ts";
import { ok } from "./testing/index.ts";

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
  expect(await outcome).toBe("invalidReply: The validator has not answered within 10000 ms.");
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

test("a response that is never judged refuses the join", async () => {
  const { clock, socket, joining } = await joined({ join: { response: never } });
  await clock.advance(10_000);
  await expect(joining).rejects.toMatchObject({ code: "invalidResponse" });
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
