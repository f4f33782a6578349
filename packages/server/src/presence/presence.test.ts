// Presence on one server: what goes over the wire, and what npm `phoenix` makes of it.
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { Channel } from "../channel/channel.ts";
import type { IncomingPush, Untyped } from "../channel/channel-types.ts";
import { accept, ok, reply } from "../channel/results.ts";
import { payloadOf, TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";

const serve = servesUntil(onTestFinished);

class Room extends Channel<Untyped, { user: string }> {
  override join() {
    this.sendInfo("afterJoin");
    return ok();
  }
  override handleInfo() {
    this.presence.track(this.assigns.user, { device: "phone" });
    this.push("presence_state", this.presence.list());
  }
  override handleIn({ event }: IncomingPush<Untyped>) {
    if (event === "crash") throw new Error("crash");
    return reply();
  }
}

const socket = {
  connect: ({ params }: { params: Record<string, unknown> }) =>
    accept({ user: String(params["user"]) }),
};
const meta = { device: "phone", phx_ref: expect.any(String) };

test("one's own presence_diff comes before presence_state, as with Phoenix", async () => {
  const { port, server } = await serve(Room, socket);
  const ann = await TestClient.connect(port, { query: "vsn=2.0.0&user=ann" });
  onTestFinished(() => ann.close());
  await ann.join("room:1");
  expect(await ann.next()).toEqual([
    null,
    null,
    "room:1",
    "presence_diff",
    { joins: { ann: { metas: [meta] } }, leaves: {} },
  ]);
  expect(await ann.next()).toEqual([
    "room:1",
    null,
    "room:1",
    "presence_state",
    { ann: { metas: [meta] } },
  ]);
  expect(server.presences("room:1")).toEqual({ ann: { metas: [meta] } });
});

test.each([
  ["leaves", (client: TestClient) => client.send("room:1", "9", "room:1", "phx_leave", {})],
  ["crashes", (client: TestClient) => client.push("room:1", "crash")],
  ["loses its connection", (client: TestClient) => client.webSocket.terminate()],
])("a presence ends with its channel, which %s", async (_, end) => {
  const { port, server } = await serve(Room, socket);
  const [ann, bob] = [
    await TestClient.connect(port, { query: "vsn=2.0.0&user=ann" }),
    await TestClient.connect(port, { query: "vsn=2.0.0&user=bob" }),
  ];
  onTestFinished(async () => {
    await ann.close();
    await bob.close();
  });
  await bob.join("room:1");
  await ann.join("room:1");
  await until(() => "ann" in server.presences("room:1"));
  for (let n = 0; n < 3; n++) await bob.next();
  end(ann);
  expect(payloadOf(await bob.next())).toEqual({ joins: {}, leaves: { ann: { metas: [meta] } } });
  expect(Object.keys(server.presences("room:1"))).toEqual(["bob"]);
});

test("track in join crashes the join, and says what to do", async () => {
  const errors: unknown[] = [];
  const { port } = await serve(
    {
      join(_params, channel) {
        channel.presence.track("ann");
        return ok();
      },
    },
    {},
    { logger: { error: (_message, error) => errors.push(error) } },
  );
  const client = await TestClient.connect(port);
  onTestFinished(() => client.close());
  expect(await client.join("room:1")).toEqual({
    status: "error",
    response: { reason: "join crashed" },
  });
  expect(String(errors)).toContain("Call sendInfo in join, and track in handleInfo");
});

test("npm phoenix's Presence follows it", async () => {
  const { port } = await serve(Room, socket);
  interface PhoenixPresence {
    list(pick: (key: string) => string): string[];
  }
  const { Socket, Presence } = (await import("phoenix")) as {
    Socket: new (
      url: string,
      options: object,
    ) => {
      connect(): void;
      disconnect(): void;
      channel(topic: string): { join(): unknown };
    };
    Presence: new (channel: unknown) => PhoenixPresence;
  };
  const presences = ["ann", "bob", "ann"].map((user) => {
    const phoenix = new Socket(`ws://127.0.0.1:${port}/socket`, {
      transport: WebSocket,
      params: { user },
    });
    onTestFinished(() => phoenix.disconnect());
    phoenix.connect();
    const channel = phoenix.channel("room:1");
    const presence = new Presence(channel);
    channel.join();
    return { phoenix, presence };
  });
  const keys = ({ presence }: { presence: PhoenixPresence }): string =>
    presence
      .list((key) => key)
      .toSorted()
      .join();
  await until(() => presences.every((each) => keys(each) === "ann,bob"));
  presences[1]?.phoenix.disconnect();
  await until(() => presences.every((each, index) => index === 1 || keys(each) === "ann"));
});

test("metas and keys that a client chooses cost their channel at most", async () => {
  const { port, server } = await serve({
    join: () => ok(),
    handleIn: {
      track(payload, channel) {
        const { key = "k", meta } = payload as { key?: string; meta: Record<string, unknown> };
        channel.presence.track(key, meta);
        return reply();
      },
    },
  });
  const witness = await TestClient.connect(port);
  onTestFinished(() => witness.close());
  await witness.join("a");
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const metas = [
    ...[32, 33, 100, 4_000, 4_090, 4_100, 4_200, 8_000].map(nested),
    `{"text":"${"x".repeat(70_000)}"}`,
    "[]",
    "7",
  ];
  for (const meta of metas) {
    const client = await TestClient.connect(port);
    await client.join("a");
    client.webSocket.send(`["a","t","a","track",{"meta":${meta}}]`);
    const answer = (await client.next()) as unknown[];
    expect([answer[3], meta.length]).toEqual([
      meta === nested(32) ? "presence_diff" : "phx_error",
      meta.length,
    ]);
    await client.close();
  }
  const client = await TestClient.connect(port);
  onTestFinished(() => client.close());
  await client.join("a");
  client.push("a", "track", { key: "k".repeat(1_025), meta: {} });
  expect(((await client.next()) as unknown[])[3]).toBe("phx_error");
  await until(() => server.stats().live.websocket === 2);
  expect(server.presences("a")).toEqual({});
  expect(await witness.ask("a", "track", { meta: { fine: true } })).toBeDefined();
});
