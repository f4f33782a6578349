// The order in which a channel's messages are handled, seen from the client.
import { expect, onTestFinished, test } from "vitest";
import { Channel } from "../channel/channel.ts";
import type { IncomingPush, Untyped } from "../channel/channel-types.ts";
import { deny, noreply, ok, reply, stop, type Reply } from "../channel/results.ts";
import { payloadOf, TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { gate, until, type Gate } from "../fixtures/until.ts";

const serve = servesUntil(onTestFinished);

const okReply = (response: unknown): unknown => ({ response, status: "ok" });
const unmatched = { response: { reason: "unmatched topic" }, status: "error" };

test("a channel's pushes are handled one at a time, in order, however long each takes", async () => {
  const log: string[] = [];
  const { port } = await serve({
    join: () => ok(),
    async handleIn({ payload }: IncomingPush<Untyped>) {
      const { n, turns } = payload as { n: number; turns: number };
      log.push(`${n} begins`);
      for (let turn = 0; turn < turns; turn++)
        await new Promise((resolve) => setImmediate(resolve));
      log.push(`${n} ends`);
      return reply({ n });
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  for (const n of [1, 2, 3]) client.push("a", "work", { n, turns: 9 - 3 * n });
  for (const n of [1, 2, 3]) expect(payloadOf(await client.next())).toEqual(okReply({ n }));
  expect(log).toEqual(["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
});

test("a channel that takes its time holds up no other, and no heartbeat", async () => {
  const slow = gate();
  const { port } = await serve({
    join: () => ok(),
    async handleIn({ event }: IncomingPush<Untyped>) {
      if (event === "slow") await slow.opened;
      return reply({ event });
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  await client.join("b");
  client.push("a", "slow");
  expect(await client.ask("b", "quick")).toEqual(okReply({ event: "quick" }));
  client.send(null, "h", "phoenix", "heartbeat", {});
  expect(await client.next()).toEqual([null, "h", "phoenix", "phx_reply", okReply({})]);
  slow.open();
  expect(payloadOf(await client.next())).toEqual(okReply({ event: "slow" }));
});

test("what comes while a join is being decided waits for the decision", async () => {
  const decision = gate<boolean>();
  const { port, server } = await serve({
    join: async () => ((await decision.opened) ? ok() : deny({ reason: "no" })),
    handleIn: { ping: (payload) => reply(payload) },
  });
  const granted = await TestClient.connect(port);
  granted.send("1", "1", "a", "phx_join", {});
  granted.send("1", "2", "a", "ping", { n: 2 });
  granted.send("1", "3", "a", "phx_leave", {});
  const denied = await TestClient.connect(port);
  await until(() => server.stats().messagesReceived === 3);
  decision.open(true);
  expect(await granted.next()).toEqual(["1", "1", "a", "phx_reply", okReply({})]);
  expect(await granted.next()).toEqual(["1", "2", "a", "phx_reply", okReply({ n: 2 })]);
  expect(await granted.next()).toEqual(["1", "3", "a", "phx_reply", okReply({})]);
  expect(await granted.next()).toEqual(["1", "1", "a", "phx_close", {}]);
  await denied.close();
});

test("what waited for a join that was denied is answered as by nobody", async () => {
  const decision = gate();
  const { port, server } = await serve({
    join: async () => {
      await decision.opened;
      return deny({ reason: "no" });
    },
  });
  const client = await TestClient.connect(port);
  client.send("1", "1", "a", "phx_join", {});
  client.send("1", "2", "a", "ping", {});
  client.send("1", "3", "a", "phx_leave", {});
  await until(() => server.stats().messagesReceived === 3);
  decision.open();
  const refusal = { response: { reason: "no" }, status: "error" };
  expect(await client.next()).toEqual(["1", "1", "a", "phx_reply", refusal]);
  expect(await client.next()).toEqual([null, "2", "a", "phx_reply", unmatched]);
  expect(await client.next()).toEqual(["1", "3", "a", "phx_reply", okReply({})]);
  expect(server.stats()).toMatchObject({ live: { channel: 0 }, joins: { denied: 1 } });
});

test("a leave waits for what came before it; what came after it finds the topic vacant", async () => {
  const work = gate();
  const { port } = await serve({
    join: () => ok(),
    async handleIn() {
      await work.opened;
      return reply("done");
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  client.send("a", "2", "a", "work", {});
  client.send("a", "3", "a", "phx_leave", {});
  client.send("a", "4", "a", "late", {});
  client.send("5", "5", "a", "phx_join", {});
  client.send("5", "6", "a", "work", {});
  work.open();
  expect(await client.next()).toEqual(["a", "2", "a", "phx_reply", okReply("done")]);
  expect(await client.next()).toEqual(["a", "3", "a", "phx_reply", okReply({})]);
  expect(await client.next()).toEqual(["a", "a", "a", "phx_close", {}]);
  expect(await client.next()).toEqual([null, "4", "a", "phx_reply", unmatched]);
  expect(await client.next()).toEqual(["5", "5", "a", "phx_reply", okReply({})]);
  expect(await client.next()).toEqual(["5", "6", "a", "phx_reply", okReply("done")]);
});

test("a second join waits until the first channel has finished, and its terminate too", async () => {
  const log: string[] = [];
  const work = gate();
  const farewell = gate();
  class Logging extends Channel {
    override join() {
      log.push("join");
      return ok();
    }
    override async handleIn() {
      await work.opened;
      log.push("worked");
      return reply();
    }
    override async terminate({ type }: { type: string }) {
      log.push(`terminate ${type}`);
      await farewell.opened;
      log.push("terminated");
    }
  }
  const { port, server } = await serve(Logging);
  const client = await TestClient.connect(port);
  await client.join("a");
  client.send("a", "2", "a", "work", {});
  client.send("3", "3", "a", "phx_join", {});
  await until(() => server.stats().messagesReceived === 3);
  work.open();
  await until(() => log.length === 3);
  farewell.open();
  expect(await client.next()).toEqual(["3", "3", "a", "phx_reply", okReply({})]);
  expect(await client.next()).toEqual(["a", "a", "a", "phx_close", {}]);
  expect(log).toEqual(["join", "worked", "terminate duplicateJoin", "terminated", "join"]);
  expect(server.stats()).toMatchObject({
    live: { channel: 1 },
    channelEndsByReason: { duplicateJoin: 1 },
  });
});

test("a second join does not wait for ever: closeTimeout bounds it", async () => {
  const { port } = await serve(
    { join: () => ok(), handleIn: { hang: () => new Promise<Reply<unknown>>(() => {}) } },
    { closeTimeout: 20 },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  client.send("a", "2", "a", "hang", {});
  client.send("3", "3", "a", "phx_join", {});
  expect(await client.next()).toEqual(["3", "3", "a", "phx_reply", okReply({})]);
  expect(await client.next()).toEqual(["a", "a", "a", "phx_close", {}]);
});

test("a join of a join that is being decided is a duplicate of it, in order", async () => {
  const gates: Gate[] = [gate(), gate()];
  let joins = 0;
  const { port, server } = await serve({
    async join(params: unknown) {
      await gates[joins++]?.opened;
      return ok(params);
    },
  });
  const client = await TestClient.connect(port);
  client.send("1", "1", "a", "phx_join", { n: 1 });
  client.send("2", "2", "a", "phx_join", { n: 2 });
  await until(() => server.stats().messagesReceived === 2);
  gates[0]?.open();
  expect(await client.next()).toEqual(["1", "1", "a", "phx_reply", okReply({ n: 1 })]);
  gates[1]?.open();
  expect(await client.next()).toEqual(["2", "2", "a", "phx_reply", okReply({ n: 2 })]);
  expect(await client.next()).toEqual(["1", "1", "a", "phx_close", {}]);
  expect(server.stats().live.channel).toBe(1);
});

test("a leave of the old channel that comes while the new one is being joined does not end the new one", async () => {
  const decision = gate();
  const { port, server } = await serve({
    async join(params) {
      if (params === "later") await decision.opened;
      return ok();
    },
    handleIn: { ping: () => reply("pong") },
  });
  const client = await TestClient.connect(port);
  client.send("1", "1", "a", "phx_join", {});
  expect(await client.next()).toEqual(["1", "1", "a", "phx_reply", okReply({})]);
  client.send("2", "2", "a", "phx_join", "later");
  client.send("1", "3", "a", "phx_leave", {});
  // One for the join that is waited for, and a join behind it.
  client.send("2", "4", "a", "ping", {});
  client.send("2", "5", "a", "phx_leave", {});
  client.send("6", "6", "a", "phx_join", {});
  await until(() => server.stats().messagesReceived === 6);
  decision.open();
  expect(await client.next()).toEqual(["2", "2", "a", "phx_reply", okReply({})]);
  expect(await client.next()).toEqual(["1", "1", "a", "phx_close", {}]);
  expect(await client.next()).toEqual(["2", "4", "a", "phx_reply", okReply("pong")]);
  expect(await client.next()).toEqual(["2", "5", "a", "phx_reply", okReply({})]);
  expect(await client.next()).toEqual(["2", "2", "a", "phx_close", {}]);
  expect(await client.next()).toEqual(["6", "6", "a", "phx_reply", okReply({})]);
  expect(server.stats().messagesDropped).toBe(1);
});

test("a handler that throws ends its channel with phx_error and nothing else", async () => {
  const told: string[] = [];
  const errors: unknown[] = [];
  const cause = new Error("boom");
  const { port, server } = await serve(
    {
      join: () => ok(),
      handleIn: {
        async crash() {
          throw cause;
        },
        ping: () => reply(),
      },
      terminate(reason) {
        told.push(
          reason.type === "crashed" && reason.cause === cause ? "crashed by boom" : reason.type,
        );
      },
    },
    {},
    { logger: { error: (message, details) => errors.push([message, details]) } },
  );
  const client = await TestClient.connect(port);
  await client.join("a");
  await client.join("b");
  client.push("a", "crash");
  const ref = client.push("a", "ping");
  expect(await client.next()).toEqual(["a", "a", "a", "phx_error", {}]);
  expect(await client.next()).toEqual([null, ref, "a", "phx_reply", unmatched]);
  expect(await client.ask("b", "ping")).toEqual(okReply({}));
  expect(told).toEqual(["crashed by boom"]);
  expect(errors).toEqual([['The channel "a" crashed at "crash".', cause]]);
  expect(server.stats()).toMatchObject({
    live: { channel: 1 },
    channelEndsByReason: { crashed: 1 },
  });
});

test("a reply can be given later, once, and not after the end", async () => {
  const laters: { reply(response: unknown): boolean }[] = [];
  const { port } = await serve({
    join: () => ok(),
    handleIn(push: IncomingPush<Untyped>, channel) {
      if (push.event === "stop") return stop();
      laters.push(channel.replyLater());
      return noreply();
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  const refs = [client.push("a", "ask"), client.push("a", "ask")];
  await until(() => laters.length === 2);
  expect(laters[1]?.reply({ n: 2 })).toBe(true);
  expect(laters[1]?.reply({ n: 3 })).toBe(false);
  expect(await client.next()).toEqual(["a", refs[1], "a", "phx_reply", okReply({ n: 2 })]);
  client.push("a", "stop");
  expect(await client.next()).toEqual(["a", "a", "a", "phx_close", {}]);
  expect(laters[0]?.reply({ n: 1 })).toBe(false);
});

test("sendInfo waits for its turn, and reaches handleInfo", async () => {
  const work = gate();
  const { port } = await serve({
    join(_params, channel) {
      channel.sendInfo("after join");
      return ok();
    },
    async handleIn(_push: IncomingPush<Untyped>, channel) {
      channel.sendInfo("from a handler");
      await work.opened;
      return reply("done");
    },
    handleInfo(info, channel) {
      channel.push("info", { info });
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  expect(await client.next()).toEqual(["a", null, "a", "info", { info: "after join" }]);
  client.push("a", "work");
  work.open();
  expect(payloadOf(await client.next())).toEqual(okReply("done"));
  expect(payloadOf(await client.next())).toEqual({ info: "from a handler" });
});

test("a channel that always has something more to do leaves others their turns", async () => {
  const MOST = 1_000_000;
  let steps = 0;
  let isHeard = false;
  const { port } = await serve({
    join(_params, channel) {
      channel.sendInfo("step");
      return ok();
    },
    handleInfo(_step, channel) {
      steps += 1;
      if (!isHeard && steps < MOST) channel.sendInfo("step");
    },
  });
  const client = await TestClient.connect(port);
  await client.join("a");
  client.send(null, "h", "phoenix", "heartbeat", {});
  expect(await client.next()).toMatchObject([null, "h", "phoenix", "phx_reply", {}]);
  isHeard = true;
  expect(steps).toBeLessThan(MOST);
});

test("what join pushes and broadcasts: the pushes follow the reply, its own broadcast is not heard", async () => {
  const { port } = await serve({
    join(_params, channel) {
      channel.push("welcome", { n: 1 });
      channel.broadcast("joined", {});
      return ok();
    },
    handleIn: { ping: () => reply() },
  });
  const [one, two] = [await TestClient.connect(port), await TestClient.connect(port)];
  expect(await one.join("a")).toEqual(okReply({}));
  expect(payloadOf(await one.next())).toEqual({ n: 1 });
  expect(await two.join("a")).toEqual(okReply({}));
  expect(payloadOf(await two.next())).toEqual({ n: 1 });
  expect(await one.next()).toEqual([null, null, "a", "joined", {}]);
  expect(await two.ask("a", "ping")).toEqual(okReply({}));
});
