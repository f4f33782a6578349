// Who gets which broadcast, and how many times it is encoded.
import { once } from "node:events";
import { EncodeError } from "@slipstream/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { Channel } from "../channel/channel.ts";
import type { IncomingPush, OutgoingMessage, Untyped } from "../channel/channel-types.ts";
import { noreply, ok, reply, stop } from "../channel/results.ts";
import { payloadOf, TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";

const serve = servesUntil(onTestFinished);

class Talk extends Channel {
  static override readonly intercept = ["secret", "bye"];
  override join(): ReturnType<typeof ok> {
    return ok();
  }
  override handleIn({ event, payload }: IncomingPush<Untyped>) {
    switch (event) {
      case "all":
        this.broadcast("said", payload);
        return reply();
      case "others":
        this.broadcastFrom("said", payload);
        return reply();
    }
    return undefined;
  }
  override handleOut({ event, payload }: OutgoingMessage<Untyped>) {
    if (event === "bye") return stop("told to");
    this.push(event, { from: (payload as { from: string }).from });
    return noreply();
  }
}

const said = (topic: string, payload: unknown): unknown => [null, null, topic, "said", payload];

test("broadcast reaches all members of the topic, broadcastFrom all others", async () => {
  const { port } = await serve(Talk);
  const [one, two, other] = await Promise.all([1, 2, 3].map(() => TestClient.connect(port)));
  for (const [client, topic] of [
    [one, "a"],
    [two, "a"],
    [other, "b"],
  ] as const)
    await client!.join(topic);
  one!.push("a", "all", { n: 1 });
  expect(await one!.next()).toEqual(said("a", { n: 1 }));
  expect(await one!.next()).toMatchObject(["a", "1", "a", "phx_reply", { status: "ok" }]);
  expect(await two!.next()).toEqual(said("a", { n: 1 }));
  one!.push("a", "others", { n: 2 });
  expect(await two!.next()).toEqual(said("a", { n: 2 }));
  expect(await one!.next()).toMatchObject(["a", "2", "a", "phx_reply", { status: "ok" }]);
  other!.push("b", "all", { n: 3 });
  expect(await other!.next()).toEqual(said("b", { n: 3 }));
});

test("server.broadcast reaches the members on every socket, and nobody who left", async () => {
  const { port, server } = await serve(Talk);
  server.socket("/second", { channels: { "*": Talk } });
  const one = await TestClient.connect(port);
  const two = await TestClient.connect(port, { path: "/second/websocket" });
  await one.join("a");
  await two.join("a");
  server.broadcast("a", "said", 1);
  expect(await one.next()).toEqual(said("a", 1));
  expect(await two.next()).toEqual(said("a", 1));
  one.send("a", "2", "a", "phx_leave", {});
  await one.next();
  await one.next();
  server.broadcast("a", "said", 2);
  expect(await two.next()).toEqual(said("a", 2));
  one.send(null, "h", "phoenix", "heartbeat", {});
  expect(await one.next()).toMatchObject([null, "h", "phoenix", "phx_reply", {}]);
});

test("an intercepted event goes through handleOut, for each member, in turn", async () => {
  const { port, server } = await serve(Talk);
  const one = await TestClient.connect(port);
  await one.join("a");
  server.broadcast("a", "secret", { from: "x", hidden: true });
  expect(await one.next()).toEqual(["a", null, "a", "secret", { from: "x" }]);
  server.broadcast("a", "bye", {});
  expect(await one.next()).toEqual(["a", "a", "a", "phx_close", {}]);
  expect(server.stats().channelEndsByReason.stopped).toBe(1);
});

test("where each end is broadcast and ends the next, all come to their end, however many", async () => {
  const errors: unknown[] = [];
  const { port, server } = await serve(
    {
      intercept: ["bye"],
      join: () => ok(),
      handleIn: () => stop("the host goes", reply()),
      handleOut: () => stop("told to"),
      terminate: (_reason, channel) => channel.broadcast("bye", {}),
    },
    {},
    { logger: { error: (...told) => errors.push(told) } },
  );
  const connecting = Array.from({ length: 800 }, () => TestClient.connect(port));
  const clients = await Promise.all(connecting);
  for (const client of clients) await client.join("a");
  clients[0]?.push("a", "go");
  expect(payloadOf((await clients[0]?.next()) ?? [])).toMatchObject({ status: "ok" });
  for (const client of clients) {
    expect(await client.next()).toEqual(["a", "a", "a", "phx_close", {}]);
  }
  expect(errors).toEqual([]);
  expect(server.stats()).toMatchObject({
    live: { channel: 0 },
    channelEndsByReason: { stopped: 800 },
  });
});

test("a broadcast is encoded once, however many receive it", async () => {
  const { port, server } = await serve(Talk);
  const clients = await Promise.all(Array.from({ length: 10 }, () => TestClient.connect(port)));
  for (const client of clients) await client.join("a");
  const toJSON = vi.fn<() => string>(() => "once");
  server.broadcast("a", "said", { toJSON });
  for (const client of clients) expect(await client.next()).toEqual(said("a", "once"));
  expect(toJSON).toHaveBeenCalledOnce();
});

test("bytes are for those who speak V2; who speaks V1 is passed over, and counted", async () => {
  const { port, server } = await serve(Talk);
  const v2 = await TestClient.connect(port);
  await v2.join("a");
  const v1 = new WebSocket(`ws://127.0.0.1:${port}/socket/websocket?vsn=1.0.0`);
  await once(v1, "open");
  v1.send('{"topic":"a","event":"phx_join","payload":{},"ref":"1"}');
  await once(v1, "message");
  server.broadcast("a", "said", new Uint8Array([1, 2]));
  expect(payloadOf(await v2.next())).toEqual(
    new Uint8Array([2, 1, 4, ...Buffer.from("asaid"), 1, 2]),
  );
  server.broadcast("a", "said", "text");
  const [text] = (await once(v1, "message")) as [Buffer];
  expect(JSON.parse(text.toString())).toEqual({
    topic: "a",
    event: "said",
    payload: "text",
    ref: null,
  });
  expect(server.stats().undeliverable).toBe(1);
  v1.close();
  await until(() => server.stats().live.websocket === 1);
});

test("what cannot be written is the author's error, and sent to nobody", async () => {
  const { port, server } = await serve(Talk);
  const client = await TestClient.connect(port);
  await client.join("a");
  expect(() => server.broadcast("a", "said", 1n)).toThrow(EncodeError);
  server.broadcast("a", "said", 1);
  expect(await client.next()).toEqual(said("a", 1));
});
