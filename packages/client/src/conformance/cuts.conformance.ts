// TCP that ends, by a FIN or a RST, after each byte of what a server says: of the handshake, of a
// frame's head of each size, of a message, and of the close frame. Whatever was cut is reported as an
// end, once; nothing of a message that was cut is delivered; nothing is left on either side.
import {
  acceptValue,
  binaryFrame,
  closeFrame,
  encodeFrame,
  RawServer,
  textFrame,
  type RawPeer,
} from "@slipstream/faults";
import { afterEach, describe, expect, test } from "vitest";
import type { TransportClosed } from "../transport.ts";
import {
  expectKernelToBeEmpty,
  Recorder,
  type TransportUnderTest,
} from "./recorder.conformance.ts";

const ENDS = ["fin", "rst"] as const;
type End = (typeof ENDS)[number];

/** What a server sends, and how many of its first bytes are worth a cut after each. */
const SAYINGS: readonly (readonly [what: string, bytes: Uint8Array, cuts: number])[] = [
  ["a short frame", encodeFrame(textFrame("hello")), 7],
  ["a frame with 2 bytes of length", encodeFrame(binaryFrame(Buffer.alloc(200))), 6],
  ["a frame with 8 bytes of length", encodeFrame(binaryFrame(Buffer.alloc(70_000))), 12],
  [
    "the second frame of a message",
    Buffer.concat([
      encodeFrame({ ...textFrame("first"), fin: false }),
      encodeFrame({ opcode: 0, payload: Buffer.from("second") }),
    ]),
    15,
  ],
  ["a close frame with a reason", encodeFrame(closeFrame(1001, "bye")), 7],
];

export function describeCuts({ dial, can, servers }: TransportUnderTest): void {
  describe("TCP that ends in the middle", () => {
    let server: RawServer | undefined;
    afterEach(async () => {
      if (server === undefined) return;
      await expectKernelToBeEmpty(server.port);
      await server.close();
      server = undefined;
    });

    /** Dials servers that say what `say` says, one after the other, and resolves with how each ended. */
    async function ended(
      cuts: number,
      by: End,
      say: (peer: RawPeer, cut: number) => Promise<void>,
    ): Promise<{ readonly client: Recorder; readonly end: TransportClosed }[]> {
      // Where each dial after a failed one is delayed, the ends of a few bytes have to do.
      const step = can.dialsAtOnce ? 1 : Math.ceil(cuts / 3);
      server = await RawServer.listen(async (peer, index) => {
        await say(peer, index * step);
        if (by === "rst") peer.reset();
        else peer.end();
      }, servers);
      const all = [];
      for (let cut = 0; cut < cuts; cut += step) {
        const client = new Recorder(dial, server.url);
        const end = await client.end();
        const peer = await server.peer(cut / step);
        // Some platforms fail a connection with a RST, others answer a FIN with theirs.
        await peer.gone();
        all.push({ client, end });
      }
      expect(server.live).toBe(0);
      return all;
    }

    test.each(ENDS)("a %s after each byte of the handshake", async (by) => {
      const response = (key: string): string =>
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptValue(key)}\r\n\r\n`;
      const length = response("x").length;
      const all = await ended(length, by, async (peer, cut) => {
        const { headers } = await peer.request();
        await peer.write(response(headers.get("sec-websocket-key") ?? "").slice(0, cut));
      });
      for (const { client, end } of all) {
        expect(client.types()).toEqual(["closed"]);
        expect(end).toMatchObject({ code: null, reason: "", clean: false });
        expect(end.rejected?.status).toBeUndefined();
        if (can.seesStatus) expect(end.error?.cause).toBeInstanceOf(Error);
      }
    });

    describe.each(SAYINGS)("%s", (_, bytes, cuts) => {
      test.each(ENDS)("a %s after each of its first bytes", async (by) => {
        const all = await ended(cuts, by, async (peer, cut) => {
          await peer.accept();
          await peer.write(bytes.subarray(0, cut));
        });
        for (const { client, end } of all) {
          // A RST may overtake what was said before it, the handshake too.
          if (by === "fin") expect(client.types()[0]).toBe("opened");
          expect(client.frames()).toEqual([]);
          expect(end).toMatchObject({ code: null, reason: "", clean: false });
        }
      });
    });
  });
}
