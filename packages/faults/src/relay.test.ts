// The relay between a client and a server of the test's own, in each of its behaviours.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeFrame, encodeFrame, textFrame } from "./frames.ts";
import type { RawPeer } from "./raw-peer.ts";
import { RawServer } from "./raw-server.ts";
import { Relay } from "./relay.ts";

const REQUEST = "GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const MASK = Uint8Array.of(1, 2, 3, 4);

let server: RawServer;
let relay: Relay;
const clients: Socket[] = [];

beforeEach(async () => {
  server = await RawServer.listen(() => {});
  relay = await Relay.listen({ targetPort: server.port });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await relay.close();
  expect(relay.live).toEqual({ clients: 0, targets: 0 });
  await server.close();
});

async function dial(): Promise<Socket> {
  const client = connect({ port: relay.port, host: "127.0.0.1", allowHalfOpen: true });
  clients.push(client);
  client.on("error", () => {});
  await once(client, "connect");
  return client;
}

async function dialThrough(): Promise<{ client: Socket; peer: RawPeer }> {
  const index = server.peers.length;
  const client = await dial();
  client.write(REQUEST);
  const peer = await server.peer(index);
  await peer.request();
  return { client, peer };
}

/** Everything that comes from now on, up to `bytes` of it. */
async function read(client: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < bytes;) {
    const [chunk] = (await once(client, "data")) as [Buffer];
    chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks);
}

test("pass: bytes, FINs and their order", async () => {
  const { client, peer } = await dialThrough();
  await peer.accept();
  expect((await read(client, 10)).toString()).toContain("101");
  expect(relay.live).toEqual({ clients: 1, targets: 1 });
  peer.end();
  await once(client, "end");
  client.end();
  await peer.gone();
  expect(peer.wire.story()).toEqual(["client: GET /", "server: 101", "server: FIN", "client: FIN"]);
});

test("pass: a RST stays a RST, in both directions", async () => {
  const first = await dialThrough();
  first.client.resetAndDestroy();
  await first.peer.gone();
  expect(first.peer.wire.story()).toEqual(["client: GET /", "client: RST"]);

  const second = await dialThrough();
  const failed = once(second.client, "error");
  second.peer.reset();
  const [error] = (await failed) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNRESET");
});

test("pass: a slow reader holds the writer back and loses nothing", async () => {
  const { client, peer } = await dialThrough();
  client.pause();
  const written = peer.write(Buffer.alloc(20_000_000, 1));
  let size = 0;
  client.on("data", (chunk: Buffer) => (size += chunk.length));
  client.resume();
  await written;
  peer.end();
  await once(client, "end");
  expect(size).toBe(20_000_000);
});

test("pass with latency and a limited rate: late, in order, whole", async () => {
  relay.behave({ type: "pass", latency: 5, bytesPerSecond: 1_000_000 });
  const { client, peer } = await dialThrough();
  for (let i = 0; i < 20; i++) await peer.write(`line ${i}\n`);
  peer.end();
  const chunks: Buffer[] = [];
  client.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(client, "end");
  const expected = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join("");
  expect(Buffer.concat(chunks).toString()).toBe(expected);
});

test("silent: both TCP connections stay, nothing passes, and pass delivers it", async () => {
  const { client, peer } = await dialThrough();
  relay.behave({ type: "silent" });
  client.write(encodeFrame({ ...textFrame("hi"), mask: MASK }));
  // A connection that comes meanwhile is accepted, and its target is not dialled.
  const late = await dial();
  late.write(REQUEST);
  await expect.poll(() => relay.live).toEqual({ clients: 2, targets: 1 });
  expect(peer.wire.story()).toEqual(["client: GET /"]);
  relay.behave({ type: "pass" });
  await peer.frame();
  await (await server.peer(1)).request();
  expect(relay.live).toEqual({ clients: 2, targets: 2 });
});

test("silent: a client that resets is passed on once the silence ends", async () => {
  const { client, peer } = await dialThrough();
  relay.behave({ type: "silent" });
  client.resetAndDestroy();
  await once(client, "close");
  expect(relay.live.targets).toBe(1);
  relay.behave({ type: "pass" });
  await peer.gone();
  expect(peer.wire.story()).toEqual(["client: GET /", "client: RST"]);
});

test("cut: both sides are reset", async () => {
  const { client, peer } = await dialThrough();
  const failed = once(client, "error");
  relay.cut();
  const [error] = (await failed) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNRESET");
  await peer.gone();
  expect(peer.wire.story()).toEqual(["client: GET /", "client: RST"]);
});

test("refuse: new connections get a status and an end, present ones pass", async () => {
  const present = await dialThrough();
  relay.behave({ type: "refuse", status: 503, headers: { "Retry-After": "1" }, body: "later" });
  const refused = await dial();
  refused.write(REQUEST);
  const chunks: Buffer[] = [];
  refused.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(refused, "end");
  expect(Buffer.concat(chunks).toString()).toBe(
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 5\r\n\r\nlater",
  );
  refused.end();
  present.client.write(REQUEST);
  await present.peer.request();
  expect(server.peers).toHaveLength(1);
});

test("withholdClose: all but the close frame and the FIN", async () => {
  const { client, peer } = await dialThrough();
  await peer.accept();
  await read(client, 100);
  relay.behave({ type: "withholdClose" });
  const last = encodeFrame(textFrame("last"));
  // In one write, and the close frame's head in two chunks on the way.
  await peer.write(Buffer.concat([last, encodeFrame(closeFrame(1000, "bye")).subarray(0, 1)]));
  await peer.write(encodeFrame(closeFrame(1000, "bye")).subarray(1));
  peer.end();
  expect(await read(client, last.length)).toEqual(last);
  // The client goes on writing, to a server that has ended its side.
  client.write(encodeFrame({ ...closeFrame(1000), mask: MASK }));
  await peer.frame();
  expect(relay.live).toEqual({ clients: 1, targets: 1 });
  client.resetAndDestroy();
  await peer.gone();
  expect(peer.wire.story().slice(-3)).toEqual(["server: FIN", "client: close 1000", "client: RST"]);
});

test("withholdClose: a change to pass lets it go", async () => {
  const { client, peer } = await dialThrough();
  await peer.accept();
  await read(client, 100);
  relay.behave({ type: "withholdClose" });
  const close = encodeFrame(closeFrame(1012));
  await peer.write(close);
  peer.end();
  client.write(encodeFrame({ ...closeFrame(1012), mask: MASK }));
  await peer.frame();
  relay.behave({ type: "pass" });
  expect(await read(client, close.length)).toEqual(close);
  await once(client, "end");
});

test("a client that ends while the target is being dialled", async () => {
  const client = connect({ port: relay.port, host: "127.0.0.1", allowHalfOpen: true });
  clients.push(client);
  client.end();
  const peer = await server.peer(0);
  peer.end();
  await peer.gone();
  expect(peer.wire.story()).toContain("client: FIN");
});

test("a target that cannot be reached resets the client", async () => {
  await server.close();
  const client = await dial();
  const [error] = (await once(client, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNRESET");
  server = await RawServer.listen(() => {});
});
