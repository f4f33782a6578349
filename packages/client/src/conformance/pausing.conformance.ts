// What it means to stop reading: the peer waits, nothing is lost, and every end is an end all the same.
import { closeFrame, RawServer, textFrame, type RawPeer, type Script } from "@slipstream/faults";
import { afterEach, expect, test } from "vitest";
import {
  expectKernelToBeEmpty,
  Recorder,
  type TransportUnderTest,
} from "./recorder.conformance.ts";
import { describeWhere, testWhere } from "./where.conformance.ts";

const PAGE = textFrame("x".repeat(1_000_000));

export function describePausing({ dial, can, servers }: TransportUnderTest): void {
  describeWhere(can.pauses)("pausing", () => {
    let server: RawServer;
    afterEach(async () => {
      await expectKernelToBeEmpty(server.port);
      await server.close();
    });

    /** Connections to a server that does with each what `script` says, and echoes nothing. */
    async function open(script: Script = () => {}): Promise<{ client: Recorder; peer: RawPeer }> {
      server = await RawServer.listen(async (peer, index) => {
        await peer.accept();
        await script(peer, index);
      }, servers);
      const client = new Recorder(dial, `${server.url}/socket`);
      await client.until("opened");
      return { client, peer: await server.peer() };
    }

    /** A whole conversation on another connection: what could be read in the meantime has been. */
    async function meanwhile(): Promise<void> {
      const before = server.peers.length;
      const other = new Recorder(dial, `${server.url}/socket`);
      await other.until("opened");
      const peer = await server.peer(before);
      for (let turn = 0; turn < 5; turn++) {
        other.send("question");
        await peer.frame();
        await peer.write(textFrame("answer"));
        await other.untilReceived(turn + 1);
      }
      other.reset();
      await other.end();
      await peer.gone();
    }

    /** 50 MB that are not read: neither end can hold them all. */
    async function fiftyMegabytes(peer: RawPeer): Promise<void> {
      for (let page = 0; page < 50; page++) void peer.write(PAGE).catch(() => {});
      await meanwhile();
    }

    test("nothing is received until it is resumed; then all of it, in order", async () => {
      const { client, peer } = await open();
      client.pause();
      client.pause();
      for (const text of ["1", "2", "3"]) await peer.write(textFrame(text));
      await meanwhile();
      expect(client.frames()).toEqual([]);
      client.resume();
      client.resume();
      expect(await client.untilReceived(3)).toEqual(["1", "2", "3"]);
      client.reset();
      await client.end();
    });

    test("what is sent goes out all the same", async () => {
      const { client, peer } = await open();
      client.pause();
      client.send("still here");
      expect(Buffer.from((await peer.frame()).payload).toString()).toBe("still here");
      client.reset();
      await client.end();
    });

    test("a peer that sends 50 MB has to wait", async () => {
      const { client, peer } = await open();
      client.pause();
      await fiftyMegabytes(peer);
      expect(client.frames()).toEqual([]);
      client.resume();
      expect(await client.untilReceived(50)).toHaveLength(50);
      client.reset();
      await client.end();
    });

    test("from inside an event: what was read before may come, and then nothing", async () => {
      const { client, peer } = await open();
      client.onEvent = (event) => {
        if (event.type === "received") process.nextTick(() => client.pause());
      };
      await peer.write(textFrame("the first"));
      await client.untilReceived(1);
      await meanwhile();
      await peer.write(textFrame("the second"));
      await meanwhile();
      expect(client.frames()).toEqual(["the first"]);
      client.reset();
      await client.end();
    });

    test("before it is open, there is nothing to pause", async () => {
      server = await RawServer.listen(async (peer) => {
        await peer.accept();
        await peer.write(textFrame("welcome"));
      }, servers);
      const client = new Recorder(dial, `${server.url}/socket`);
      client.pause();
      expect(await client.untilReceived(1)).toEqual(["welcome"]);
      client.resume();
      client.reset();
      await client.end();
    });

    test("close while paused, 50 MB being unread: discarded, and a clean end", async () => {
      const { client, peer } = await open();
      client.pause();
      await fiftyMegabytes(peer);
      client.close(4000, "enough");
      await peer.frame();
      await peer.write(closeFrame(4000, "enough"));
      peer.end();
      expect(await client.end()).toEqual({ code: 4000, reason: "enough", clean: true });
      expect(client.frames()).toEqual([]);
      await peer.gone();
      expect(peer.wire.story().slice(-2)).toEqual(["server: FIN", "client: FIN"]);
    });

    testWhere(can.resets)("reset while paused, 50 MB being unread", async () => {
      const { client, peer } = await open();
      client.pause();
      await fiftyMegabytes(peer);
      client.reset();
      expect(await client.end()).toEqual({ code: null, reason: "", clean: false });
      expect(client.frames()).toEqual([]);
      await peer.gone();
      expect(peer.wire.story().at(-1)).toBe("client: RST");
    });

    test("the server closes while it is paused: seen when it is resumed", async () => {
      const { client, peer } = await open();
      client.pause();
      await peer.write(textFrame("last words"));
      await peer.write(closeFrame(1012, "drain"));
      await meanwhile();
      expect(client.types()).toEqual(["opened"]);
      client.resume();
      await peer.frame();
      peer.end();
      expect(await client.end()).toEqual({ code: 1012, reason: "drain", clean: true });
      expect(client.frames()).toEqual(["last words"]);
      await peer.gone();
    });

    test("the server closes while it is paused, and we close then", async () => {
      const { client, peer } = await open();
      client.pause();
      await peer.write(textFrame("unread"));
      await peer.write(closeFrame(1012, "drain"));
      await meanwhile();
      client.close(1000, "");
      await peer.frame();
      peer.end();
      expect(await client.end()).toEqual({ code: 1012, reason: "drain", clean: true });
      expect(client.frames()).toEqual([]);
      await peer.gone();
    });

    test("the server ends TCP while it is paused, and we close then", async () => {
      const { client, peer } = await open();
      client.pause();
      await peer.write(textFrame("unread"));
      peer.end();
      await meanwhile();
      client.close(1000, "");
      expect(await client.end()).toMatchObject({ code: null, clean: false });
      await peer.gone();
    });

    test("the server resets while it is paused", async () => {
      const { client, peer } = await open();
      client.pause();
      peer.reset();
      client.resume();
      expect(await client.end()).toMatchObject({ code: null, reason: "", clean: false });
    });

    test("after the end it does nothing", async () => {
      const { client, peer } = await open();
      client.close();
      client.pause();
      await peer.frame();
      await peer.write(closeFrame(1000));
      peer.end();
      expect(await client.end()).toMatchObject({ code: 1000, clean: true });
      client.pause();
      client.resume();
      await peer.gone();
    });
  });
}
