// P4: each connection, and each attempt to make one, ends for exactly one reason, which is told once
// and counted once.
import { closeFrame, encodeFrame, OPCODE, textFrame, type RawPeer } from "@slipstream/faults";
import type { ConnectionEnd, EndReason } from "@slipstream/core";
import { describe, expect, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { serveRaw, speakOnly } from "./fixtures/servers.ts";
import { newSocket, turn } from "./fixtures/sockets.ts";
import { ConnectError, type NodeSocketOptions, type Socket } from "./index.ts";
import { TestClock } from "./testing/index.ts";

/** Connects once, and looks at how that ended. */
async function once(
  url: string,
  options: NodeSocketOptions = {},
): Promise<{ socket: Socket; end: ConnectionEnd; error: ConnectError | null }> {
  const socket = newSocket(url, { reconnect: false, ...options });
  const ends: ConnectionEnd[] = [];
  const told = new Promise<void>((resolve) => {
    socket.onConnectionEnd((end) => {
      ends.push(end);
      resolve();
    });
  });
  const connected = await socket.connect().then(
    () => null,
    (error: unknown) => error as ConnectError,
  );
  await told;
  await turn();
  const [end, ...others] = ends;
  expect(others).toEqual([]);
  expectCounted(socket, end?.reason.type);
  expect(socket.state).toMatchObject({ type: "ended", reason: end?.reason });
  return { socket, end: end as ConnectionEnd, error: connected };
}

function expectCounted({ stats }: Socket, type: EndReason["type"] | undefined): void {
  const counted = Object.entries(stats.counters.endsByReason).filter(([, count]) => count !== 0);
  expect(counted).toEqual([[type, 1]]);
  expect(stats.counters.attempts).toBe(1);
}

/** Accepts, says something, and waits for whatever comes of it. */
async function after(say: (peer: RawPeer) => Promise<void> | void): Promise<string> {
  const { url } = await speakOnly(async ({ peer }) => {
    await say(peer);
  });
  return url;
}

describe("a connection that was open", () => {
  test.each([
    [1000, "", closeFrame(1000)],
    [1005, "", closeFrame()],
    [1012, "drain", closeFrame(1012, "drain")],
    [4001, "", closeFrame(4001)],
  ])("closedByRemote: %i", async (code, reason, frame) => {
    const url = await after(async (peer) => {
      await peer.write(frame);
      await peer.frame();
      peer.end();
    });
    const { end } = await once(url);
    expect(end).toEqual({
      reason: { type: "closedByRemote", code, reason },
      code,
      text: reason,
      clean: true,
    });
  });

  test("connectionLost: TCP ended without a close frame", async () => {
    const { end } = await once(await after((peer) => peer.end()));
    expect(end.reason).toMatchObject({
      type: "connectionLost",
      cause: { code: "ended_without_close" },
    });
    expect(end).toMatchObject({ code: null, text: "", clean: false });
  });

  test("connectionLost: a RST", async () => {
    const url = await after(async (peer) => {
      await peer.write(textFrame('[null,null,"a","b",{}]'));
      await peer.frame();
      peer.reset();
    });
    const socket = newSocket(url, { reconnect: false });
    await socket.connect();
    const ended = new Promise<ConnectionEnd>((resolve) => socket.onConnectionEnd(resolve));
    // The answer to a frame that the server has not read would be a RST; so is this.
    void socket.ping();
    expect(await ended).toMatchObject({
      reason: { type: "connectionLost", cause: { code: "ECONNRESET" } },
      clean: false,
    });
  });

  test("heartbeatTimeout: nothing came back", async () => {
    const { url } = await speakOnly();
    const { end } = await once(url, { heartbeat: { interval: 5, timeout: 5 } });
    expect(end).toMatchObject({ reason: { type: "heartbeatTimeout" }, clean: false });
  });

  test.each([
    ["a masked frame", 1002, { ...textFrame("x"), mask: Uint8Array.of(1, 2, 3, 4) }],
    ["a reserved opcode", 1002, { opcode: 5, payload: new Uint8Array(0) }],
    ["bad UTF-8", 1007, { opcode: OPCODE.text, payload: Uint8Array.of(0xff) }],
    ["a message over maxPayload", 1009, textFrame("x".repeat(101))],
  ])("protocolError: %s", async (_, code, frame) => {
    const url = await after(async (peer) => {
      await peer.write(encodeFrame(frame));
      await peer.frame();
      peer.end();
    });
    const { end } = await once(url, { maxPayload: 100 });
    expect(end).toMatchObject({ reason: { type: "protocolError", code }, clean: false });
  });
});

describe("an attempt", () => {
  test.each([401, 403, 404, 426, 500, 503])(
    "upgradeRejected: %i, with the server's headers and words",
    async (status) => {
      const headers = { "Retry-After": "7", "Set-Cookie": "a=1" };
      const server = await serveRaw(async (peer) => {
        await peer.refuse({ status, headers, body: "go away" });
        peer.end();
      });
      const { end, error } = await once(`${server.url}/socket`);
      expect(end.reason).toMatchObject({
        type: "upgradeRejected",
        status,
        body: "go away",
        headers: { "retry-after": "7", "set-cookie": "a=1" },
      });
      expect(end).toMatchObject({ code: null, clean: false });
      expect(error).toMatchObject({ code: "upgradeRejected", reason: end.reason });
      expect(error?.message).toContain(`answered the upgrade with ${status}`);
      expect(error?.message).not.toContain("go away");
    },
  );

  test("upgradeRejected: a redirect is not followed", async () => {
    const elsewhere = await serveRaw();
    const server = await serveRaw(async (peer) => {
      await peer.refuse({ status: 302, headers: { Location: `${elsewhere.url}/socket` } });
      peer.end();
    });
    const { end } = await once(`${server.url}/socket`);
    expect(end.reason).toMatchObject({ type: "upgradeRejected", status: 302 });
    expect(elsewhere.peers.length).toBe(0);
  });

  test("connectFailed: nobody listens", async () => {
    const server = await serveRaw();
    const { url } = server;
    await server.close();
    const { end, error } = await once(`${url}/socket`);
    expect(end.reason).toMatchObject({ type: "connectFailed", cause: { code: "ECONNREFUSED" } });
    expect(error).toBeInstanceOf(ConnectError);
    expect(error?.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(error?.message).toContain("Check that the server runs");
  });

  test("connectFailed: TCP ended before the upgrade was answered", async () => {
    const server = await serveRaw((peer) => peer.reset());
    const { end } = await once(`${server.url}/socket`);
    expect(end.reason).toMatchObject({ type: "connectFailed", cause: { code: "ECONNRESET" } });
  });

  test("connectFailed: a 101 that is none, or with a wrong key", async () => {
    for (const accept of [null, "d3Jvbmc="]) {
      const server = await serveRaw(async (peer) => {
        await peer.accept({ accept });
      });
      const { end } = await once(`${server.url}/socket`);
      expect(end.reason.type).toBe("connectFailed");
    }
  });

  test("connectTimeout: the upgrade is not answered", async () => {
    const server = await serveRaw();
    const clock = new TestClock();
    const trying = once(`${server.url}/socket`, { connectTimeout: 30, clock });
    // The time is not up before the server has the request, however busy the machine is.
    const peer = await server.peer();
    await peer.request();
    await clock.advance(30);
    const { end, error } = await trying;
    expect(end).toMatchObject({ reason: { type: "connectTimeout" }, code: null, clean: false });
    expect(error?.code).toBe("connectTimeout");
    await peer.gone();
  });

  test("credentialsFailed: a function threw, and nothing was dialled", async () => {
    const server = await serveRaw();
    const cause = new Error("no token today");
    const { end, error } = await once(`${server.url}/socket`, {
      authToken: () => Promise.reject(cause),
    });
    expect(end.reason).toEqual({ type: "credentialsFailed", cause });
    expect(error).toMatchObject({ code: "credentialsFailed", cause });
    expect(server.peers.length).toBe(0);
  });

  test("credentialsFailed: a function took longer than connectTimeout", async () => {
    const server = await serveRaw();
    const { end } = await once(`${server.url}/socket`, {
      connectTimeout: 10,
      params: () => new Promise(() => {}),
    });
    expect(end.reason).toEqual({ type: "credentialsFailed", cause: { type: "connectTimeout" } });
  });
});

test("requested: told and counted like any other", async () => {
  const { url } = await speakOnly(async ({ peer }) => {
    await peer.frame();
    await peer.write(closeFrame(1000));
    peer.end();
  });
  const socket = newSocket(url);
  const ends: ConnectionEnd[] = [];
  socket.onConnectionEnd((end) => ends.push(end));
  await socket.connect();
  await socket.disconnect();
  expect(ends).toEqual([{ reason: { type: "requested" }, code: 1000, text: "", clean: true }]);
  expectCounted(socket, "requested");
});

test("many attempts: each is told once, and the counters add up", async () => {
  const server = await serveRaw(async (peer, index) => {
    if (index === 0) return peer.reset();
    if (index === 1) await peer.refuse({ status: 503 });
    if (index === 1) return peer.end();
    await peer.accept();
    if (index === 2) peer.end();
  });
  const socket = newSocket(`${server.url}/socket`, { closeTimeout: 20 });
  const ends: string[] = [];
  socket.onConnectionEnd(({ reason }) => ends.push(reason.type));
  await socket.connect();
  await expect.poll(() => ends).toEqual(["connectFailed", "upgradeRejected", "connectionLost"]);
  await socket.connect();
  await socket.disconnect();
  expect(ends.at(-1)).toBe("requested");
  expect(socket.stats.counters).toMatchObject({
    attempts: 4,
    opened: 2,
    endsByReason: { connectFailed: 1, upgradeRejected: 1, connectionLost: 1, requested: 1 },
  });
  expect(await failureOf(socket.ping())).toMatchObject({ code: "disconnected" });
});
