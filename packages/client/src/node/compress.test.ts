// permessage-deflate, where the option asks for it: with our server, and with peers that mean no good.
import { deflateRawSync } from "node:zlib";
import { closeFrame, type RawPeer } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { Recorder } from "../conformance/recorder.conformance.ts";
import { serve, serveRaw } from "../fixtures/servers.ts";
import { newSocket, nextEnd, openSocket } from "../fixtures/sockets.ts";
import { dialWs } from "./dial-ws.ts";

const DEFLATE = { headers: { "Sec-WebSocket-Extensions": "permessage-deflate" } };

/** A compressed message in one frame: RSV1 says that it is one (RFC 7692 7.2.1). */
const compressed = (bytes: Uint8Array) => ({ opcode: 1, payload: deflateRawSync(bytes), rsv: 4 });

describe("with our server", () => {
  test("messages small, large and binary, there and back; it is agreed on by both or by none", async () => {
    const { asked, url } = await serve(undefined, { compress: true });
    const socket = await openSocket(url, { compress: true });
    const room = await socket.join("room:a");
    const page = { text: "a page of rows, much like each other. ".repeat(20_000) };
    const [small, large, bytes] = await Promise.all([
      room.push("echo", { n: 1 }),
      room.push("echo", page),
      room.push("echo", new Uint8Array(50_000).fill(7)),
    ]);
    expect(small).toEqual({ n: 1 });
    expect(large).toEqual(page);
    expect(bytes).toEqual(new Uint8Array(50_000).fill(7));
    expect(await socket.disconnect()).toEqual({ code: 1000, reason: "", clean: true });
    const plain = await openSocket(url);
    expect(await (await plain.join("room:a")).push("echo", page)).toEqual(page);
    expect(asked.map(({ headers }) => headers["sec-websocket-extensions"] !== undefined)).toEqual([
      true,
      false,
    ]);
    const { url: without } = await serve();
    const refused = await openSocket(without, { compress: true });
    expect(await (await refused.join("room:a")).push("echo", page)).toEqual(page);
  });
});

describe("with a server that means no good", () => {
  async function ended(say: (peer: RawPeer) => Promise<void>): Promise<Recorder> {
    const server = await serveRaw(async (peer) => {
      await peer.accept(DEFLATE);
      await say(peer);
      await peer.frame();
      peer.end();
    });
    const dial = dialWs({ compress: true });
    const client = new Recorder(dial, server.url, { maxPayload: 1_000_000 });
    await client.end();
    return client;
  }

  test("a bomb of 200 MB in 200 KB: 1009, and no more of it is unfolded than maxPayload", async () => {
    const bomb = compressed(Buffer.alloc(200_000_000, "x"));
    expect(bomb.payload.length).toBeLessThan(250_000);
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    let most = 0;
    const watch = setInterval(() => {
      const { arrayBuffers, external } = process.memoryUsage();
      most = Math.max(most, arrayBuffers + external - before);
    }, 1);
    const client = await ended((peer) => peer.write(bomb));
    clearInterval(watch);
    expect((await client.end()).error).toMatchObject({ protocol: 1009 });
    expect(client.frames()).toEqual([]);
    expect(most).toBeLessThan(50_000_000);
  });

  test("as an end of the socket's it is told like any message that is too large", async () => {
    const server = await serveRaw(async (peer) => {
      await peer.accept(DEFLATE);
      await peer.write(compressed(Buffer.alloc(20_000_000, "x")));
      await peer.frame();
      peer.end();
    });
    const socket = newSocket(`${server.url}/socket`, { compress: true, reconnect: false });
    const end = nextEnd(socket);
    await socket.connect();
    expect((await end).reason).toEqual({ type: "protocolError", code: 1009 });
  });

  test("a message that is compressed though nobody agreed on it: 1002", async () => {
    const server = await serveRaw(async (peer) => {
      await peer.accept();
      await peer.write(compressed(Buffer.from("[]")));
      await peer.frame();
      peer.end();
    });
    const client = new Recorder(dialWs({ compress: true }), server.url);
    expect((await client.end()).error).toMatchObject({ protocol: 1002 });
  });

  test("a message up to maxPayload is read, whatever its size on the wire", async () => {
    const text = "x".repeat(999_999);
    const client = await ended(async (peer) => {
      await peer.write(compressed(Buffer.from(text)));
      await peer.write(closeFrame(1000));
    });
    expect(client.frames()).toEqual([text]);
  });
});
