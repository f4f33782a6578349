// How connections end once they are open: who closes, who answers, who sends FIN first, and what
// is said of it.
import { closeFrame, RawServer, textFrame, type RawPeer, type Script } from "@slipstream/faults";
import { afterEach, describe, expect, test } from "vitest";
import {
  clientStates,
  expectKernelToBeEmpty,
  Recorder,
  type TransportUnderTest,
} from "./recorder.conformance.ts";
import { testWhere } from "./where.conformance.ts";

export function describeClosing({ dial, can, servers, deviations = [] }: TransportUnderTest): void {
  describe("closing", () => {
    let server: RawServer;
    afterEach(async () => {
      await expectKernelToBeEmpty(server.port);
      await server.close();
    });

    /** An open connection, and the peer that `script` drives from there. */
    async function open(script: Script = () => {}): Promise<{ client: Recorder; peer: RawPeer }> {
      server = await RawServer.listen(async (peer, index) => {
        await peer.accept();
        await script(peer, index);
      }, servers);
      const client = new Recorder(dial, `${server.url}/socket`);
      await client.until("opened");
      return { client, peer: await server.peer() };
    }

    test("we close: the server echoes and ends TCP first, then we do", async () => {
      const { client, peer } = await open();
      client.close(1000, "bye");
      await peer.frame();
      await peer.write(closeFrame(1000, "farewell"));
      if (can.seesCloseFrame) {
        await client.until("closeReceived");
        // Had we sent our FIN already, the kernel would have left this state.
        expect(clientStates(server.port) ?? ["ESTABLISHED"]).toEqual(["ESTABLISHED"]);
      }
      peer.end();
      expect(await client.end()).toEqual({ code: 1000, reason: "farewell", clean: true });
      await peer.gone();
      expect(peer.wire.story()).toEqual([
        "client: GET /socket",
        "server: 101",
        "client: close 1000 bye",
        "server: close 1000 farewell",
        "server: FIN",
        "client: FIN",
      ]);
      if (can.seesCloseFrame) expect(client.types()).toEqual(["opened", "closeReceived", "closed"]);
    });

    test("we close with a code of our own; what is reported is the server's", async () => {
      const { client, peer } = await open();
      client.close(4321);
      await peer.frame();
      await peer.write(closeFrame(1001, "going away"));
      peer.end();
      expect(await client.end()).toEqual({ code: 1001, reason: "going away", clean: true });
      await peer.gone();
      expect(peer.wire.story()).toContain("client: close 4321");
    });

    test("the echo and the server's FIN in one packet", async () => {
      const { client, peer } = await open();
      client.close(1000, "");
      await peer.frame();
      void peer.write(closeFrame(1000));
      peer.end();
      expect(await client.end()).toEqual({ code: 1000, reason: "", clean: true });
      await peer.gone();
      expect(peer.wire.story().slice(-2)).toEqual(["server: FIN", "client: FIN"]);
    });

    testWhere(can.resets)("the server never answers: the connection can be reset", async () => {
      const { client, peer } = await open();
      client.close(1000, "bye");
      await peer.frame();
      client.reset();
      expect(await client.end()).toEqual({ code: null, reason: "", clean: false });
      await peer.gone();
      expect(peer.wire.story().slice(-2)).toEqual(["client: close 1000 bye", "client: RST"]);
      expect(client.types()).toEqual(["opened", "closed"]);
    });

    testWhere(can.resets)(
      "the server echoes and never ends TCP: no FIN of ours, then RST",
      async () => {
        const { client, peer } = await open();
        client.close(1000, "bye");
        await peer.frame();
        await peer.write(closeFrame(1000, "stuck"));
        await client.until("closeReceived");
        expect(clientStates(server.port) ?? ["ESTABLISHED"]).toEqual(["ESTABLISHED"]);
        client.reset();
        expect(await client.end()).toEqual({ code: 1000, reason: "stuck", clean: false });
        await peer.gone();
        expect(peer.wire.story().slice(-2)).toEqual(["server: close 1000 stuck", "client: RST"]);
      },
    );

    test("the server sends FIN without a close frame", async () => {
      const { client, peer } = await open();
      peer.end();
      const end = await client.end();
      expect(end).toMatchObject({ code: null, reason: "", clean: false });
      if (can.seesStatus) expect(end.error?.cause).toMatchObject({ code: "ended_without_close" });
      await peer.gone();
      expect(peer.wire.story().slice(-2)).toEqual(["server: FIN", "client: FIN"]);
    });

    test("the server answers our close with a FIN and no close frame", async () => {
      const { client, peer } = await open();
      client.close(1000, "");
      await peer.frame();
      peer.end();
      const takesIt = deviations.includes("takes a FIN for a close frame");
      expect(await client.end()).toMatchObject({
        code: takesIt ? 1005 : null,
        reason: "",
        clean: takesIt,
      });
      await peer.gone();
      expect(peer.wire.story().slice(-2)).toEqual(["server: FIN", "client: FIN"]);
    });

    test("the server resets", async () => {
      const { client, peer } = await open();
      peer.reset();
      const end = await client.end();
      expect(end).toMatchObject({ code: null, reason: "", clean: false });
      if (can.seesStatus) expect(end.error?.cause).toMatchObject({ code: "ECONNRESET" });
    });

    test("the server resets after the close frames", async () => {
      const { client, peer } = await open();
      client.close(1000, "");
      await peer.frame();
      await peer.write(closeFrame(1000, "then this"));
      if (can.seesCloseFrame) await client.until("closeReceived");
      peer.reset();
      const end = await client.end();
      expect(end.code).toBe(can.seesCloseFrame ? 1000 : end.code);
      if (can.seesCloseFrame) expect(end.clean).toBe(false);
    });

    // Phoenix drains with 1012. 1000 is also its idle timeout and its `disconnect` broadcast.
    const codes = [1000, 1001, 1009, 1011, 1012, 1013, 3000, 4999];
    if (!deviations.includes("does not know 1014")) codes.push(1014);
    test.each(codes)(
      "the server closes with %i: echoed at once, and the server ends TCP",
      async (code) => {
        const { client, peer } = await open();
        await peer.write(closeFrame(code, "because"));
        const echo = await peer.frame();
        expect(Buffer.from(echo.payload).readUInt16BE(0)).toBe(code);
        if (can.seesCloseFrame) {
          await client.until("closeReceived");
          expect(clientStates(server.port) ?? ["ESTABLISHED"]).toEqual(["ESTABLISHED"]);
        }
        peer.end();
        expect(await client.end()).toEqual({ code, reason: "because", clean: true });
        await peer.gone();
        expect(peer.wire.story().slice(-2)).toEqual(["server: FIN", "client: FIN"]);
      },
    );

    test("the server closes without a status: 1005, and an empty echo", async () => {
      const { client, peer } = await open();
      await peer.write(closeFrame());
      const echo = await peer.frame();
      expect(echo.payload).toHaveLength(0);
      peer.end();
      expect(await client.end()).toEqual({ code: 1005, reason: "", clean: true });
      await peer.gone();
    });

    testWhere(can.seesCloseFrame)("the server closes and never ends TCP: RST", async () => {
      const { client, peer } = await open();
      await peer.write(closeFrame(1012, "drain"));
      await client.until("closeReceived");
      await peer.frame();
      client.reset();
      expect(await client.end()).toEqual({ code: 1012, reason: "drain", clean: false });
      await peer.gone();
      expect(peer.wire.story().slice(-2)).toEqual(["client: close 1012 drain", "client: RST"]);
    });

    testWhere(can.seesCloseFrame)(
      "the server closes and reads nothing more: that it closed is told at once",
      async () => {
        const { client, peer } = await open();
        peer.stopReading();
        for (let i = 0; i < 40; i++) client.send("x".repeat(1_000_000));
        expect(client.bufferedAmount).toBeGreaterThan(20_000_000);
        await peer.write(closeFrame(1012));
        await client.until("closeReceived");
        client.reset();
        expect(await client.end()).toMatchObject({ code: 1012, clean: false });
        expect(client.bufferedAmount).toBe(0);
        peer.startReading();
        await peer.gone();
        expect(peer.wire.story().at(-1)).toBe("client: RST");
      },
    );

    test("both close at the same time", async () => {
      const { client, peer } = await open();
      client.close(4000, "ours");
      await peer.write(closeFrame(4001, "theirs"));
      await peer.frame();
      peer.end();
      expect(await client.end()).toEqual({ code: 4001, reason: "theirs", clean: true });
      await peer.gone();
      expect(peer.wire.story().filter((line) => line.startsWith("client: close"))).toHaveLength(1);
    });

    test("50 MB in flight: nothing is received after close(), and the end is clean", async () => {
      const { client, peer } = await open(async (peer) => {
        const message = textFrame("x".repeat(1_000_000));
        for (let i = 0; i < 50; i++) await peer.write(message);
        await peer.frame();
        await peer.write(closeFrame(1000));
        peer.end();
      });
      client.onEvent = (event) => {
        if (event.type === "received") process.nextTick(() => client.close());
      };
      const before = (await client.untilReceived(1)).length;
      client.close();
      expect(await client.end()).toEqual({ code: 1000, reason: "", clean: true });
      expect(client.frames()).toHaveLength(before);
      await peer.gone();
    });

    test("close in the middle of a fragmented message", async () => {
      const { client, peer } = await open();
      await peer.write({ ...textFrame("the first half"), fin: false });
      client.close();
      await peer.frame();
      await peer.write(closeFrame(1000));
      peer.end();
      expect(await client.end()).toEqual({ code: 1000, reason: "", clean: true });
      expect(client.frames()).toEqual([]);
      await peer.gone();
    });

    test("what is called too late or twice does nothing", async () => {
      const { client, peer } = await open();
      client.close(1000, "first");
      client.close(1001, "second");
      client.send("late");
      await peer.frame();
      await peer.write(closeFrame(1000));
      peer.end();
      await client.end();
      client.close();
      client.reset();
      client.send("later");
      await peer.gone();
      expect(client.bufferedAmount).toBe(0);
      expect(peer.wire.story().filter((line) => line.startsWith("client:"))).toEqual([
        "client: GET /socket",
        "client: close 1000 first",
        "client: FIN",
      ]);
    });
  });
}
