// How connections end, seen from TCP: the close frames, who sends FIN first, what is reset, and the
// reason that is counted. Source: RFC 6455 section 7, and what Phoenix 1.7 was seen to do.
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import {
  closeFrame,
  encodeFrame,
  FrameReader,
  kernelSockets,
  OPCODE,
  closeStatus,
  pingFrame,
  textFrame,
  type RawFrame,
} from "@slipstream/faults";
import { expect, onTestFinished, test } from "vitest";
import type { IncomingPush, Untyped } from "../channel/channel-types.ts";
import type { ConnectionEnd } from "../end-reason.ts";
import { noreply, ok, reply } from "../channel/results.ts";
import type { ChannelsServer } from "../server.ts";
import { servesUntil } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";

const serve = servesUntil(onTestFinished);

/** A TCP client that speaks WebSocket by hand, and does only what it is told. */
class RawClient {
  readonly socket: Socket;
  /** What came: "101", "close 1000", "text", "FIN", "RST". */
  readonly story: string[] = [];
  readonly texts: string[] = [];
  readonly #reader = new FrameReader();
  #head = "";

  constructor(port: number, { reading = true } = {}) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void this.socket.destroy());
    this.socket.on("error", () => this.story.push("RST"));
    this.socket.on("end", () => this.story.push("FIN"));
    this.socket.on("data", (chunk: Buffer) => this.#received(chunk, reading));
    this.socket.write(
      [
        "GET /socket/websocket?vsn=2.0.0 HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
        "\r\n",
      ].join("\r\n"),
    );
  }

  write(frame: RawFrame): void {
    this.socket.write(encodeFrame({ mask: randomBytes(4), ...frame }));
  }

  send(...message: readonly unknown[]): void {
    this.write(textFrame(JSON.stringify(message)));
  }

  async sees(...story: readonly string[]): Promise<void> {
    await until(() => this.story.length >= story.length);
    expect(this.story).toEqual(story);
  }

  #received(chunk: Buffer, reading: boolean): void {
    let bytes = chunk;
    if (!this.story.includes("101")) {
      this.#head += chunk.toString("latin1");
      const end = this.#head.indexOf("\r\n\r\n");
      if (end === -1) return;
      this.story.push(this.#head.slice(9, 12));
      bytes = Buffer.from(this.#head.slice(end + 4), "latin1");
      if (!reading) this.socket.pause();
    }
    this.#reader.push(bytes);
    for (let frame = this.#reader.read(); frame !== undefined; frame = this.#reader.read()) {
      if (frame.opcode === OPCODE.close) {
        const { code, reason } = closeStatus(frame);
        this.story.push(`close ${code ?? ""} ${reason}`.trim());
      } else if (frame.opcode === OPCODE.text) {
        this.texts.push(Buffer.from(frame.payload).toString());
      }
    }
  }
}

const echo = {
  join: () => ok(),
  handleIn: ({ payload }: IncomingPush<Untyped>) => reply(payload),
};

async function expectEnd(server: ChannelsServer, end: ConnectionEnd["type"]): Promise<void> {
  await until(() => server.stats().ended === 1);
  const stats = server.stats();
  expect(stats.endsByReason).toMatchObject({ [end]: 1 });
  expect(Object.values(stats.endsByReason).reduce((sum, count) => sum + count)).toBe(stats.ended);
  expect(stats.opened).toBe(stats.ended);
  expect(stats.live.channel).toBe(0);
}

/** The server's ends of connections, as the kernel knows them; undefined where it does not tell. */
function left(port: number): string[] {
  return (kernelSockets(port) ?? [])
    .filter(({ localPort, state }) => localPort === port && state !== "LISTEN")
    .map(({ state }) => state);
}

test.each([
  ["1000 bye", closeFrame(1000, "bye"), "close 1000 bye"],
  ["1001", closeFrame(1001), "close 1001"],
  ["no code", closeFrame(), "close"],
  ["3000", closeFrame(3000), "close 3000"],
  ["4000 x", closeFrame(4000, "x"), "close 4000 x"],
  ["1011", closeFrame(1011), "close 1011"],
])("a close with %s is echoed, and the server's FIN comes first", async (_name, frame, answer) => {
  const { server, port } = await serve(echo);
  const client = new RawClient(port);
  client.send("1", "1", "a", "phx_join", {});
  await until(() => client.texts.length === 1);
  client.write(frame);
  await client.sees("101", answer, "FIN");
  expect(server.stats().live).toEqual({ websocket: 1, longpoll: 0, channel: 0 });
  client.socket.end();
  await expectEnd(server, "closedByRemote");
  expect(server.stats().channelEndsByReason.closed).toBe(1);
});

test.each([
  ["the code 1005", closeFrame(1005), "close 1002"],
  ["no mask", { ...textFrame("[]"), mask: undefined }, "close 1002"],
  ["RSV1 without compression", { ...textFrame("[]"), rsv: 4 }, "close 1002"],
  ["a reserved opcode", { opcode: 3, payload: Buffer.alloc(0) }, "close 1002"],
  ["text that is not UTF-8", { opcode: OPCODE.text, payload: Buffer.from([0xff]) }, "close 1007"],
  ["more than maxPayload", textFrame("x".repeat(1_001)), "close 1009"],
])("a frame with %s is refused", async (_name, frame, answer) => {
  const { server, port } = await serve(echo, { maxPayload: 1_000 });
  const client = new RawClient(port);
  client.write(frame as RawFrame);
  await client.sees("101", answer, "FIN");
  client.socket.end();
  await expectEnd(server, "protocolError");
});

test("what is no message is refused with 1011", async () => {
  const { server, port } = await serve(echo);
  const client = new RawClient(port);
  client.write(textFrame("{{{"));
  await client.sees("101", "close 1011");
  client.write(closeFrame(1011));
  await client.sees("101", "close 1011", "FIN");
  client.socket.end();
  await expectEnd(server, "malformedMessage");
});

test("a client that never sends its FIN is reset after closeTimeout", async () => {
  const { server, port } = await serve(echo, { closeTimeout: 50 });
  const client = new RawClient(port);
  client.write(closeFrame(1000));
  await client.sees("101", "close 1000", "FIN");
  await expectEnd(server, "closedByRemote");
  expect(left(port)).toEqual([]);
});

test("a client that never answers a close is reset after closeTimeout", async () => {
  // A client that reads the close frame and the RST at once is told of a FIN by libuv.
  const { server, port } = await serve(echo, { id: () => "one", closeTimeout: 1_000 });
  const client = new RawClient(port);
  await client.sees("101");
  expect(server.disconnect("one")).toBe(1);
  await expectEnd(server, "disconnected");
  expect(left(port)).toEqual([]);
  await client.sees("101", "close 1000", "RST");
});

test("a closeTimeout as long as timers can wait is waited for, and does not come at once", async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => void warnings.push(name);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const { server, port } = await serve(echo, { id: () => "one", closeTimeout: 2 ** 31 - 1 });
  const client = new RawClient(port);
  await client.sees("101");
  server.disconnect("one");
  await client.sees("101", "close 1000");
  expect(warnings).toEqual([]);
  expect(server.stats().live.websocket).toBe(1);
  client.socket.resetAndDestroy();
  await expectEnd(server, "disconnected");
});

test("a FIN without a close is a lost connection, and answered with a FIN", async () => {
  const { server, port } = await serve(echo);
  const client = new RawClient(port);
  await client.sees("101");
  client.socket.end();
  await client.sees("101", "FIN");
  await expectEnd(server, "connectionLost");
});

test("a RST is a lost connection", async () => {
  const { server, port } = await serve(echo);
  const client = new RawClient(port);
  await client.sees("101");
  client.socket.resetAndDestroy();
  await expectEnd(server, "connectionLost");
});

test("half a frame and then a FIN is a lost connection", async () => {
  const { server, port } = await serve(echo);
  const client = new RawClient(port);
  await client.sees("101");
  client.socket.end(
    encodeFrame({ ...textFrame("0123456789"), mask: randomBytes(4) }).subarray(0, 9),
  );
  await expectEnd(server, "connectionLost");
});

const flood = {
  join: () => ok(),
  handleIn: {
    flood(payload: unknown, channel: { push(event: string, payload: unknown): void }) {
      const { n, size } = payload as { n: number; size: number };
      const text = "x".repeat(size);
      for (let i = 0; i < n; i++) channel.push("flood", { text });
      return noreply();
    },
  },
};

test("a client that stops reading is reset before it costs more than maxBuffered", async () => {
  const { server, port } = await serve(flood, { maxBuffered: 1_000_000 });
  const client = new RawClient(port, { reading: false });
  client.send("1", "1", "a", "phx_join", {});
  client.send("1", "2", "a", "flood", { n: 30_000, size: 1_000 });
  await expectEnd(server, "overflow");
  expect(server.stats().channelEndsByReason.closed).toBe(1);
  expect(server.stats().messagesSent).toBeLessThan(20_000);
  expect(left(port)).toEqual([]);
});

test("a message of any size may be sent to who reads", async () => {
  const { port } = await serve(flood, { maxBuffered: 1_000 });
  const client = new RawClient(port);
  client.send("1", "1", "a", "phx_join", {});
  client.send("1", "2", "a", "flood", { n: 1, size: 5_000_000 });
  await until(() => client.texts.length === 2);
});

test("a client that takes nothing of what waits for it is reset after sendTimeout", async () => {
  const { server, port } = await serve(flood, { sendTimeout: 100 });
  const client = new RawClient(port, { reading: false });
  client.send("1", "1", "a", "phx_join", {});
  client.send("1", "2", "a", "flood", { n: 1, size: 15_000_000 });
  await expectEnd(server, "sendTimeout");
  expect(left(port)).toEqual([]);
});

test("a client that lets pongs wait for it without end is reset", async () => {
  const { server, port } = await serve(flood);
  const client = new RawClient(port, { reading: false });
  client.send("1", "1", "a", "phx_join", {});
  client.send("1", "2", "a", "flood", { n: 1, size: 15_000_000 });
  for (let n = 0; n < 100; n++) client.write(pingFrame("x"));
  await expectEnd(server, "overflow");
  expect(left(port)).toEqual([]);
});

test("a client that sends FIN while much waits for it, and does not read, is reset", async () => {
  const { server, port } = await serve(flood, { closeTimeout: 50 });
  const client = new RawClient(port, { reading: false });
  client.send("1", "1", "a", "phx_join", {});
  client.send("1", "2", "a", "flood", { n: 1, size: 15_000_000 });
  client.socket.end();
  await expectEnd(server, "connectionLost");
  expect(left(port)).toEqual([]);
});

test("a client that closes while much waits for it, and does not read, is reset", async () => {
  const { server, port } = await serve(flood, { closeTimeout: 50 });
  const client = new RawClient(port, { reading: false });
  client.send("1", "1", "a", "phx_join", {});
  client.send("1", "2", "a", "flood", { n: 1, size: 15_000_000 });
  client.write(closeFrame(1000));
  await expectEnd(server, "closedByRemote");
  expect(left(port)).toEqual([]);
});

test("a process that was held up reads what has come before it takes a client for silent", async () => {
  const { port } = await serve(echo, { idleTimeout: 200 });
  const [silent, client] = [new RawClient(port), new RawClient(port)];
  const timer = setInterval(() => client.story.length > 0 && client.write(pingFrame()), 20);
  await silent.sees("101", "close 1000");
  clearInterval(timer);
  client.write(textFrame('[null,"1","phoenix","heartbeat",{}]'));
  const end = performance.now() + 400;
  while (performance.now() < end);
  await client.sees("101", "close 1000");
  expect(client.texts).toHaveLength(1);
  for (const { socket } of [silent, client]) socket.destroy();
});

test("a client that says nothing is closed with 1000; a ping, or part of a frame, is something", async () => {
  const { server, port } = await serve(echo, { idleTimeout: 1_000 });
  const silent = new RawClient(port);
  const pinging = new RawClient(port);
  const writing = new RawClient(port);
  const frame = encodeFrame({
    ...textFrame('[null,"1","phoenix","heartbeat",{}]'),
    mask: randomBytes(4),
  });
  let written = 0;
  const timer = setInterval(() => {
    if (pinging.story.length === 1) pinging.write(pingFrame());
    if (written < frame.length) writing.socket.write(frame.subarray(written, ++written));
  }, 20);
  await silent.sees("101", "close 1000");
  expect(pinging.story).toEqual(["101"]);
  await until(() => writing.texts.length === 1);
  expect(writing.story).toEqual(["101"]);
  clearInterval(timer);
  silent.socket.destroy();
  await pinging.sees("101", "close 1000");
  await writing.sees("101", "close 1000");
  pinging.socket.destroy();
  writing.socket.destroy();
  await until(() => server.stats().ended === 3);
  expect(server.stats().endsByReason.idleTimeout).toBe(3);
});
