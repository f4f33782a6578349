// reset() and close() in every state that a connection can be in: the report comes once, nothing is
// left on either side, and where there is a TCP connection the server sees a RST.
import {
  closeFrame,
  FullServer,
  RawServer,
  textFrame,
  type RawPeer,
  type Script,
} from "@slipstream/faults";
import { afterEach, describe, expect, test } from "vitest";
import {
  clientStates,
  expectKernelToBeEmpty,
  Recorder,
  type TransportUnderTest,
} from "./recorder.conformance.ts";
import { describeWhere, testWhere } from "./where.conformance.ts";

const ENDED = { code: null, reason: "", clean: false };

export function describeResetting({ dial, can, servers }: TransportUnderTest): void {
  describe("endings on our side", () => {
    let server: RawServer;
    afterEach(async () => {
      await expectKernelToBeEmpty(server.port);
      await server.close();
    });

    async function dialTo(script: Script): Promise<{ client: Recorder; peer: RawPeer }> {
      server = await RawServer.listen(script, servers);
      const client = new Recorder(dial, `${server.url}/`);
      return { client, peer: await server.peer() };
    }

    describeWhere(can.resets)("resetting", () => {
      test.each(["reset", "close"] as const)("%s in the same turn as the dial", async (what) => {
        server = await RawServer.listen(() => {}, servers);
        const client = new Recorder(dial, server.url);
        client[what]();
        expect(await client.end()).toEqual(ENDED);
        expect(client.types()).toEqual(["closed"]);
      });

      test.each(["reset", "close"] as const)("%s during the DNS lookup", async (what) => {
        server = await RawServer.listen(() => {}, servers);
        const client = new Recorder(dial, server.url.replace("127.0.0.1", "localhost"));
        await new Promise((resolve) => process.nextTick(resolve));
        client[what]();
        expect(await client.end()).toEqual(ENDED);
      });

      test.each(["reset", "close"] as const)(
        "%s when the kernel has the connection, and Node has not heard of it",
        async (what) => {
          server = await RawServer.listen(() => {}, servers);
          const client = new Recorder(dial, server.url);
          // Node connects in a tick of its own, and hears of it only when it looks at its sockets.
          for (let tick = 0; tick < 3; tick++) {
            await new Promise((resolve) => process.nextTick(resolve));
          }
          expect(clientStates(server.port) ?? ["ESTABLISHED"]).toEqual(["ESTABLISHED"]);
          client[what]();
          expect(await client.end()).toEqual(ENDED);
          expect(clientStates(server.port) ?? []).toEqual([]);
          await Promise.all(server.peers.map((peer) => peer.gone()));
          for (const { wire } of server.peers) expect(wire.story()).not.toContain("client: FIN");
        },
      );

      test("while TCP connects", async () => {
        server = await RawServer.listen(() => {}, servers);
        const full = await FullServer.listen();
        const client = new Recorder(
          dial,
          server.url.replace(String(server.port), String(full.port)),
        );
        if (clientStates(full.port) !== undefined) {
          await expect.poll(() => clientStates(full.port)).toContain("SYN-SENT");
        }
        client.reset();
        expect(await client.end()).toEqual(ENDED);
        expect(clientStates(full.port) ?? []).not.toContain("SYN-SENT");
        await full.close();
      });

      test("the request was sent", async () => {
        const { client, peer } = await dialTo(() => {});
        await peer.request();
        client.reset();
        expect(await client.end()).toEqual(ENDED);
        await peer.gone();
        expect(peer.wire.story()).toEqual(["client: GET /", "client: RST"]);
      });

      test("half of the answer has come", async () => {
        const { client, peer } = await dialTo(async (peer) => {
          await peer.request();
          await peer.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: webs");
        });
        await peer.request();
        client.reset();
        expect(await client.end()).toEqual(ENDED);
        await peer.gone();
        expect(peer.wire.story().at(-1)).toBe("client: RST");
      });

      testWhere(can.seesStatus)("refused, and the body is still arriving", async () => {
        const { client, peer } = await dialTo(async (peer) => {
          await peer.refuse({ status: 503, headers: { "Content-Length": "100" }, body: "come " });
          await peer.write("back");
        });
        await peer.request();
        // The client tells nobody that a refusal has begun, so only the kernel can say that it was read.
        await expect.poll(() => server.peers[0]?.wire.story().at(-1)).toBe("server: bytes 4");
        await new Promise((resolve) => setImmediate(resolve));
        client.reset();
        const end = await client.end();
        expect(end.code).toBeNull();
        expect(end.rejected?.status ?? 503).toBe(503);
        await peer.gone();
        expect(peer.wire.story().at(-1)).toBe("client: RST");
      });

      test("open", async () => {
        const { client, peer } = await dialTo((peer) => void peer.accept());
        await client.until("opened");
        client.reset();
        expect(await client.end()).toEqual(ENDED);
        await peer.gone();
        expect(peer.wire.story()).toEqual(["client: GET /", "server: 101", "client: RST"]);
      });

      test("from inside opened()", async () => {
        server = await RawServer.listen((peer) => void peer.accept(), servers);
        const client = new Recorder(dial, server.url);
        client.onEvent = (event) => {
          if (event.type === "opened") client.reset();
        };
        expect(await client.end()).toEqual(ENDED);
        await (await server.peer()).gone();
      });

      test("from inside received(), with more messages in the same packet", async () => {
        server = await RawServer.listen(async (peer) => {
          await peer.accept();
          await Promise.all(["a", "b", "c"].map((text) => peer.write(textFrame(text))));
        }, servers);
        const client = new Recorder(dial, server.url);
        client.onEvent = (event) => {
          if (event.type === "received") client.reset();
        };
        expect(await client.end()).toEqual(ENDED);
        expect(client.frames()).toEqual(["a"]);
        await (await server.peer()).gone();
      });

      test("in the middle of a message", async () => {
        const { client, peer } = await dialTo((peer) => void peer.accept());
        await client.until("opened");
        await peer.write({ ...textFrame("half"), fin: false });
        await peer.write({ ...textFrame("and a piece"), opcode: 0, declaredLength: 1_000 });
        client.reset();
        expect(await client.end()).toEqual(ENDED);
        await peer.gone();
        expect(peer.wire.story().at(-1)).toBe("client: RST");
      });

      test("with 40 MB waiting to be sent to a server that does not read", async () => {
        const { client, peer } = await dialTo((peer) => void peer.accept());
        await client.until("opened");
        peer.stopReading();
        for (let i = 0; i < 40; i++) client.send("x".repeat(1_000_000));
        client.close(1000, "never leaves");
        client.reset();
        expect(await client.end()).toEqual(ENDED);
        peer.startReading();
        await peer.gone();
        expect(peer.wire.story().at(-1)).toBe("client: RST");
      });

      test("closing, our close frame sent a moment ago", async () => {
        const { client, peer } = await dialTo((peer) => void peer.accept());
        await client.until("opened");
        client.close(1000, "");
        client.reset();
        expect(await client.end()).toEqual(ENDED);
        await peer.gone();
        expect(peer.wire.story().at(-1)).toBe("client: RST");
      });

      test("closing, the server's FIN and our reset at the same time", async () => {
        const { client, peer } = await dialTo(async (peer) => {
          await peer.accept();
          await peer.frame();
          void peer.write(closeFrame(1000));
          peer.end();
        });
        await client.until("opened");
        client.close(1000, "");
        await client.until("closeReceived");
        client.reset();
        expect(await client.end()).toMatchObject({ code: 1000 });
        await peer.gone();
      });

      // In between, our own FIN is being sent, and libuv cannot reset.
      test.each(["nextTick", "microtask", "immediate"])(
        "the server's FIN has come, and our reset is one %s later",
        async (when) => {
          const { client, peer } = await dialTo((peer) => void peer.accept());
          await client.until("opened");
          client.onEvent = ({ type }) => {
            if (type !== "closeReceived") return;
            if (when === "nextTick") process.nextTick(() => client.reset());
            else if (when === "microtask") queueMicrotask(() => client.reset());
            else setImmediate(() => client.reset());
          };
          peer.end();
          expect(await client.end()).toMatchObject({ code: null, clean: false });
          await peer.gone();
        },
      );

      test("the server has sent FIN and does not read what waits", async () => {
        const { client, peer } = await dialTo((peer) => void peer.accept());
        await client.until("opened");
        peer.stopReading();
        for (let i = 0; i < 40; i++) client.send("x".repeat(1_000_000));
        peer.end();
        // The connection has failed, and nothing but TCP is left to end: the session may give up.
        await client.until("closeReceived");
        client.reset();
        expect(await client.end()).toMatchObject({ code: null, clean: false });
        // A FIN would have left 40 MB for the kernel to deliver.
        expect(clientStates(server.port) ?? []).toEqual([]);
        peer.startReading();
        await peer.gone();
      });

      test("twice, and after the end", async () => {
        const { client, peer } = await dialTo((peer) => void peer.accept());
        await client.until("opened");
        client.reset();
        client.reset();
        client.close();
        await client.end();
        client.reset();
        expect(client.types()).toEqual(["opened", "closed"]);
        await peer.gone();
      });
    });
  });
}
