// Messages that come and go, and frames that break RFC 6455.
import {
  binaryFrame,
  closeFrame,
  encodeFrame,
  fragments,
  OPCODE,
  pingFrame,
  RawServer,
  textFrame,
  type RawFrame,
  type RawPeer,
} from "@slipstream/faults";
import { afterEach, describe, expect, test } from "vitest";
import type { DialRequest } from "../transport.ts";
import {
  expectKernelToBeEmpty,
  Recorder,
  type TransportUnderTest,
} from "./recorder.conformance.ts";
import { testWhere } from "./where.conformance.ts";

const NO_UTF8 = Buffer.from("ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80".replaceAll(" ", ""), "hex");

const MASKED = "a masked frame";

/** What the server sends, and the code with which a client must fail the connection (section 7.4.1). */
const BREACHES: readonly [what: string, code: number, frames: RawFrame[]][] = [
  [MASKED, 1002, [{ ...textFrame("x"), mask: Uint8Array.of(1, 2, 3, 4) }]],
  ["RSV1 without an extension", 1002, [{ ...textFrame("x"), rsv: 4 }]],
  ["RSV2", 1002, [{ ...textFrame("x"), rsv: 2 }]],
  ["RSV3 on a ping", 1002, [{ ...pingFrame(), rsv: 1 }]],
  ["a reserved data opcode", 1002, [{ opcode: 3, payload: Buffer.alloc(0) }]],
  ["a reserved control opcode", 1002, [{ opcode: 11, payload: Buffer.alloc(0) }]],
  ["a fragmented ping", 1002, [{ ...pingFrame(), fin: false }]],
  ["a ping of 126 bytes", 1002, [pingFrame(Buffer.alloc(126))]],
  ["a continuation of nothing", 1002, [{ opcode: OPCODE.continuation, payload: Buffer.of(1) }]],
  ["a message inside a message", 1002, [{ ...textFrame("a"), fin: false }, textFrame("b")]],
  ["a close frame of one byte", 1002, [{ opcode: OPCODE.close, payload: Buffer.of(3) }]],
  ["a close frame of 126 bytes", 1002, [closeFrame(1000, "x".repeat(124))]],
  ["a fragmented close frame", 1002, [{ ...closeFrame(1000), fin: false }]],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
    (code): [string, number, RawFrame[]] => [`close code ${code}`, 1002, [closeFrame(code)]],
  ),
  [
    "a close reason that is not UTF-8",
    1007,
    [{ opcode: OPCODE.close, payload: Buffer.concat([Buffer.of(3, 0xe8), NO_UTF8]) }],
  ],
  ["a text that is not UTF-8", 1007, [{ opcode: OPCODE.text, payload: NO_UTF8 }]],
  [
    "a text that is not UTF-8, in fragments",
    1007,
    [...fragments({ opcode: OPCODE.text, payload: NO_UTF8 }, 5)],
  ],
  ["a message that is too large", 1009, [binaryFrame(Buffer.alloc(100_001))]],
  [
    "a message that becomes too large",
    1009,
    [...fragments(binaryFrame(Buffer.alloc(100_001)), 40_000)],
  ],
  [
    "a frame that says it has 2^62 bytes",
    1009,
    [{ ...binaryFrame(Buffer.alloc(0)), declaredLength: 2n ** 62n }],
  ],
];

export function describeFrames({ dial, can, servers, deviations = [] }: TransportUnderTest): void {
  const isNone = ([what]: (typeof BREACHES)[number]): boolean =>
    what === MASKED && deviations.includes("reads masked frames");
  const breaches = BREACHES.filter((breach) => !isNone(breach));
  describe("frames", () => {
    let server: RawServer;
    afterEach(async () => {
      await expectKernelToBeEmpty(server.port);
      await server.close();
    });

    async function open(
      request: Partial<DialRequest> = {},
    ): Promise<{ client: Recorder; peer: RawPeer }> {
      server = await RawServer.listen(async (peer) => {
        await peer.accept();
      }, servers);
      const client = new Recorder(dial, server.url, request);
      await client.until("opened");
      return { client, peer: await server.peer() };
    }

    async function finish(client: Recorder, peer: RawPeer): Promise<void> {
      await peer.write(closeFrame(1000));
      peer.end();
      await client.end();
      await peer.gone();
    }

    describe("messages", () => {
      test("text comes as strings, binary as plain bytes, in order", async () => {
        const { client, peer } = await open();
        const long = `${"日本語 und Grüße 👍 ".repeat(500)}end`;
        for (const frame of [
          textFrame(""),
          textFrame("a"),
          textFrame(long),
          textFrame("x".repeat(70_000)),
        ]) {
          await peer.write(frame);
        }
        await peer.write(binaryFrame(Buffer.of(1, 2, 3)));
        await peer.write(binaryFrame(Buffer.alloc(0)));
        const frames = await client.untilReceived(6);
        expect(frames.slice(0, 4)).toEqual(["", "a", long, "x".repeat(70_000)]);
        expect(frames.slice(4)).toEqual([Uint8Array.of(1, 2, 3), new Uint8Array(0)]);
        for (const bytes of frames.slice(4)) expect(bytes.constructor).toBe(Uint8Array);
        await finish(client, peer);
      });

      test("a message in fragments, with a ping between them that is answered at once", async () => {
        const { client, peer } = await open();
        const text = "Grüße aus 東京, in pieces that cut characters in two";
        const pieces = [...fragments(textFrame(text), 3)];
        for (const [index, piece] of pieces.entries()) {
          await peer.write(piece);
          if (index !== 2) continue;
          await peer.write(pingFrame("are you there"));
          const pong = await peer.frame();
          expect(pong.opcode).toBe(OPCODE.pong);
          expect(pong.payload.toString()).toBe("are you there");
          expect(client.frames()).toEqual([]);
        }
        expect(await client.untilReceived(1)).toEqual([text]);
        await finish(client, peer);
      });

      test("a message as large as is allowed", async () => {
        const { client, peer } = await open({ maxPayload: 100_000 });
        await peer.write(binaryFrame(Buffer.alloc(100_000, 7)));
        const [frame] = await client.untilReceived(1);
        expect(frame).toHaveLength(100_000);
        await finish(client, peer);
      });

      test("a message in as many fragments as Autobahn sends: 65,536", async () => {
        const { client, peer } = await open();
        const pieces = [...fragments(binaryFrame(Buffer.alloc(65_536 * 4)), 4)];
        await peer.write(Buffer.concat(pieces.map(encodeFrame)));
        const [frame] = await client.untilReceived(1);
        expect(frame).toHaveLength(65_536 * 4);
        await finish(client, peer);
      });

      test("what is sent is masked, whole, and of the right kind", async () => {
        const { client, peer } = await open();
        const bytes = Uint8Array.of(1, 2, 3, 4, 5);
        client.send("grüß dich");
        client.send(bytes);
        client.send(bytes.subarray(1, 3));
        client.send("");
        client.send("y".repeat(100_000));
        const sent = [];
        for (let i = 0; i < 5; i++) sent.push(await peer.frame());
        expect(sent.every((frame) => frame.mask !== undefined && frame.fin)).toBe(true);
        expect(sent.map((frame) => frame.opcode)).toEqual([1, 2, 2, 1, 1]);
        expect(sent[0]?.payload.toString()).toBe("grüß dich");
        expect([...(sent[1]?.payload ?? [])]).toEqual([1, 2, 3, 4, 5]);
        expect([...(sent[2]?.payload ?? [])]).toEqual([2, 3]);
        expect(sent[4]?.payload).toHaveLength(100_000);
        // Masking is done on a copy: the caller's bytes stay as they are.
        expect([...bytes]).toEqual([1, 2, 3, 4, 5]);
        await finish(client, peer);
      });

      test("bufferedAmount grows while the server does not read, and falls when it does", async () => {
        const { client, peer } = await open();
        peer.stopReading();
        for (let i = 0; i < 20; i++) client.send("z".repeat(1_000_000));
        await expect.poll(() => client.bufferedAmount).toBeGreaterThan(10_000_000);
        peer.startReading();
        for (let i = 0; i < 20; i++) await peer.frame();
        await expect.poll(() => client.bufferedAmount).toBe(0);
        await finish(client, peer);
      });
    });

    describe("breaches of the protocol", () => {
      testWhere(breaches.length < BREACHES.length)(
        "a masked frame is read as if it had no mask",
        async () => {
          const { client, peer } = await open();
          await peer.write({ ...textFrame("x"), mask: new Uint8Array(4) });
          expect(await client.untilReceived(1)).toEqual(["x"]);
          await finish(client, peer);
        },
      );

      if (!can.failsByTheBook) {
        // What the server is told, and who ends TCP first, is then the platform's business.
        test.each(breaches)("%s ends the connection", async (_what, _code, frames) => {
          const { client, peer } = await open({ maxPayload: 100_000 });
          for (const frame of [...frames, textFrame("after")]) {
            await peer.write(frame).catch(() => {});
          }
          await peer.frame().catch(() => {});
          if (!peer.closed) peer.end();
          await client.end();
          expect(client.frames()).toEqual([]);
          await peer.gone();
        });
        return;
      }

      test.each(breaches)("%s fails the connection with %i", async (_, code, frames) => {
        const { client, peer } = await open({ maxPayload: 100_000 });
        await peer.write(textFrame("before"));
        for (const frame of frames) await peer.write(frame);
        void peer.write(textFrame("after")).catch(() => {});
        const close = await peer.frame();
        expect(close.opcode).toBe(OPCODE.close);
        expect(closeCodes(code, can)).toContain(Buffer.from(close.payload).readUInt16BE(0));
        if (can.seesCloseFrame) await client.until("closeReceived");
        peer.end();
        const end = await client.end();
        expect(end).toMatchObject({ code: null, reason: "", clean: false });
        if (can.seesStatus || end.error !== undefined) {
          expect(end.error).toMatchObject({ protocol: code });
        }
        expect(client.frames()).toEqual(["before"]);
        await peer.gone();
        // A platform may leave unread what it has failed for, and then its kernel sends a RST.
        const last = can.resets ? ["client: FIN"] : ["client: FIN", "client: RST"];
        expect(peer.wire.story().at(-2)).toBe("server: FIN");
        expect(last).toContain(peer.wire.story().at(-1));
      });

      testWhere(can.resets)("65,537 fragments fail the connection with 1008", async () => {
        const { client, peer } = await open();
        const pieces = [...fragments(binaryFrame(Buffer.alloc(65_537)), 1)];
        await peer.write(Buffer.concat(pieces.map(encodeFrame)));
        await client.until("closeReceived");
        client.reset();
        const end = await client.end();
        expect(end.error?.protocol).toBe(1008);
        await peer.gone();
      });

      testWhere(can.resets)("a breach by a server that then does nothing: RST", async () => {
        const { client, peer } = await open();
        await peer.write({ ...textFrame("x"), rsv: 7 });
        await client.until("closeReceived");
        await peer.frame();
        client.reset();
        expect(await client.end()).toMatchObject({
          code: null,
          clean: false,
          error: { protocol: 1002 },
        });
        await peer.gone();
        expect(peer.wire.story().slice(-2)).toEqual(["client: close 1002", "client: RST"]);
      });
    });
  });
}

/**
 * What the server may be told. A platform that knows no maxPayload leaves that to the transport, which
 * may only send codes of the application's.
 */
function closeCodes(code: number, can: TransportUnderTest["can"]): number[] {
  return code === 1009 && !can.seesCloseFrame ? [1009, 4009] : [code];
}
