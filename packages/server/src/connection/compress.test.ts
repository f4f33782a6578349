// permessage-deflate: agreed on when asked for, in the order of everything else, and bounded.
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { constants, deflateRawSync } from "node:zlib";
import { encodeFrame } from "@slipstream/faults";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { once } from "node:events";
import { ok, reply } from "../channel/results.ts";
import { requestHead } from "../fixtures/bare-client.ts";
import { TestClient } from "../fixtures/client.ts";
import { servesUntil } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";

const serve = servesUntil(onTestFinished);
const echo = { join: () => ok(), handleIn: { echo: (payload: unknown) => reply(payload) } };

async function open(port: number): Promise<{ webSocket: WebSocket; frames: unknown[] }> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0`, {
    perMessageDeflate: true,
  });
  const frames: unknown[] = [];
  webSocket.on("message", (data, isBinary) => {
    frames.push(isBinary ? data : JSON.parse((data as Buffer).toString()));
  });
  await once(webSocket, "open");
  onTestFinished(() => webSocket.terminate());
  return { webSocket, frames };
}

test("small, large and binary messages come in order, and cost less on the wire", async () => {
  const { port, server } = await serve(echo, { compress: true });
  const { webSocket, frames } = await open(port);
  expect(webSocket.extensions).toContain("permessage-deflate");
  webSocket.send(JSON.stringify(["1", "1", "a", "phx_join", {}]));
  await until(() => frames.length === 1);
  const tcp = (webSocket as unknown as { _socket: { bytesRead: number } })._socket;
  const before = tcp.bytesRead;
  const text = "repeat ".repeat(10_000);
  for (let n = 0; n < 20; n++) {
    server.broadcast("a", "news", n % 3 === 0 ? { n, text } : { n });
  }
  server.broadcast("a", "bytes", new Uint8Array(5_000));
  webSocket.send(JSON.stringify(["1", "2", "a", "echo", { last: true }]));
  await until(() => frames.length === 23);
  const told = frames.slice(1, 21).map((frame) => (frame as [0, 0, 0, 0, { n: number }])[4].n);
  expect(told).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(tcp.bytesRead - before).toBeLessThan((7 * text.length) / 20);
});

test("who does not ask for it, or a socket without it, is sent plain frames", async () => {
  const plain = await serve(echo);
  expect((await open(plain.port)).webSocket.extensions).toBe("");
});

test("a client that does not read costs no more than maxBuffered", async () => {
  const { port, server } = await serve(echo, { compress: true, maxBuffered: 200_000 });
  const { webSocket, frames } = await open(port);
  webSocket.send(JSON.stringify(["1", "1", "a", "phx_join", {}]));
  await until(() => frames.length === 1);
  webSocket.pause();
  const noise = randomBytes(60_000).toString("base64");
  while (server.stats().endsByReason.overflow === 0) {
    server.broadcast("a", "news", { noise });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(server.stats().endsByReason.overflow).toBe(1);
});

/** A client that shakes hands for compression, and writes whatever frames it is told. */
async function rawClient(port: number): Promise<{ socket: Socket; got: () => Buffer }> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  const chunks: Buffer[] = [];
  const got = (): Buffer => Buffer.concat(chunks);
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.write(`${requestHead()}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n`);
  await until(() => got().includes("\r\n\r\n"));
  expect(got().toString("latin1")).toContain("permessage-deflate");
  return { socket, got };
}

test("a bomb of 200 MB in 200 KB is refused with 1009, and never unfolded", async () => {
  const { port, server } = await serve(echo, { compress: true, maxPayload: 1_000_000 });
  const { socket } = await rawClient(port);
  const bomb = deflateRawSync(Buffer.alloc(200_000_000));
  expect(bomb.length).toBeLessThan(250_000);
  socket.write(encodeFrame({ opcode: 1, payload: bomb, mask: randomBytes(4), rsv: 4 }));
  await until(() => server.stats().live.websocket === 0);
  expect(server.stats().endsByReason.protocolError).toBe(1);
});

/** A message that nobody handles, which unfolds to 1 MB. */
function smallBomb(): Buffer {
  const text = JSON.stringify(["1", "1", "a", "echo", { text: "x".repeat(1_000_000) }]);
  const payload = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  return Buffer.from(encodeFrame({ opcode: 1, payload, mask: randomBytes(4), rsv: 4 }));
}

test("maxInflateRate: a bomb in many messages is closed with 1008, and unfolded no further", async () => {
  // A rate that the slowest machine exceeds.
  const limits = { maxInflateRate: 100_000, maxPayload: 2_000_000, closeTimeout: 3_000 };
  const { port, server } = await serve(echo, { compress: true, ...limits });
  const { webSocket } = await open(port);
  const { socket, got } = await rawClient(port);
  const bomb = smallBomb();
  expect(bomb.length).toBeLessThan(2_000);
  // 2 GB, as long as it is read.
  const story = Buffer.concat(Array.from({ length: 2_000 }, () => bomb));
  socket.write(story);
  await until(() => got().includes("too much data"));
  expect(got().includes(Buffer.from([0x88, 2 + 13, 1008 >> 8, 1008 & 255]))).toBe(true);
  await until(() => server.stats().ended === 1);
  expect(server.stats().endsByReason.rateLimited).toBe(1);
  // What had been read from the socket when it was stopped, and not what comes until it is reset.
  expect(server.stats().bytesReceived).toBeLessThan(300_000_000);
  // Others go on.
  webSocket.send(JSON.stringify(["1", "1", "a", "phx_join", {}]));
  await once(webSocket, "message");
});

test("maxInflateRate: as much as a second allows, or one message of maxPayload, comes at once", async () => {
  const limits = { compress: true, maxInflateRate: 1_000, maxPayload: 2_000_000 };
  const { port, server } = await serve(echo, limits);
  const { socket } = await rawClient(port);
  socket.write(smallBomb());
  await until(() => server.stats().bytesReceived > 1_000_000);
  expect(server.stats().live.websocket).toBe(1);
  socket.write(Buffer.concat([smallBomb(), smallBomb()]));
  await until(() => server.stats().ended === 1);
  expect(server.stats().endsByReason.rateLimited).toBe(1);
});

test("maxInflateRate: it is no limit for who does not compress", async () => {
  const { port } = await serve(echo, { compress: true, maxInflateRate: 1, maxPayload: 20_000 });
  const client = await TestClient.connect(port);
  await client.join("a");
  for (let n = 0; n < 10; n++) await client.ask("a", "echo", "x".repeat(10_000));
  await client.close();
});
