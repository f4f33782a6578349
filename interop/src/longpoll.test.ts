// Our client over long polling, against the interop server or the Phoenix at PHOENIX_URL: what both can
// do over it. Bytes and the end of a session by the client's word are ours alone.
import { connect, V1, V2, type Socket, type SocketOptions } from "@slipstream/client";
import { longPoll } from "@slipstream/client/longpoll";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startInteropServer, type InteropServer } from "./interop-server.ts";

interface Room {
  push: Record<string, { payload: unknown; reply: unknown }>;
  message: { bcast: unknown; push_n: { seq: number; data: string } };
}

let server: InteropServer | null = null;
let http = process.env["PHOENIX_URL"] ?? "";
const sockets: Socket[] = [];

beforeAll(async () => {
  if (http !== "") return;
  server = await startInteropServer({ port: 0 });
  http = server.url;
});
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.disconnect()));
});
afterAll(async () => {
  await server?.close();
});

async function open(path = "/socket", options: SocketOptions = {}): Promise<Socket> {
  const socket = await connect(http.replace(/^http/, "ws") + path, {
    transport: longPoll(),
    reconnect: [0],
    rejoin: [0],
    logger: {},
    ...options,
  });
  sockets.push(socket);
  expect(socket.stats.transport).toBe("longpoll");
  return socket;
}

let rooms = 0;
function topic(): string {
  rooms += 1;
  return `room:longpoll-${process.pid}-${rooms}`;
}

describe.each([V1, V2])("vsn $vsn", (serializer) => {
  test("joins, asks, is told, leaves", async () => {
    const socket = await open("/socket", { serializer });
    const room = await socket.join<Room>(topic(), { hello: "w" });
    expect(room.response).toEqual({ hello: "w" });
    const payloads = Array.from({ length: 200 }, (_, n) => ({ n, text: `é ${n}` }));
    expect(await Promise.all(payloads.map((payload) => room.push("ping", payload)))).toEqual(
      payloads,
    );
    await expect(room.push("echo_err", { x: 1 })).rejects.toMatchObject({
      ...{ code: "refused", status: "error", response: { x: 1 } },
    });
    await room.leave();
    expect(await socket.ping()).toBeGreaterThan(0);
  });

  test("a channel that crashes is joined again", async () => {
    const socket = await open("/socket", { serializer });
    const room = await socket.join<Room>(topic());
    await expect(room.push("crash", {})).rejects.toMatchObject({ code: "channelCrashed" });
    expect(await room.push("ping", { again: true })).toEqual({ again: true });
  });
});

test("a broadcast reaches every member, its sender too", async () => {
  const name = topic();
  const members = await Promise.all(
    [await open(), await open()].map((socket) => socket.join<Room>(name)),
  );
  const heard = members.map((room) => room.messages("bcast"));
  await members[0]?.push("bcast", { b: 1 });
  for (const messages of heard) {
    expect((await messages.next()).value).toMatchObject({ payload: { b: 1 } });
  }
});

test("a thousand messages of 1 KB come in order, before the reply that follows them", async () => {
  const socket = await open();
  const room = await socket.join<Room>(topic());
  const seqs: number[] = [];
  room.on("push_n", ({ seq, data }) => seqs.push(data.length === 1_024 ? seq : -1));
  await room.push("push_n", { n: 1_000, size: 1_024 });
  expect(seqs).toHaveLength(1_000);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  expect(seqs).not.toContain(-1);
});

test("refused credentials end the attempts, and a path that is no socket is a 404", async () => {
  await expect(open("/socket", { params: { token: "bad" } })).rejects.toMatchObject({
    code: "upgradeRejected",
    reason: { status: 403 },
  });
  await expect(open("/nowhere", { reconnect: false })).rejects.toMatchObject({
    code: "upgradeRejected",
    reason: { status: 404 },
  });
});
