// The judge that we did not write: npm `phoenix`, as it comes, over `ws`.
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { Channel } from "./channel/channel.ts";
import type { IncomingPush, Untyped } from "./channel/channel-types.ts";
import { accept, deny, noreply, ok, refuse, reply } from "./channel/results.ts";
import { servesUntil } from "./fixtures/server.ts";
import { until } from "./fixtures/until.ts";

const serve = servesUntil(onTestFinished);

/** What this file uses of it; the package ships no types. */
interface PhoenixPush {
  receive(status: string, callback: (response: unknown) => void): PhoenixPush;
}
interface PhoenixChannel {
  join(): PhoenixPush;
  leave(): PhoenixPush;
  push(event: string, payload: unknown, timeout?: number): PhoenixPush;
  on(event: string, callback: (payload: unknown) => void): number;
  onClose(callback: () => void): number;
  onError(callback: () => void): number;
  readonly state: string;
}
interface PhoenixSocket {
  connect(): void;
  disconnect(callback?: () => void): void;
  channel(topic: string, params?: unknown): PhoenixChannel;
  onOpen(callback: () => void): string;
  ping(callback: (roundTrip: number) => void): boolean;
}
const { Socket } = (await import("phoenix")) as {
  Socket: new (url: string, options: object) => PhoenixSocket;
};

/** Ms; a push that is not answered keeps its timer after disconnect(). */
const NO_ANSWER = 1_000;

class Room extends Channel<Untyped, { user: string }> {
  override join(params: unknown) {
    return (params as { secret?: boolean }).secret === true
      ? deny({ reason: "unauthorized" })
      : ok({ user: this.assigns.user });
  }
  override handleIn({ event, payload }: IncomingPush<Untyped>) {
    switch (event) {
      case "ping":
        return reply(payload);
      case "fail":
        return reply("error", { reason: "no" });
      case "say":
        this.broadcast("said", payload);
        return noreply();
      case "bytes":
        this.push("bytes", payload);
        return reply(payload);
      case "drop":
        this.socket.drop();
        return noreply();
    }
    return undefined;
  }
}

function outcome(push: PhoenixPush): Promise<[string, unknown]> {
  return new Promise((resolve) => {
    for (const status of ["ok", "error", "timeout"]) {
      push.receive(status, (response) => resolve([status, response]));
    }
  });
}

async function start() {
  const { port, server } = await serve(Room, {
    connect: ({ params, authToken }) =>
      authToken === "good" ? accept({ user: params["user"] as string }) : refuse(),
    id: ({ user }) => user,
  });
  const socket = new Socket(`ws://127.0.0.1:${port}/socket`, {
    transport: WebSocket,
    params: { user: "u1" },
    authToken: "good",
    reconnectAfterMs: () => 10,
    rejoinAfterMs: () => 10,
  });
  onTestFinished(() => new Promise((resolve) => socket.disconnect(resolve)));
  socket.connect();
  return { server, socket };
}

test("connect, join, push, reply, broadcast, bytes, leave", async () => {
  const { server, socket } = await start();
  const room = socket.channel("room:a", {});
  const said: unknown[] = [];
  room.on("said", (payload) => said.push(payload));
  room.on("bytes", (payload) => said.push(new Uint8Array(payload as ArrayBuffer)));
  expect(await outcome(room.join())).toEqual(["ok", { user: "u1" }]);
  expect(await outcome(room.push("ping", { n: 1 }))).toEqual(["ok", { n: 1 }]);
  expect(await outcome(room.push("fail", {}))).toEqual(["error", { reason: "no" }]);
  room.push("say", { text: "hi" }, NO_ANSWER);
  server.broadcast("room:a", "said", { text: "to all" });
  const [status, bytes] = await outcome(room.push("bytes", new Uint8Array([1, 2, 3]).buffer));
  expect([status, new Uint8Array(bytes as ArrayBuffer)]).toEqual(["ok", new Uint8Array([1, 2, 3])]);
  expect(said).toContainEqual({ text: "hi" });
  expect(said).toContainEqual({ text: "to all" });
  expect(said).toContainEqual(new Uint8Array([1, 2, 3]));
  const secret = socket.channel("room:b", { secret: true });
  expect(await outcome(secret.join())).toEqual(["error", { reason: "unauthorized" }]);
  // It would ask again every 10 ms; what it asks while its socket closes keeps its timer.
  secret.leave();
  expect(await new Promise((resolve) => socket.ping(resolve))).toBeTypeOf("number");
  await new Promise<void>((resolve) => {
    room.onClose(resolve);
    room.leave();
  });
  await until(() => server.stats().channelEndsByReason.left === 1);
});

test("it comes back after a drop and after a disconnect by id, and rejoins after a crash", async () => {
  const { server, socket } = await start();
  const room = socket.channel("room:a", {});
  expect(await outcome(room.join())).toEqual(["ok", { user: "u1" }]);
  room.push("drop", {}, NO_ANSWER);
  await until(() => server.stats().joins.ok === 2);
  await until(() => room.state === "joined");
  expect(server.disconnect("u1")).toBe(1);
  await until(() => server.stats().joins.ok === 3);
  await until(() => room.state === "joined");
  room.push("unheard of", {}, NO_ANSWER);
  await until(() => server.stats().joins.ok === 4);
  await until(() => room.state === "joined");
  expect(await outcome(room.push("ping", { n: 2 }))).toEqual(["ok", { n: 2 }]);
  expect(server.stats()).toMatchObject({
    endsByReason: { dropped: 1, disconnected: 1 },
    channelEndsByReason: { closed: 2, crashed: 1 },
  });
});
