// Channels with a schema, by zod and valibot: what clients are told, and what never reaches a callback.
import { defineChannel } from "@slipstream/core";
import * as v from "valibot";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { Channel, type HandleInResult } from "./channel.ts";
import type { IncomingPush, JoinParams, Served } from "./channel-types.ts";
import { OptionError } from "../errors.ts";
import { ok, reply, stop } from "./results.ts";
import { TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";

const serve = servesUntil(onTestFinished);

const room = defineChannel({
  join: {
    params: z.object({ user: z.number() }),
    response: z.object({ members: z.number() }),
  },
  push: {
    say: {
      payload: v.object({ body: v.pipe(v.string(), v.trim(), v.minLength(1)) }),
      reply: v.object({ id: v.number() }),
    },
    slow: { payload: z.string().refine(async (text) => text.startsWith("ok")) },
    bye: { reply: z.object({ id: z.number() }) },
  },
  message: { said: z.object({ body: z.string() }) },
});

const got: unknown[] = [];

class Room extends Channel<Served<typeof room>> {
  static override readonly schema = room;
  override join({ user }: JoinParams<Served<typeof room>>) {
    got.push({ user });
    return ok({ members: user === 13 ? ("many" as unknown as number) : 3 });
  }
  override handleIn(
    push: IncomingPush<Served<typeof room>>,
  ): HandleInResult<Served<typeof room>> | undefined {
    got.push(push.payload);
    switch (push.event) {
      case "say":
        if (push.payload.body === "lie") return reply({ id: "one" as unknown as number });
        this.broadcast("said", { body: push.payload.body === "odd" ? (1 as never) : "it" });
        return reply({ id: 7 });
      case "slow":
        return reply({ length: push.payload.length });
      case "bye":
        return stop("bye", reply({ id: 8 }));
    }
    return undefined;
  }
}

const joining = async (params: unknown) => {
  got.length = 0;
  const errors: unknown[] = [];
  const { port } = await serve(Room, {}, { logger: { error: (_, error) => errors.push(error) } });
  const client = await TestClient.connect(port);
  onTestFinished(() => client.close());
  return { client, errors, answer: await client.join("a", params) };
};

test("params that do not match are denied, in the validator's words", async () => {
  const { answer } = await joining({ user: "one" });
  expect(answer).toEqual({
    status: "error",
    response: {
      reason: "invalid params",
      issues: [{ message: expect.stringContaining("number"), path: ["user"] }],
    },
  });
  expect(got).toEqual([]);
});

test("a payload that does not match is answered, and never handled; the channel lives", async () => {
  const { client, answer } = await joining({ user: 1 });
  expect(answer).toEqual({ status: "ok", response: { members: 3 } });
  for (const payload of [{ body: 7 }, { body: "  " }, null, { ["__proto__"]: 1 }]) {
    expect(await client.ask("a", "say", payload)).toMatchObject({
      status: "error",
      response: { reason: "invalid payload" },
    });
  }
  expect(got).toEqual([{ user: 1 }]);
  client.push("a", "say", { body: " hi " });
  expect(await client.next()).toEqual([null, null, "a", "said", { body: "it" }]);
  expect(await client.next()).toMatchObject({ 4: { status: "ok", response: { id: 7 } } });
  // What the validator makes of it is what the handler gets.
  expect(got.at(-1)).toEqual({ body: "hi" });
});

test("async validators keep the order", async () => {
  const { client } = await joining({ user: 1 });
  const refs = ["ok 1", "no", "ok 22"].map((text) => client.push("a", "slow", text));
  const answers = [await client.next(), await client.next(), await client.next()];
  expect(answers.map((frame) => (frame as unknown[])[1])).toEqual(refs);
  expect(answers).toMatchObject([
    { 4: { response: { length: 4 } } },
    { 4: { status: "error", response: { reason: "invalid payload" } } },
    { 4: { response: { length: 5 } } },
  ]);
});

test.each([
  ["a reply", "lie", "handleIn returned something else"],
  ["a message", "odd", "The payload of said is not what the channel's schema says"],
])(
  "%s of its own that does not match crashes the channel, and is not sent",
  async (_, body, told) => {
    const { client, errors } = await joining({ user: 1 });
    client.push("a", "say", { body });
    expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
    expect(String(errors)).toContain(told);
  },
);

test("a response of its own that does not match crashes the join", async () => {
  const { answer } = await joining({ user: 13 });
  expect(answer).toEqual({ status: "error", response: { reason: "join crashed" } });
});

test("the reply with which it stops is checked too", async () => {
  const { client } = await joining({ user: 1 });
  client.push("a", "bye");
  expect(await client.next()).toMatchObject({ 4: { status: "ok", response: { id: 8 } } });
  expect(await client.next()).toEqual(["a", "a", "a", "phx_close", {}]);
});

test("what defineChannel did not give is no schema", async () => {
  const channel = { join: () => ok(), schema: { join: {} } as never };
  await expect(serve(channel)).rejects.toThrow(OptionError);
});
