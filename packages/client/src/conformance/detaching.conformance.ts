// reset() where the platform owns TCP and has no reset: the end is reported all the same, in its own
// turn and once, and nothing that the peer does is heard afterwards.
import { closeFrame, OPCODE, RawServer, textFrame, type RawPeer } from "@slipstream/faults";
import { afterEach, describe, expect, test } from "vitest";
import {
  expectKernelToBeEmpty,
  Recorder,
  type TransportUnderTest,
} from "./recorder.conformance.ts";

const ENDED = { code: null, reason: "", clean: false };

export function describeDetaching({ dial, servers }: TransportUnderTest): void {
  describe("detaching", () => {
    let server: RawServer;
    afterEach(async () => {
      await expectKernelToBeEmpty(server.port);
      await server.close();
    });

    async function open(): Promise<{ client: Recorder; peer: RawPeer }> {
      server = await RawServer.listen(async (peer) => {
        await peer.accept();
      }, servers);
      const client = new Recorder(dial, server.url);
      await client.until("opened");
      return { client, peer: await server.peer() };
    }

    /** Another connection, by which all that the first one had to say has been heard. */
    async function meanwhile(): Promise<void> {
      const before = server.peers.length;
      const other = new Recorder(dial, server.url);
      await other.until("opened");
      other.close();
      const peer = await server.peer(before);
      await peer.frame();
      await peer.write(closeFrame(1000));
      peer.end();
      await other.end();
      await peer.gone();
    }

    test("open: a close frame is tried, and what the server says is not heard", async () => {
      const { client, peer } = await open();
      client.reset();
      expect(await client.end()).toEqual(ENDED);
      const frame = await peer.frame();
      expect(frame.opcode).toBe(OPCODE.close);
      await peer.write(textFrame("still here?"));
      await meanwhile();
      await peer.write(closeFrame(1000, "then not"));
      peer.end();
      await peer.gone();
      expect(client.types()).toEqual(["opened", "closed"]);
    });

    test("closing, and the server never answers", async () => {
      const { client, peer } = await open();
      client.close(1000, "bye");
      await peer.frame();
      client.reset();
      expect(await client.end()).toEqual(ENDED);
      peer.reset();
      await meanwhile();
      expect(client.types()).toEqual(["opened", "closed"]);
    });

    test("closing, and the server echoes and never ends TCP", async () => {
      const { client, peer } = await open();
      client.close(1000, "bye");
      await peer.frame();
      await peer.write(closeFrame(1000, "stuck"));
      client.reset();
      // Where the platform tells of the echo at once, it may have come before our reset.
      expect([null, 1000]).toContain((await client.end()).code);
      peer.reset();
    });

    test.each(["reset", "close"] as const)("%s while dialling", async (what) => {
      // undici dials a second time when it is told to close while it dials, and gives that up too.
      server = await RawServer.listen(async (peer) => {
        await peer.fin().catch(() => {});
        if (!peer.closed) peer.end();
      }, servers);
      const client = new Recorder(dial, server.url);
      const peer = await server.peer();
      await peer.request();
      client[what]();
      expect(await client.end()).toEqual(ENDED);
      expect(client.types()).toEqual(["closed"]);
      await peer.gone();
    });

    test("from inside received(), with more messages in the same packet", async () => {
      server = await RawServer.listen(async (peer) => {
        await peer.accept();
        await Promise.all(["a", "b", "c"].map((text) => peer.write(textFrame(text))));
        await peer.frame();
        peer.reset();
      }, servers);
      const client = new Recorder(dial, server.url);
      client.onEvent = (event) => {
        if (event.type === "received") client.reset();
      };
      expect(await client.end()).toEqual(ENDED);
      await (await server.peer()).gone();
    });

    test("twice, and after the end", async () => {
      const { client, peer } = await open();
      client.reset();
      client.reset();
      client.close();
      await client.end();
      client.reset();
      await peer.frame();
      peer.reset();
      expect(client.types()).toEqual(["opened", "closed"]);
    });
  });
}
