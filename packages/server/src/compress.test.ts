// permessage-deflate: agreed on when asked for, in the order of everything else, and bounded.
import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { connect } from "node:net";
import { encodeFrame } from "@slipstream/faults";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { once } from "node:events";
import { ok, reply } from "./results.ts";
import { servesUntil } from "./fixtures/server.ts";
import { until } from "./fixtures/until.ts";

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

test("a bomb of 200 MB in 200 KB is refused with 1009, and never unfolded", async () => {
  const { port, server } = await serve(echo, { compress: true, maxPayload: 1_000_000 });
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  const got: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => got.push(chunk));
  socket.write(
    [
      "GET /socket/websocket?vsn=2.0.0 HTTP/1.1",
      "Host: localhost",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      "Sec-WebSocket-Extensions: permessage-deflate",
      "\r\n",
    ].join("\r\n"),
  );
  await until(() => Buffer.concat(got).includes("\r\n\r\n"));
  const bomb = deflateRawSync(Buffer.alloc(200_000_000));
  expect(bomb.length).toBeLessThan(250_000);
  const frame = encodeFrame({ opcode: 1, payload: bomb, mask: randomBytes(4), rsv: 4 });
  socket.write(frame);
  await until(() => server.stats().live.websocket === 0);
  expect(server.stats().endsByReason.protocolError).toBe(1);
});
