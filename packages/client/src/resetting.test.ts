// socket.reset(): the connection is gone now, from every state, and all else is as after disconnect().
import { closeFrame, kernelSockets } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serve, serveRaw, speak, speakOnly } from "./fixtures/servers.ts";
import { newSocket, openSocket, untilState } from "./fixtures/sockets.ts";

/** The client's ends of connections to this port, whatever their state. */
function ours(port: number): string[] {
  return (kernelSockets(port) ?? [])
    .filter(({ remotePort }) => remotePort === port)
    .map(({ state }) => state);
}

const RESET = { code: null, reason: "", clean: false };
const NOTHING_TO_RESET = { code: null, reason: "", clean: true };

describe("a connection", () => {
  test("open: a RST and no close frame, and nothing is left, TIME-WAIT neither", async () => {
    const { server, url } = await speak();
    const socket = await openSocket(url);
    expect(await socket.reset()).toEqual(RESET);
    expect(ours(server.port)).toEqual([]);
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story()).toEqual([
      "client: GET /socket/websocket",
      "server: 101",
      "client: RST",
    ]);
    expect(socket.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
    expect(socket.stats.counters.endsByReason.requested).toBe(1);
  });

  test("a disconnect whose answer does not come need not be waited for", async () => {
    const { server, url } = await speakOnly();
    const socket = await openSocket(url, { closeTimeout: 3_600_000 });
    const disconnecting = socket.disconnect();
    const peer = await server.peer();
    await peer.frame();
    expect(await socket.reset()).toEqual(RESET);
    expect(await disconnecting).toEqual(RESET);
    await peer.gone();
    expect(peer.wire.story().slice(-2)).toEqual(["client: close 1000", "client: RST"]);
  });

  test("a server that closed and never ends TCP: its code is told, and nothing comes back", async () => {
    const { server, url } = await speakOnly(({ peer }) => peer.write(closeFrame(1012, "drain")));
    const socket = await openSocket(url, { closeTimeout: 3_600_000 });
    await untilState(socket, "closing");
    expect(await socket.reset()).toEqual({ code: 1012, reason: "drain", clean: false });
    await (await server.peer()).gone();
    expect([socket.state.type, server.peers.length]).toEqual(["ended", 1]);
  });

  test("being dialled", async () => {
    const server = await serveRaw();
    const socket = newSocket(`${server.url}/socket`);
    const connecting = failureOf(socket.connect());
    const peer = await server.peer();
    await peer.request();
    expect(await socket.reset()).toEqual(RESET);
    expect(await connecting).toMatchObject({ code: "requested" });
    await peer.gone();
    expect(peer.wire.story().at(-1)).toBe("client: RST");
  });
});

describe("no connection", () => {
  test("never connected, waiting, ended: there is nothing to reset", async () => {
    const fresh = newSocket("ws://127.0.0.1:1/socket");
    expect(await fresh.reset()).toEqual(NOTHING_TO_RESET);
    expect(await fresh.reset()).toEqual(NOTHING_TO_RESET);
    const waiting = newSocket("ws://127.0.0.1:1/socket", { reconnect: [3_600_000] });
    const connecting = failureOf(waiting.connect());
    await untilState(waiting, "waiting");
    expect(await waiting.reset()).toEqual(NOTHING_TO_RESET);
    expect(await connecting).toMatchObject({ code: "requested" });
  });
});

test("channels and pushes end as by disconnect(), and connect() begins anew", async () => {
  const { server, url } = await serve();
  const socket = await openSocket(url);
  const room = await socket.join("room:a");
  const push = failureOf(room.push("silent"));
  await socket.reset();
  expect(await push).toMatchObject({ code: "disconnected", sent: true });
  expect(room.state).toEqual({ type: "left", by: "disconnect" });
  await expect.poll(() => server.stats().live.websocket).toBe(0);
  await socket.connect();
  await room.join();
  expect(await room.push("echo", "again")).toBe("again");
});

test("1,000 at once leave nothing on either side", async () => {
  const { server, port, url } = await serve();
  for (let round = 0; round < 5; round++) {
    const sockets = await Promise.all(Array.from({ length: 200 }, () => openSocket(url)));
    await Promise.all(sockets.map((socket) => socket.reset()));
    expect(ours(port)).toEqual([]);
  }
  await expect.poll(() => server.stats().live).toEqual({ websocket: 0, longpoll: 0, channel: 0 });
  expect(server.stats().ended).toBe(1_000);
});
