// What servers of one cluster owe to their clients, whatever carries their messages. Each adapter
// runs these with its own broker.
import { isDeepStrictEqual } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { Channel } from "../channel/channel.ts";
import type { IncomingPush, Untyped } from "../channel/channel-types.ts";
import { accept, noreply, ok, reply, stop } from "../channel/results.ts";
import { ChannelsServer } from "../server.ts";
import type { ServerOptions } from "../server-options.ts";
import { payloadOf, TestClient, type V2Frame } from "../fixtures/client.ts";
import { until } from "../fixtures/until.ts";
import type { ClusterAdapter } from "./adapter.ts";

/** One broker for the tests of a file. */
export interface TestBroker {
  adapter(): ClusterAdapter;
}

export interface TestNode {
  readonly server: ChannelsServer;
  readonly port: number;
}

/** Where a client connects to. */
type Door = Pick<TestNode, "port">;

/** Says hello, talks, and is present under the name with which its client joined. */
class Room extends Channel<Untyped, { user: string }> {
  static override readonly intercept: readonly string[] = ["secret"];
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
      case "secret":
        this.broadcast("secret", payload);
        return reply();
      case "here":
        this.presence.track(this.assigns.user, payload as Record<string, unknown>);
        return reply();
      case "change":
        return reply({
          changed: this.presence.update(this.assigns.user, (meta) => ({
            ...meta,
            ...(payload as object),
          })),
        });
      case "away":
        this.presence.untrack(this.assigns.user);
        return reply();
      case "list":
        return reply(this.presence.list());
      case "stop":
        return stop();
    }
    return undefined;
  }
  override handleOut({ event, payload }: { event: string; payload: unknown }) {
    this.push(event, { told: this.assigns.user, payload });
    return noreply();
  }
}

/** A server in the cluster, with the socket "/socket" and the Room on all topics. */
export async function startNode(
  cluster: ClusterAdapter,
  options: ServerOptions = {},
): Promise<TestNode> {
  const server = new ChannelsServer({ logger: false, closeTimeout: 500, cluster, ...options });
  onTestFinished(() => server.close());
  server.socket("/socket", {
    connect: ({ params }) => accept({ user: params["user"] as string }),
    id: ({ user }) => `user:${user}`,
    channels: { "*": Room },
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  return { server, port };
}

export async function clientOf(
  { port }: Door,
  user: string,
  topic = "room:1",
): Promise<TestClient> {
  const client = await TestClient.connect(port, { query: `vsn=2.0.0&user=${user}` });
  onTestFinished(() => client.close());
  await client.join(topic);
  return client;
}

/** The keys on a topic, each with how many metas it has. */
export function keysOf({ server }: TestNode, topic = "room:1"): Record<string, number> {
  const entries = Object.entries(server.presences(topic));
  return Object.fromEntries(entries.map(([key, { metas }]) => [key, metas.length] as const));
}

/** Frames until one of this event comes, which is given. */
export async function nextOf(client: TestClient, event: string): Promise<V2Frame> {
  for (;;) {
    const frame = await client.next();
    if (Array.isArray(frame) && frame[3] === event) return frame;
  }
}

const alike = (node: TestNode, keys: Record<string, number>): boolean =>
  isDeepStrictEqual(keysOf(node), keys);

/** Two nodes that know of each other. */
export async function pair(
  broker: TestBroker,
  options?: ServerOptions,
): Promise<[TestNode, TestNode]> {
  const nodes = await Promise.all([
    startNode(broker.adapter(), options),
    startNode(broker.adapter(), options),
  ]);
  await Promise.all(nodes.map(({ server }) => server.ready()));
  await until(() => nodes.every(({ server }) => server.stats().cluster?.nodes === 1));
  return nodes;
}

export function describeCluster(broker: () => TestBroker): void {
  describe("broadcasts", () => {
    test("reach the members on every node, each once and in order", async () => {
      const [a, b] = await pair(broker());
      const [ann, bob] = [await clientOf(a, "ann"), await clientOf(b, "bob")];
      for (let n = 0; n < 100; n++) ann.push("room:1", "all", { n });
      for (let n = 0; n < 100; n++) {
        expect(await nextOf(bob, "said")).toEqual([null, null, "room:1", "said", { n }]);
        expect(await nextOf(ann, "said")).toEqual([null, null, "room:1", "said", { n }]);
      }
    });

    test("of server.broadcast, of broadcastFrom, and bytes", async () => {
      const [a, b] = await pair(broker());
      const [ann, bob] = [await clientOf(a, "ann"), await clientOf(b, "bob")];
      ann.push("room:1", "others", { n: 1 });
      expect(payloadOf(await nextOf(bob, "said"))).toEqual({ n: 1 });
      a.server.broadcast("room:1", "news", { n: 2 });
      expect(payloadOf(await nextOf(bob, "news"))).toEqual({ n: 2 });
      expect(payloadOf(await nextOf(ann, "news"))).toEqual({ n: 2 });
      a.server.broadcast("room:1", "bytes", new Uint8Array([1, 2, 3]));
      expect(await bob.next()).toEqual(
        new Uint8Array([2, 6, 5, ...Buffer.from("room:1bytes"), 1, 2, 3]),
      );
    });

    test("are intercepted on the node of their receiver", async () => {
      const [a, b] = await pair(broker());
      const [ann, bob] = [await clientOf(a, "ann"), await clientOf(b, "bob")];
      ann.push("room:1", "secret", { n: 1 });
      expect(payloadOf(await nextOf(bob, "secret"))).toEqual({ told: "bob", payload: { n: 1 } });
    });

    test("keep to their topic", async () => {
      const [a, b] = await pair(broker());
      const [ann, bob] = [await clientOf(a, "ann"), await clientOf(b, "bob", "room:2")];
      await ann.ask("room:1", "others", { n: 1 });
      a.server.broadcast("room:2", "news", {});
      expect(await bob.next()).toEqual([null, null, "room:2", "news", {}]);
    });
  });

  test("disconnect(id) closes the connections of the id on every node", async () => {
    const [a, b] = await pair(broker());
    const [ann, anne] = [await clientOf(a, "ann"), await clientOf(b, "ann")];
    const bob = await clientOf(b, "bob");
    expect(a.server.disconnect("user:ann")).toBe(1);
    expect((await ann.closed).code).toBe(1000);
    expect((await anne.closed).code).toBe(1000);
    expect(await bob.ask("room:1", "list")).toEqual({ status: "ok", response: {} });
  });

  test("what is said during a close and after it is lost, counted, and no error", async () => {
    const [a] = await pair(broker());
    const closing = a.server.close();
    for (let turn = 0; turn < 20; turn++) {
      a.server.broadcast("room:1", "news", { turn });
      a.server.disconnect("user:nobody");
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closing;
    a.server.broadcast("room:1", "news", {});
    expect(a.server.disconnect("user:nobody")).toBe(0);
    const { state, lost } = a.server.stats().cluster!;
    expect(state).toBe("down");
    expect(lost).toBeGreaterThanOrEqual(2);
  });

  describe("presence", () => {
    test("a user on two nodes is one key with two metas, everywhere", async () => {
      const [a, b] = await pair(broker());
      const [ann, anne] = [await clientOf(a, "ann"), await clientOf(b, "ann")];
      ann.push("room:1", "here", { device: "phone" });
      const first = payloadOf(await nextOf(anne, "presence_diff"));
      expect(first).toEqual({
        joins: { ann: { metas: [{ device: "phone", phx_ref: expect.any(String) }] } },
        leaves: {},
      });
      anne.push("room:1", "here", { device: "desk" });
      await until(() => alike(a, { ann: 2 }) && alike(b, { ann: 2 }));
      await anne.close();
      const diff = payloadOf(await nextOf(ann, "presence_diff"));
      expect(diff).toMatchObject({ joins: { ann: { metas: [{ device: "phone" }] } } });
      await nextOf(ann, "presence_diff");
      expect(payloadOf(await nextOf(ann, "presence_diff"))).toMatchObject({
        joins: {},
        leaves: { ann: { metas: [{ device: "desk" }] } },
      });
      await until(() => alike(a, { ann: 1 }) && alike(b, { ann: 1 }));
    });

    test("an update is one diff with the old and the new meta; an untrack ends it", async () => {
      const [a, b] = await pair(broker());
      const [ann, bob] = [await clientOf(a, "ann"), await clientOf(b, "bob")];
      ann.push("room:1", "here", { mood: "good" });
      await nextOf(bob, "presence_diff");
      ann.push("room:1", "change", { mood: "better" });
      const diff = payloadOf(await nextOf(bob, "presence_diff")) as {
        joins: { ann: { metas: [{ phx_ref_prev: string }] } };
        leaves: { ann: { metas: [{ phx_ref: string }] } };
      };
      expect(diff).toMatchObject({
        joins: { ann: { metas: [{ mood: "better" }] } },
        leaves: { ann: { metas: [{ mood: "good" }] } },
      });
      expect(diff.joins.ann.metas[0].phx_ref_prev).toBe(diff.leaves.ann.metas[0].phx_ref);
      ann.push("room:1", "away");
      await until(() => alike(b, {}));
    });

    test("a node that comes later learns what is there", async () => {
      const cluster = broker();
      const a = await startNode(cluster.adapter());
      await a.server.ready();
      for (const user of ["ann", "bob", "__proto__"]) {
        await (await clientOf(a, user)).ask("room:1", "here", {});
      }
      const b = await startNode(cluster.adapter());
      await until(() => Object.keys(keysOf(b)).length === 3);
      expect(Object.keys(keysOf(b)).toSorted()).toEqual(["__proto__", "ann", "bob"]);
    });

    test("what is large travels in parts", async () => {
      const cluster = broker();
      const a = await startNode(cluster.adapter());
      await a.server.ready();
      const text = "x".repeat(60_000);
      for (let n = 0; n < 12; n++) {
        await (await clientOf(a, `user${n}`)).ask("room:1", "here", { text });
      }
      const b = await startNode(cluster.adapter());
      await until(() => Object.keys(keysOf(b)).length === 12);
      expect(keysOf(b)).toEqual(keysOf(a));
    });

    test("a node that closes takes its presences with it at once", async () => {
      const [a, b] = await pair(broker());
      const bob = await clientOf(b, "bob");
      await (await clientOf(a, "ann")).ask("room:1", "here", {});
      await nextOf(bob, "presence_diff");
      await a.server.close();
      expect(payloadOf(await nextOf(bob, "presence_diff"))).toMatchObject({
        joins: {},
        leaves: { ann: { metas: [{}] } },
      });
      await until(() => b.server.stats().cluster?.nodes === 0);
    });
  });
}
