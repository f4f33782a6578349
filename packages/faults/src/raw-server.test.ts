// What the server sees of a client that ends in one way or another, and that it keeps nothing.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { closeFrame, encodeFrame, textFrame } from "./frames.ts";
import { PeerGoneError } from "./raw-peer.ts";
import { RawServer, type Script } from "./raw-server.ts";

const MASK = Uint8Array.of(1, 2, 3, 4);
const REQUEST =
  "GET /socket/websocket?token=secret HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

let server: RawServer;
let client: Socket;
afterEach(async () => {
  client.destroy();
  await server.close();
});

async function start(script: Script): Promise<void> {
  server = await RawServer.listen(script);
  client = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  client.on("error", () => {});
  await once(client, "connect");
}

test("a whole conversation, in order, without the query", async () => {
  await start(async (peer) => {
    await peer.accept();
    expect((await peer.frame()).payload.toString()).toBe("hi");
    await peer.write(textFrame("hello"));
    await peer.frame();
    await peer.write(closeFrame(1000));
    peer.end();
    await peer.fin();
  });
  client.write(REQUEST);
  await once(client, "data");
  client.write(encodeFrame({ ...textFrame("hi"), mask: MASK }));
  await once(client, "data");
  client.write(encodeFrame({ ...closeFrame(1000, "bye"), mask: MASK }));
  await once(client.resume(), "end");
  client.end();
  const peer = await server.peer();
  await peer.gone();
  expect(peer.wire.story()).toEqual([
    "client: GET /socket/websocket",
    "server: 101",
    "client: text 2",
    "server: text 5",
    "client: close 1000 bye",
    "server: close 1000",
    "server: FIN",
    "client: FIN",
  ]);
  expect(server.live).toBe(0);
});

test("a client's RST is told from its FIN", async () => {
  await start(() => {});
  client.resetAndDestroy();
  const peer = await server.peer();
  await peer.gone();
  expect(peer.wire.story()).toEqual(["client: RST"]);
});

test("a FIN leaves the connection half-open until the script ends it", async () => {
  await start(async (peer) => {
    await peer.fin();
    await peer.write("still here");
    peer.end();
  });
  client.end();
  const [received] = (await once(client, "data")) as [Buffer];
  expect(received.toString()).toBe("still here");
  await (await server.peer()).gone();
});

test("a client's RST is told from its FIN even when bytes came just before it", async () => {
  await start(() => {});
  const peer = await server.peer();
  peer.stopReading();
  client.write(REQUEST, () => client.resetAndDestroy());
  await once(client, "close");
  peer.startReading();
  await peer.gone();
  expect(peer.wire.story()).toEqual(["client: GET /socket/websocket", "client: RST"]);
});

test("the server resets at once, even while writes wait", async () => {
  await start(async (peer) => {
    await peer.accept();
    void peer.write(Buffer.alloc(20_000_000)).catch(() => {});
    peer.reset();
    await peer.gone();
  });
  const failed = once(client, "error");
  client.write(REQUEST);
  await (await server.peer()).gone();
  // Where bytes came before the RST, older libuv only notices it when something is written.
  client.once("end", () => client.write(""));
  client.resume();
  const [error] = (await failed) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNRESET");
});

test("waiting for what cannot come any more is refused, and is no failure of the script", async () => {
  let refused: unknown;
  await start(async (peer) => {
    try {
      await peer.frame();
    } catch (error) {
      refused = error;
      throw error;
    }
  });
  client.end();
  const peer = await server.peer();
  await peer.fin();
  await expect(peer.request()).rejects.toBeInstanceOf(PeerGoneError);
  expect(refused).toBeInstanceOf(PeerGoneError);
});

test("a script that fails makes close() fail", async () => {
  await start(() => {
    throw new Error("wrong expectation");
  });
  await server.peer();
  await expect(server.close()).rejects.toThrow("wrong expectation");
  server = await RawServer.listen(() => {});
});
