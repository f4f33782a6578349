// The opening handshake: accepted, refused, broken, and what is said of it.
import { inspect } from "node:util";
import {
  RawServer,
  textFrame,
  closeFrame,
  type AcceptOptions,
  type Script,
} from "@slipstream/faults";
import { afterEach, describe, expect, test } from "vitest";
import type { TransportClosed } from "../transport.ts";
import {
  expectKernelToBeEmpty,
  Recorder,
  type TransportUnderTest,
} from "./recorder.conformance.ts";
import { describeWhere, testWhere } from "./where.conformance.ts";

const SECRET = "hunter2";
const FOREIGN_PROTOCOL: AcceptOptions = { protocol: "mqtt" };

export function describeDialling({
  dial,
  can,
  servers,
  deviations = [],
}: TransportUnderTest): void {
  describe("dialling", () => {
    let server: RawServer | undefined;
    afterEach(async () => {
      if (server === undefined) return;
      await expectKernelToBeEmpty(server.port);
      await server.close();
      server = undefined;
    });

    async function listen(script: Script): Promise<RawServer> {
      server = await RawServer.listen(script, servers);
      return server;
    }

    /** Dials with secrets everywhere, and checks that none is in what is reported. */
    async function failToOpen(url: string): Promise<TransportClosed> {
      const client = new Recorder(dial, `${url}/socket?token=${SECRET}`, {
        ...(can.sendsHeaders && { headers: { authorization: `Bearer ${SECRET}` } }),
      });
      const end = await client.end();
      expect(client.types()).toEqual(["closed"]);
      expect(inspect(end, { depth: 10, showHidden: true })).not.toContain(SECRET);
      expect(end).toMatchObject({ code: null, reason: "", clean: false });
      return end;
    }

    test("the request is the one that was asked for", async () => {
      await listen(async (peer) => {
        await peer.accept({ protocol: "phoenix" });
        await peer.write(closeFrame(1000));
        await peer.frame();
        peer.end();
      });
      const client = new Recorder(dial, `${server?.url}/socket/websocket?vsn=2.0.0&token=a%20b`, {
        protocols: ["phoenix", "base64url.bearer.phx.YQ"],
        ...(can.sendsHeaders && { headers: { "x-trace": "1" } }),
      });
      await client.end();
      const request = await (await server?.peer())?.request();
      expect(request?.target).toBe("/socket/websocket?vsn=2.0.0&token=a%20b");
      expect(request?.headers.get("sec-websocket-version")).toBe("13");
      expect(request?.headers.get("sec-websocket-protocol")?.split(/, ?/)).toEqual([
        "phoenix",
        "base64url.bearer.phx.YQ",
      ]);
      if (can.sendsHeaders) {
        expect(request?.headers.get("x-trace")).toBe("1");
      }
      if (can.seesStatus) expect(request?.headers.has("sec-websocket-extensions")).toBe(false);
      await (await server?.peer())?.gone();
    });

    testWhere(can.seesStatus)("Connection: keep-alive, Upgrade is accepted", async () => {
      await listen(async (peer) => {
        await peer.accept({ headers: { Connection: "keep-alive, Upgrade" } });
        await peer.write(closeFrame(1000));
        peer.end();
      });
      const client = new Recorder(dial, `${server?.url}/`);
      expect(await client.end()).toEqual({ code: 1000, reason: "", clean: true });
      expect(client.types()[0]).toBe("opened");
    });

    test("a message and a close frame right behind the handshake", async () => {
      await listen(async (peer) => {
        void peer.accept().catch(() => {});
        await peer.request();
        await Promise.all([
          peer.write(textFrame("early")),
          peer.write(closeFrame(1000, "and gone")),
        ]);
        peer.end();
      });
      const client = new Recorder(dial, `${server?.url}/`);
      expect(await client.end()).toEqual({ code: 1000, reason: "and gone", clean: true });
      expect(client.frames()).toEqual(["early"]);
      expect(client.types()[0]).toBe("opened");
      await (await server?.peer())?.gone();
    });

    test("nobody listens", async () => {
      const gone = await RawServer.listen(() => {}, servers);
      const { url } = gone;
      await gone.close();
      const end = await failToOpen(url);
      expect(end.rejected).toBeUndefined();
      if (can.seesStatus) expect(end.error?.cause).toMatchObject({ code: "ECONNREFUSED" });
    });

    test("a name that does not exist", async () => {
      const end = await failToOpen("ws://no-such-host.invalid");
      if (can.seesStatus) expect(end.error?.cause).toBeInstanceOf(Error);
    });

    testWhere(can.seesStatus).each(["not a url", "ftp://127.0.0.1", "ws://127.0.0.1:70000"])(
      "a URL that cannot be dialled: %s",
      async (url) => {
        const end = await failToOpen(url);
        expect(end.error?.cause).toBeInstanceOf(Error);
      },
    );

    testWhere(can.seesStatus)("a protocol or a header that cannot be sent", async () => {
      const wrongProtocol = new Recorder(dial, "ws://127.0.0.1:1", { protocols: [`a ${SECRET}`] });
      const wrongHeader = new Recorder(dial, "ws://127.0.0.1:1", { headers: { a: `${SECRET}\n` } });
      for (const client of [wrongProtocol, wrongHeader]) {
        const end = await client.end();
        expect(end.error?.cause).toBeInstanceOf(Error);
        expect(inspect(end, { depth: 10, showHidden: true })).not.toContain(SECRET);
      }
    });

    const foreign: [string, AcceptOptions][] = [
      ["a wrong Sec-WebSocket-Accept", { accept: "bm90IHRoZSByaWdodCBvbmU=" }],
      ["no Sec-WebSocket-Accept", { accept: null }],
      ["an extension that was not offered", { headers: { "Sec-WebSocket-Extensions": "x-foo" } }],
      ["a protocol that was not offered", FOREIGN_PROTOCOL],
    ];
    const takesAny = deviations.includes("takes any 101");
    const hangs = deviations.includes("hangs at a foreign protocol");
    const broken: [string, AcceptOptions][] = [
      ...foreign.filter(([, options]) => !takesAny && !(hangs && options === FOREIGN_PROTOCOL)),
      ["no Upgrade header", { headers: { Upgrade: null } }],
      ["no Connection header", { headers: { Connection: null } }],
      ["an upgrade to something else", { headers: { Upgrade: "h2c" } }],
    ];
    testWhere(takesAny).each(foreign)(
      "a 101 with %s, which is not looked at",
      async (_, options) => {
        await listen(async (peer) => {
          await peer.accept(options);
          await peer.write(closeFrame(1000));
          peer.end();
        });
        const client = new Recorder(dial, server?.url ?? "");
        expect(await client.end()).toMatchObject({ code: 1000, clean: true });
        await (await server?.peer())?.gone();
      },
    );
    testWhere(hangs)("a 101 with a protocol that was not offered hangs until a reset", async () => {
      await listen(async (peer) => void (await peer.accept(FOREIGN_PROTOCOL)));
      const client = new Recorder(dial, server?.url ?? "");
      const peer = await server?.peer();
      await peer?.request();
      client.reset();
      expect(await client.end()).toEqual({ code: null, reason: "", clean: false });
      peer?.reset();
    });
    test.each(broken)("a 101 with %s", async (_, options) => {
      await listen(async (peer) => {
        await peer.accept(options);
        await peer.gone().catch(() => {});
      });
      const client = failToOpen(server?.url ?? "");
      const peer = await server?.peer();
      const end = await client;
      expect(end.rejected).toBeUndefined();
      if (can.seesStatus) expect(end.error?.cause).toBeInstanceOf(Error);
      // The client is gone, whether by a FIN or a RST.
      if (peer?.closed === false) peer.end();
      await peer?.gone();
    });

    test("an answer that is not HTTP", async () => {
      await listen(async (peer) => {
        await peer.request();
        await peer.write(`220 smtp.example.org ESMTP set-cookie: ${SECRET}\r\n\r\n`);
        await peer.fin();
        peer.end();
      });
      const end = await failToOpen(server?.url ?? "");
      if (can.seesStatus) expect(end.error?.cause).toBeInstanceOf(Error);
      // Node shows the bytes, headers included.
      expect(end.error?.cause ?? {}).not.toHaveProperty("rawPacket");
      await (await server?.peer())?.gone();
    });

    test.each(["FIN", "RST"])("a %s instead of an answer", async (what) => {
      await listen(async (peer) => {
        await peer.request();
        if (what === "FIN") peer.end();
        else peer.reset();
      });
      const end = await failToOpen(server?.url ?? "");
      if (can.seesStatus) expect(end.error?.cause).toMatchObject({ code: "ECONNRESET" });
      await (await server?.peer())?.gone();
    });

    describeWhere(can.seesStatus)("refused", () => {
      test.each([400, 401, 403, 404, 426, 429, 500, 503])("with %i", async (status) => {
        await listen(async (peer) => {
          const headers = { "X-Why": "because", "Set-Cookie": "a=1\r\nSet-Cookie: b=2" };
          await peer.refuse({ status, headers, body: "nein, dänke" });
          await peer.fin();
          peer.end();
        });
        const end = await failToOpen(server?.url ?? "");
        expect(end.error).toBeUndefined();
        expect(end.rejected).toMatchObject({ status, body: "nein, dänke" });
        expect(end.rejected?.headers).toMatchObject({
          "x-why": "because",
          "set-cookie": "a=1, b=2",
        });
        const peer = await server?.peer();
        await peer?.gone();
        expect(peer?.wire.story()).toEqual([
          "client: GET /socket",
          `server: ${status}`,
          "client: FIN",
          "server: FIN",
        ]);
      });

      test("by a redirect, which is not followed", async () => {
        await listen(async (peer) => {
          await peer.refuse({ status: 302, headers: { Location: `${server?.url}/elsewhere` } });
          await peer.fin();
          peer.end();
        });
        const end = await failToOpen(server?.url ?? "");
        expect(end.rejected?.status).toBe(302);
        expect(end.rejected?.headers?.["location"]).toContain("/elsewhere");
        expect(server?.peers).toHaveLength(1);
        await (await server?.peer())?.gone();
      });

      test("with a body that the server ends by ending TCP", async () => {
        await listen(async (peer) => {
          await peer.refuse({
            status: 403,
            headers: { "Transfer-Encoding": "identity" },
            body: "no",
          });
          peer.end();
        });
        const end = await failToOpen(server?.url ?? "");
        expect(end.rejected).toMatchObject({ status: 403 });
        await (await server?.peer())?.gone();
      });

      test("with a body larger than is kept: 16 KiB of it, and the connection is freed", async () => {
        await listen(async (peer) => {
          // A character of two bytes lies across the limit, and is left out.
          const body = `x${"ä".repeat(50_000_000)}`;
          await peer.refuse({ status: 500, body }).catch(() => {});
        });
        const end = await failToOpen(server?.url ?? "");
        expect(end.rejected?.body).toBe(`x${"ä".repeat(8_191)}`);
        const peer = await server?.peer();
        await peer?.gone();
        expect(peer?.wire.story().at(-1)).toBe("client: RST");
      });

      test("with names that would reach a prototype", async () => {
        await listen(async (peer) => {
          await peer.refuse({ status: 500, headers: { ["__proto__"]: "x", constructor: "y" } });
          await peer.fin();
          peer.end();
        });
        const end = await failToOpen(server?.url ?? "");
        expect(Object.getPrototypeOf(end.rejected?.headers)).toBe(null);
        expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
        await (await server?.peer())?.gone();
      });
    });
  });
}
