// Each fault of a script, between a client and a server made of bytes: what arrives, to the byte.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FaultRelay } from "./fault-relay.ts";
import { FAULTLESS, FAULTLESS_LANE, type FaultScript, type LaneScript } from "./fault-script.ts";
import { binaryFrame, closeFrame, encodeFrame, textFrame } from "./frames.ts";
import { randomFaults } from "./random-faults.ts";
import type { RawPeer } from "./raw-peer.ts";
import { RawServer } from "./raw-server.ts";
import { whenTrulyEnded } from "./reset.ts";

const REQUEST = "GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const MASK = Uint8Array.of(1, 2, 3, 4);
const RESPONSE_LENGTH = 129;

let server: RawServer;
let relay: FaultRelay;
let target: number;
let script: FaultScript;
let faults: string[];
const clients: Socket[] = [];

beforeEach(async () => {
  script = FAULTLESS;
  faults = [];
  server = await RawServer.listen(() => {});
  target = server.port;
  relay = await FaultRelay.listen({
    target: () => target,
    script: () => script,
    onFault: (kind) => faults.push(kind),
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await relay.close();
  expect(relay.live).toBe(0);
  await server.close();
});

const toClient = (lane: Partial<LaneScript>): FaultScript => ({
  ...FAULTLESS,
  toClient: { ...FAULTLESS_LANE, ...lane },
});
const toServer = (lane: Partial<LaneScript>): FaultScript => ({
  ...FAULTLESS,
  toServer: { ...FAULTLESS_LANE, ...lane },
});

function begin(): Socket {
  const client = connect({ port: relay.port, host: "127.0.0.1", allowHalfOpen: true });
  clients.push(client);
  return client.on("error", () => {});
}

async function dial(): Promise<Socket> {
  const client = begin();
  await once(client, "connect");
  return client;
}

async function open(): Promise<{ client: Received; peer: RawPeer; socket: Socket }> {
  const socket = await dial();
  const client = new Received(socket);
  socket.write(REQUEST);
  const peer = await server.peer(0);
  await peer.request();
  await peer.accept();
  return { client, peer, socket };
}

/** All that a socket gets. */
class Received {
  bytes = Buffer.alloc(0);
  ended = false;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => (this.bytes = Buffer.concat([this.bytes, chunk])));
    socket.on("end", () => (this.ended = true));
  }

  async atLeast(length: number): Promise<Buffer> {
    while (this.bytes.length < length) await once(this.#socket, "data");
    return this.bytes;
  }

  /** Once the socket is gone. What was reset says so, though a reset can look like a FIN first. */
  async reset(): Promise<boolean> {
    this.#socket.on("end", () => whenTrulyEnded(this.#socket, this.#socket, () => {}));
    if (!this.#socket.closed) await new Promise((resolve) => this.#socket.on("close", resolve));
    return this.#socket.errored !== null;
  }

  /** What came behind the handshake. */
  get frames(): Buffer {
    return this.bytes.subarray(RESPONSE_LENGTH);
  }
}

async function fin(socket: Socket, received: Received): Promise<void> {
  if (!received.ended) await once(socket, "end");
}

test("without faults: bytes, FINs and their order", async () => {
  const { client, peer, socket } = await open();
  expect((await client.atLeast(RESPONSE_LENGTH)).toString()).toContain("101");
  await peer.write("abc");
  peer.end();
  await fin(socket, client);
  expect(client.frames.toString()).toBe("abc");
  socket.end();
  await peer.gone();
  expect(peer.wire.story().slice(-2)).toEqual(["server: FIN", "client: FIN"]);
  expect(faults).toEqual([]);
});

test("fin: after exactly so many bytes, and the sender is not told", async () => {
  script = toClient({ interruptions: [{ at: RESPONSE_LENGTH + 3, type: "fin" }] });
  const { client, peer, socket } = await open();
  await peer.write("abcdef");
  await fin(socket, client);
  expect(client.frames.toString()).toBe("abc");
  await peer.write("ghi");
  socket.end();
  peer.end();
  await peer.gone();
  expect(peer.wire.story().at(-1)).toBe("client: FIN");
  expect(faults).toEqual(["fin"]);
});

test("rst: after exactly so many bytes, on both sides", async () => {
  script = toServer({ interruptions: [{ at: REQUEST.length, type: "rst" }] });
  const { client, peer, socket } = await open();
  await client.atLeast(RESPONSE_LENGTH);
  socket.write("x");
  await peer.gone();
  expect(await client.reset()).toBe(true);
  expect(peer.wire.story().at(-1)).toBe("client: RST");
});

test("rst within the handshake's own bytes", async () => {
  script = toClient({ interruptions: [{ at: 10, type: "rst" }] });
  const { client } = await open();
  expect(await client.reset()).toBe(true);
  expect(client.bytes.length).toBeLessThanOrEqual(10);
});

test("pause: late, and whole; several interruptions in a row", async () => {
  script = toClient({
    interruptions: [
      { at: 5, type: "pause", ms: 5 },
      { at: 5, type: "pause", ms: 5 },
      { at: RESPONSE_LENGTH + 1, type: "pause", ms: 5 },
      { at: RESPONSE_LENGTH + 2, type: "fin" },
    ],
  });
  const { client, peer, socket } = await open();
  await peer.write("abc");
  await fin(socket, client);
  expect(client.frames.toString()).toBe("ab");
  expect(faults).toEqual(["pause", "pause", "pause", "fin"]);
});

test("latency and a rate: in order, whole", async () => {
  script = toClient({ latency: 5, bytesPerSecond: 1_000_000 });
  const { client, peer, socket } = await open();
  const sent = Array.from({ length: 50 }, (_, i) => `line ${i}\n`).join("");
  await peer.write(sent);
  peer.end();
  await fin(socket, client);
  expect(client.frames.toString()).toBe(sent);
});

test("a paused lane holds the writer back and loses nothing", async () => {
  script = toClient({ interruptions: [{ at: 200, type: "pause", ms: 50 }] });
  const { peer, socket } = await open();
  let size = 0;
  socket.removeAllListeners("data").on("data", (chunk: Buffer) => (size += chunk.length));
  await peer.write(encodeFrame(binaryFrame(Buffer.alloc(20_000_000))));
  peer.end();
  await once(socket, "end");
  expect(size).toBeGreaterThanOrEqual(20_000_000);
});

test("silence in one direction: the other goes on", async () => {
  script = toClient({ interruptions: [{ at: RESPONSE_LENGTH, type: "silence", ways: "this" }] });
  const { client, peer, socket } = await open();
  await client.atLeast(RESPONSE_LENGTH);
  await peer.write("lost");
  peer.end();
  socket.write(encodeFrame({ ...textFrame("hi"), mask: MASK }));
  await peer.frame();
  expect(client.frames.length).toBe(0);
  expect(client.ended).toBe(false);
  socket.resetAndDestroy();
  await peer.gone();
  expect(faults).toEqual(["one-way silence"]);
});

test("silence in both directions: nobody is told of the other's end, and nothing stays behind", async () => {
  script = toClient({ interruptions: [{ at: RESPONSE_LENGTH, type: "silence", ways: "both" }] });
  const { client, peer, socket } = await open();
  await client.atLeast(RESPONSE_LENGTH);
  await peer.write("lost");
  await expect.poll(() => faults).toEqual(["silence"]);
  socket.resetAndDestroy();
  await once(socket, "close");
  expect(relay.live).toBe(1);
  peer.reset();
  await expect.poll(() => relay.live).toBe(0);
});

test("silence in both directions, and both sides end with a FIN", async () => {
  script = toClient({ interruptions: [{ at: RESPONSE_LENGTH, type: "silence", ways: "both" }] });
  const { client, peer, socket } = await open();
  await client.atLeast(RESPONSE_LENGTH);
  await peer.write("lost");
  peer.end();
  socket.end();
  await peer.gone();
  await fin(socket, client);
  await expect.poll(() => relay.live).toBe(0);
});

const last = encodeFrame(textFrame("last"));
const close = encodeFrame(closeFrame(1000, "bye"));

test("close delayed: it waits, and the FIN behind it", async () => {
  script = toClient({ closing: { type: "delay", ms: 5 } });
  const { client, peer, socket } = await open();
  await peer.write(Buffer.concat([last, close]));
  peer.end();
  await fin(socket, client);
  expect(client.frames).toEqual(Buffer.concat([last, close]));
  expect(faults).toEqual(["close delayed"]);
});

test("close withheld: it and the FIN never come, and the other direction goes on", async () => {
  script = toClient({ closing: { type: "withhold" } });
  const { client, peer, socket } = await open();
  // The close frame's head in two chunks.
  await peer.write(Buffer.concat([last, close.subarray(0, 1)]));
  await peer.write(close.subarray(1));
  peer.end();
  await client.atLeast(RESPONSE_LENGTH + last.length);
  socket.write(encodeFrame({ ...closeFrame(1000), mask: MASK }));
  await peer.frame();
  expect(client.frames).toEqual(last);
  expect(client.ended).toBe(false);
  socket.resetAndDestroy();
  await peer.gone();
  expect(faults).toEqual(["close withheld"]);
});

test("close lost: the FIN comes without it", async () => {
  script = toClient({ closing: { type: "lose" } });
  const { client, peer, socket } = await open();
  await peer.write(Buffer.concat([last, close.subarray(0, 3)]));
  await peer.write(close.subarray(3));
  peer.end();
  await fin(socket, client);
  expect(client.frames).toEqual(last);
  expect(faults).toEqual(["close lost"]);
});

test("close broken: a part of it, then a FIN or a reset", async () => {
  script = toClient({ closing: { type: "break", bytes: 3, by: "fin" } });
  const { client, peer, socket } = await open();
  await peer.write(close);
  await fin(socket, client);
  expect(client.frames).toEqual(close.subarray(0, 3));
  expect(faults).toEqual(["close broken"]);
});

test("close of the client, lost on its way", async () => {
  script = toServer({ closing: { type: "lose" } });
  const { peer, socket } = await open();
  socket.write(encodeFrame({ ...textFrame("hi"), mask: MASK }));
  socket.write(encodeFrame({ ...closeFrame(1000), mask: MASK }));
  socket.end();
  expect((await peer.frame()).opcode).toBe(1);
  peer.end();
  await peer.gone();
  expect(peer.wire.story()).not.toContain("client: close 1000");
});

test("close overtakes: it goes ahead of whole frames that wait, never into one", async () => {
  script = toClient({ latency: 30, closing: { type: "overtake" } });
  const { client, peer, socket } = await open();
  await client.atLeast(RESPONSE_LENGTH);
  await peer.write(Buffer.concat([last, last]));
  await peer.write(close.subarray(0, 2));
  await peer.write(close.subarray(2));
  peer.end();
  await fin(socket, client);
  expect(client.frames).toEqual(Buffer.concat([close, last, last]));
  expect(faults).toContain("close overtook data");
});

test("close overtakes: not the frame that is half delivered", async () => {
  const at = RESPONSE_LENGTH + 3;
  script = toClient({
    interruptions: [{ at, type: "pause", ms: 30 }],
    closing: { type: "overtake" },
  });
  const { client, peer, socket } = await open();
  await peer.write(last);
  await client.atLeast(at);
  await peer.write(Buffer.concat([last, close]));
  peer.end();
  await fin(socket, client);
  expect(client.frames).toEqual(Buffer.concat([last, close, last]));
});

test("an upgrade refused with a status", async () => {
  script = { ...FAULTLESS, opening: { type: "refuse", status: 503, body: "later" } };
  const socket = await dial();
  const client = new Received(socket);
  socket.write(REQUEST.slice(0, 10));
  socket.write(REQUEST.slice(10));
  await fin(socket, client);
  expect(client.bytes.toString()).toMatch(/^HTTP\/1\.1 503 .*later$/s);
  expect(server.peers).toHaveLength(0);
  expect(faults).toEqual(["upgrade refused"]);
});

test("an upgrade ignored, and one reset", async () => {
  script = { ...FAULTLESS, opening: { type: "ignore" } };
  const ignored = await dial();
  ignored.write(REQUEST);
  script = { ...FAULTLESS, opening: { type: "reset" } };
  const reset = new Received(begin());
  expect(await reset.reset()).toBe(true);
  await expect.poll(() => relay.live).toBe(1);
  ignored.resetAndDestroy();
  await expect.poll(() => relay.live).toBe(0);
  expect(server.peers).toHaveLength(0);
});

test("kill: both sides are reset after a time", async () => {
  script = { ...FAULTLESS, killAfter: 20 };
  const { client, peer } = await open();
  expect(await client.reset()).toBe(true);
  await peer.gone();
  expect(faults).toEqual(["kill"]);
});

test("a server that cannot be reached resets the client", async () => {
  await server.close();
  const client = new Received(begin());
  expect(await client.reset()).toBe(true);
  await expect.poll(() => relay.live).toBe(0);
  server = await RawServer.listen(() => {});
});

test("a client that ends while the server is being dialled", async () => {
  const client = begin();
  client.end();
  const peer = await server.peer(0);
  peer.end();
  await peer.gone();
  await expect.poll(() => relay.live).toBe(0);
});

test("random faults: the same dice give the same scripts, and every kind comes up", () => {
  const dice = (): (() => number) => {
    let state = 1;
    return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  };
  const scripts = (random: () => number): string =>
    JSON.stringify(Array.from({ length: 2_000 }, () => randomFaults(random, 500)));
  const all = scripts(dice());
  expect(scripts(dice())).toBe(all);
  for (const kind of [
    ..."refuse ignore reset pause fin rst silence".split(" "),
    ..."delay withhold lose break overtake".split(" "),
  ]) {
    expect(all).toContain(`"type":"${kind}"`);
  }
});
