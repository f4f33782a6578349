// What somebody sends who can write to the broker's channel, or a node whose memory has rotted: nothing of
// it ends a process, a connection or a channel, and what makes no sense is refused and counted (P15).
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { Channel } from "../channel/channel.ts";
import { noreply, ok, reply } from "../channel/results.ts";
import { TestClient } from "../fixtures/client.ts";
import { until } from "../fixtures/until.ts";
import { toWire } from "../frame.ts";
import { ChannelsServer } from "../server.ts";
import { inProcess } from "./in-process.ts";
import { encodeEnvelope, type NodeMessage } from "./node-message.ts";

const NODE = "0123456789abcdef".repeat(2);

class Room extends Channel {
  static override readonly intercept: readonly string[] = ["seen"];
  override join() {
    this.sendInfo("here");
    return ok();
  }
  override handleInfo() {
    this.presence.track("ann");
  }
  override handleIn() {
    return reply();
  }
  override handleOut({ event, payload }: { event: string; payload: unknown }) {
    this.push(event, payload);
    return noreply();
  }
}

/** A node with two members of "room", one that speaks V2 and one V1, and somebody who forges. */
async function attacked() {
  const cluster = inProcess();
  const logged: string[] = [];
  const server = new ChannelsServer({
    cluster,
    logger: { error: (message) => logged.push(message) },
  });
  server.socket("/socket", { channels: { "*": Room } });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => server.close());
  const link = cluster.open({ up() {}, down() {}, lost() {}, received() {} });
  const old = await TestClient.connect(port, { query: "vsn=1.0.0" });
  old.webSocket.send('{"topic":"room","event":"phx_join","payload":{},"ref":"1"}');
  await old.next();
  const client = await TestClient.connect(port);
  await client.join("room");
  await until(() => server.presences("room")["ann"]?.metas.length === 2);
  const forge = (bytes: Buffer): void => void link.publish(bytes);
  const say = (message: NodeMessage): void => forge(encodeEnvelope(NODE, message));
  const heard: unknown[] = [];
  return {
    server,
    forge,
    say,
    logged,
    broadcast: (wire: Buffer) => say({ type: "broadcast", topic: "room", event: "e", wire }),
    /** What the client has been told until a good broadcast comes through: it is there, and unharmed. */
    untilGood: async (): Promise<unknown[]> => {
      const payload = { good: heard.length };
      say({
        type: "broadcast",
        topic: "room",
        event: "good",
        wire: toWire(JSON.stringify([null, null, "room", "good", payload])),
      });
      for (;;) {
        const frame = await client.next();
        if (frame[3] === "good") break;
        heard.push(frame);
      }
      for (;;) {
        const frame = (await old.next()) as unknown as { event: string };
        if (frame.event === "good") break;
      }
      return heard.filter((frame) => (frame as unknown[])[3] !== "presence_diff");
    },
  };
}

const text = JSON.stringify([null, null, "room", "e", {}]);

/** A frame with a header of so many bytes for its length, which need not be the one that it needs. */
function framed(payload: Buffer, lengthBytes: 0 | 2 | 8, mask: 0 | 0x80): Buffer {
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = 0x81;
  head[1] = mask | (lengthBytes === 0 ? payload.length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) head.writeUInt16BE(payload.length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

test.each([
  ["a mask that there is not", framed(Buffer.from(text), 8, 0x80)],
  ["a length in more bytes than it needs", framed(Buffer.from(text), 2, 0)],
  ["a length in many more", framed(Buffer.from(text), 8, 0)],
  ["no UTF-8", framed(Buffer.from(text.replace("{}", '"\u00ff"'), "latin1"), 0, 0)],
  ["a length that lies", toWire(text).subarray(0, -1)],
  ["nothing", Buffer.alloc(0)],
  ["a close frame", Buffer.from([0x88, 0])],
  ["two frames", Buffer.concat([toWire(text), toWire(text)])],
  ["phx_close", toWire('[null,null,"room","phx_close",{}]')],
  ["phx_error", toWire('[null,null,"room","phx_error",{}]')],
  ["a reply", toWire('[null,"1","room","phx_reply",{"status":"ok","response":{}}]')],
  ["a push of one member", toWire('["room",null,"room","e",{}]')],
  ["another topic", toWire('[null,null,"else","e",{}]')],
  ["no JSON", toWire("{{{")],
])("a broadcast of %s reaches nobody, and is counted", async (_name, wire) => {
  const { server, broadcast, untilGood } = await attacked();
  broadcast(wire);
  expect(await untilGood()).toEqual([]);
  expect(server.stats().cluster?.rejected).toBe(1);
  expect(server.stats().live).toMatchObject({ websocket: 2, channel: 2 });
});

test("payloads nested 100,000 deep cost the channels that write them anew, at most", async () => {
  const { server, broadcast, untilGood, say, forge } = await attacked();
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  broadcast(toWire(`[null,null,"room","e",${deep}]`));
  const [frame] = (await untilGood()) as [unknown[]];
  expect(frame[3]).toBe("e");
  const as = (message: NodeMessage, body: string): Buffer =>
    Buffer.concat([encodeEnvelope(NODE, message).subarray(0, 18), Buffer.from(body)]);
  const alive = `{"type":"alive","asks":false,"seq":0,"more":${deep}}`;
  forge(as({ type: "alive", asks: false, seq: 0 }, alive));
  const entry = `["room","k","r",{"a":${deep}}]`;
  const changed = `{"type":"presencesChanged","seq":1,"changes":[{"joined":${entry}}]}`;
  forge(as({ type: "presencesChanged", seq: 1, changes: [] }, changed));
  await untilGood();
  expect(server.stats().cluster?.rejected).toBe(1);
  expect(Object.keys(server.presences("room"))).toEqual(["ann"]);
  const wire = toWire(`[null,null,"room","seen",${deep}]`);
  const { received } = server.stats().cluster ?? {};
  say({ type: "broadcast", topic: "room", event: "seen", wire });
  await until(() => server.stats().cluster?.received !== received);
  expect(server.stats().live.websocket).toBe(2);
});

test("presences of names of Object's own reach no prototype, and take nobody's place", async () => {
  const { server, forge, say, untilGood } = await attacked();
  say({ type: "alive", asks: false, seq: 0 });
  const head = encodeEnvelope(NODE, { type: "presencesChanged", seq: 1, changes: [] });
  const meta =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"phx_ref":"x"}';
  const joined = ["__proto__", "constructor", "toString", "ann"].map(
    (key, at) => `{"joined":["room","${key}","r${at}",${meta}]}`,
  );
  forge(
    Buffer.concat([
      head.subarray(0, 18),
      Buffer.from(`{"type":"presencesChanged","seq":1,"changes":[${joined.join()}]}`),
    ]),
  );
  await untilGood();
  expect(Reflect.get({}, "polluted")).toBeUndefined();
  expect(Object.keys(server.presences("room")).toSorted()).toEqual(
    ["__proto__", "ann", "constructor", "toString"].toSorted(),
  );
  expect(server.presences("room")["ann"]?.metas).toHaveLength(3);
  // Another node's word about ours counts for nothing.
  const [own] = server.presences("room")["ann"]?.metas ?? [];
  say({
    type: "presencesChanged",
    seq: 2,
    changes: [{ left: ["room", "ann", String(own?.phx_ref)] }],
  });
  say({ type: "gone" });
  await untilGood();
  expect(server.presences("room")["ann"]?.metas).toHaveLength(2);
});

const kind = fc.nat(8);
const junk = fc.oneof(
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 3 }).map((json) => Buffer.from(json)),
  fc
    .record(
      {
        type: fc.constantFrom("alive", "gone", "presences", "presencesChanged", "presencesWanted"),
        asks: fc.boolean(),
        seq: fc.oneof(fc.nat(4), fc.constantFrom(2 ** 53 - 1, 2 ** 53, -1, 1.5, null)),
        part: fc.nat(3),
        parts: fc.oneof(fc.nat(3), fc.constant(2 ** 31)),
        of: fc.oneof(fc.constant(NODE), fc.string()),
        entries: fc.oneof(
          fc.array(
            fc.tuple(fc.constantFrom("room", "__proto__"), fc.string(), fc.string(), fc.object()),
          ),
          fc.jsonValue(),
        ),
        changes: fc.array(
          fc.oneof(
            fc.record({ left: fc.tuple(fc.string(), fc.string(), fc.constantFrom("r", "s")) }),
            fc.record({
              joined: fc.tuple(fc.string(), fc.string(), fc.constant("r"), fc.object()),
            }),
            fc.jsonValue(),
          ),
        ),
      },
      { requiredKeys: ["type"] },
    )
    .map((message) => Buffer.from(JSON.stringify(message))),
);

test("random words of random nodes: whatever comes of them, clients are served, and presences end", async () => {
  const { server, forge, untilGood, logged } = await attacked();
  const names = ["a", "b"].map((digit) => Buffer.from(digit.repeat(32), "hex"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(1, 1, 1, 0, 2), kind, fc.nat(1), junk), { maxLength: 20 }),
      async (words) => {
        for (const [version, kindOf, who, body] of words) {
          forge(Buffer.concat([Buffer.from([version, kindOf]), names[who] as Buffer, body]));
        }
        await untilGood();
      },
    ),
    { numRuns: 200 },
  );
  for (const name of ["a".repeat(32), "b".repeat(32)])
    forge(encodeEnvelope(name, { type: "gone" }));
  await untilGood();
  expect(Object.keys(server.presences("room"))).toEqual(["ann"]);
  expect(server.stats().live).toMatchObject({ websocket: 2, channel: 2 });
  expect(logged).toEqual([]);
});
