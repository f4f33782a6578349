// What channels say at odd moments: in join, with nothing to say, and after their handler has returned.
import { defineChannel } from "@slipstream/core";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { Channel } from "./channel.ts";
import type { LateReply } from "./channel-context.ts";
import type { IncomingPush, Served, Untyped } from "./channel-types.ts";
import { deny, noreply, ok, reply, stop } from "./results.ts";

const serve = servesUntil(onTestFinished);

test("what join pushes is as it was at the call, and what cannot be written is told there", async () => {
  const told: unknown[] = [];
  const { port } = await serve({
    join(_params, channel) {
      const list = [1];
      channel.push("list", list);
      list.push(2);
      try {
        channel.push("list", 1n);
      } catch (error) {
        told.push((error as Error).name);
      }
      return ok();
    },
  });
  const client = await TestClient.connect(port);
  expect(await client.join("a")).toEqual({ status: "ok", response: {} });
  expect(await client.next()).toEqual(["a", null, "a", "list", [1]]);
  expect(told).toEqual(["EncodeError"]);
});

test("a payload that was left out is {}, as everywhere else", async () => {
  const { port, server } = await serve({
    join: (params) => (params === "no" ? deny() : ok()),
    handleIn(_push, channel) {
      (channel.push as (event: string) => void).call(channel, "tick");
      (channel.broadcast as (event: string) => void).call(channel, "tick");
      return reply();
    },
  });
  const client = await TestClient.connect(port);
  expect(await client.join("a", "no")).toEqual({ status: "error", response: {} });
  await client.join("a");
  client.push("a", "go");
  expect(await client.next()).toEqual(["a", null, "a", "tick", {}]);
  expect(await client.next()).toEqual([null, null, "a", "tick", {}]);
  await client.next();
  (server.broadcast as (topic: string, event: string) => void).call(server, "a", "tick");
  expect(await client.next()).toEqual([null, null, "a", "tick", {}]);
});

test("a push is answered once, by the handler or later, whichever comes first", async () => {
  const laters: LateReply[] = [];
  const { port } = await serve({
    join: () => ok(),
    async handleIn({ event }: IncomingPush<Untyped>, channel) {
      const later = channel.replyLater();
      laters.push(later, channel.replyLater());
      if (event === "stop") later.reply("stopping");
      if (event === "stop") return stop("enough", reply("stopped"));
      if (event === "later first") later.reply("later");
      return reply("handler");
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  const ask = (event: string): Promise<unknown> => client.ask("a", event);
  expect(await ask("handler first")).toEqual({ status: "ok", response: "handler" });
  expect(laters.map((later) => later.reply("too late"))).toEqual([false, false]);
  expect(await ask("later first")).toEqual({ status: "ok", response: "later" });
  expect(await ask("stop")).toEqual({ status: "ok", response: "stopping" });
  expect((await client.next()).slice(1)).toEqual(["a", "a", "phx_close", {}]);
});

const schema = defineChannel({
  push: {
    ask: { payload: z.object({}), reply: z.object({ id: z.number() }) },
    slow: { payload: z.object({}), reply: z.object({}).refine(async () => true) },
  },
});
type Asked = Served<typeof schema>;

test("what is replied later is checked by the schema too", async () => {
  const laters: LateReply[] = [];
  class Later extends Channel<Asked> {
    static override readonly schema = schema;
    override join() {
      return ok();
    }
    override handleIn({ event }: IncomingPush<Asked>) {
      if (event === "ask") laters.push(this.replyLater<"ask">());
      else laters.push(this.replyLater());
      this.push("noted" as never, {});
      return noreply();
    }
  }
  const { port } = await serve(Later);
  const client = await TestClient.connect(port);
  await client.join("a");
  const ref = client.push("a", "ask");
  client.push("a", "slow");
  await client.next();
  await client.next();
  const [ask, slow] = laters;
  expect(ask?.event).toBe("ask");
  const wrong = { code: "invalid_message", event: "ask" };
  expect(() => ask?.reply({ id: "one" })).toThrow(expect.objectContaining(wrong));
  expect(() => slow?.reply({})).toThrow("is async");
  expect(ask?.reply({ id: 1, more: "stripped" })).toBe(true);
  const answered = { status: "ok", response: { id: 1 } };
  expect(await client.next()).toEqual(["a", ref, "a", "phx_reply", answered]);
  expect(slow?.reply("error", "anything")).toBe(true);
});
