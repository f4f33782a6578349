// What only Node can do: agents, TLS, unix sockets, compression; and a real server of `ws`.
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import {
  closeFrame,
  pingFrame,
  RawServer,
  selfSigned,
  textFrame,
  type Script,
} from "@slipstream/faults";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import {
  clientStates,
  expectKernelToBeEmpty,
  Recorder,
} from "../conformance/recorder.conformance.ts";
import { dialWs } from "./dial-ws.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

async function listen(script: Script): Promise<RawServer> {
  const server = await RawServer.listen(script);
  cleanUp.push(async () => {
    await expectKernelToBeEmpty(server.port);
    await server.close();
  });
  return server;
}

/** An agent that keeps what it made, so that a test can treat the socket as somebody else would. */
class OpenAgent extends Agent {
  readonly sockets_: Socket[] = [];
  override createConnection(...args: Parameters<Agent["createConnection"]>): Duplex {
    const socket = super.createConnection(...args) as Socket;
    this.sockets_.push(socket);
    return socket;
  }
}

describe("an agent", () => {
  test("its plain socket is ended in order, and reset with a RST", async () => {
    const server = await listen((peer) => void peer.accept());
    const agent = new OpenAgent();
    const dial = dialWs({ agent });

    const first = new Recorder(dial, server.url);
    await first.until("opened");
    first.close(1000, "bye");
    const firstPeer = await server.peer(0);
    await firstPeer.frame();
    await firstPeer.write(closeFrame(1000));
    await first.until("closeReceived");
    expect(clientStates(server.port) ?? ["ESTABLISHED"]).toEqual(["ESTABLISHED"]);
    firstPeer.end();
    expect(await first.end()).toEqual({ code: 1000, reason: "", clean: true });

    const second = new Recorder(dial, server.url);
    await second.until("opened");
    second.reset();
    await second.end();
    const secondPeer = await server.peer(1);
    await secondPeer.gone();
    expect(secondPeer.wire.story().at(-1)).toBe("client: RST");
  });

  test("a refused upgrade does not stay in its pool", async () => {
    const server = await listen(async (peer) => {
      await peer.refuse({ status: 403, headers: { Connection: "keep-alive" }, body: "no" });
      await peer.fin();
      peer.end();
    });
    const agent = new Agent({ keepAlive: true });
    const client = new Recorder(dialWs({ agent }), server.url);
    const end = await client.end();
    expect(end.rejected).toMatchObject({ status: 403, body: "no" });
    expect(Object.keys(agent.freeSockets)).toEqual([]);
    await (await server.peer()).gone();
  });

  test("a socket that somebody else destroys", async () => {
    const server = await listen((peer) => void peer.accept());
    const agent = new OpenAgent();
    const client = new Recorder(dialWs({ agent }), server.url);
    await client.until("opened");
    agent.sockets_[0]?.destroy();
    const end = await client.end();
    expect(end).toMatchObject({
      code: null,
      clean: false,
      error: { cause: { code: "destroyed" } },
    });
    (await server.peer()).end();
  });

  test("closed comes after the socket's own close, also when the dial fails", async () => {
    const server = await listen(async (peer) => {
      await peer.request();
      peer.end();
    });
    const agent = new OpenAgent();
    const order: string[] = [];
    const client = new Recorder(dialWs({ agent }), server.url);
    client.onEvent = ({ type }) => order.push(type);
    await (await server.peer()).request();
    agent.sockets_[0]?.prependListener("close", () => order.push("the socket's close"));
    await client.end();
    expect(order).toEqual(["the socket's close", "closed"]);
  });

  test("a socket that is paused, with bytes unread: reset, and closed in order", async () => {
    const server = await listen(async (peer) => {
      await peer.accept();
      await peer.write(textFrame("x".repeat(100_000)));
      await peer.frame();
      await peer.write(closeFrame(1000));
      peer.end();
    });
    const agent = new OpenAgent();
    for (const how of ["reset", "close"] as const) {
      const client = new Recorder(dialWs({ agent }), server.url);
      await client.until("opened");
      agent.sockets_.at(-1)?.pause();
      client[how]();
      const end = await client.end();
      expect(end.clean).toBe(how === "close");
      expect(client.frames()).toEqual([]);
      await (await server.peer(server.peers.length - 1)).gone();
    }
  });

  test("an agent that never gives a socket: reset ends the dial", async () => {
    class Stuck extends Agent {
      override createConnection(): undefined {
        return undefined;
      }
    }
    const client = new Recorder(dialWs({ agent: new Stuck() }), "ws://127.0.0.1:1");
    client.reset();
    expect(await client.end()).toEqual({ code: null, reason: "", clean: false });
  });

  test("an agent whose stream is no socket: it is destroyed", async () => {
    const written = new EventEmitter();
    const stream = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        written.emit("data", chunk);
        done();
      },
    });
    class Odd extends Agent {
      override createConnection(): Duplex {
        return stream;
      }
    }
    const request = once(written, "data");
    const client = new Recorder(dialWs({ agent: new Odd() }), "ws://127.0.0.1:1");
    await request;
    client.reset();
    expect(await client.end()).toEqual({ code: null, reason: "", clean: false });
    expect(stream.destroyed).toBe(true);
  });
});

describe("TLS", () => {
  const { key, cert } = selfSigned();

  test("a server that is not trusted is sent nothing of the request", async () => {
    const server = await RawServer.listen((peer) => peer.fin().then(() => peer.end()), {
      tls: { key, cert },
    });
    cleanUp.push(() => server.close());
    const client = new Recorder(dialWs(), server.url);
    const end = await client.end();
    expect(end.error?.cause).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story()).not.toContain("client: GET /");
  });

  test("a certificate for another name", async () => {
    const server = await RawServer.listen(() => {}, { tls: { key, cert } });
    cleanUp.push(() => server.close());
    const dial = dialWs({ tls: { ca: cert, servername: "example.org" } });
    const end = await new Recorder(dial, server.url).end();
    expect(end.error?.cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  test("a server that does not speak TLS", async () => {
    const server = await listen(async (peer) => {
      await peer.bytes();
      await peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
      await peer.fin();
      peer.end();
    });
    const end = await new Recorder(dialWs(), server.url.replace("ws:", "wss:")).end();
    expect(end.error?.cause).toMatchObject({
      code: "not_tls",
      message: expect.stringContaining("it may be one for ws: rather than wss:"),
    });
    expect(end.rejected).toBeUndefined();
  });

  test("reset in the middle of the TLS handshake: RST", async () => {
    const server = await listen(() => {});
    const client = new Recorder(dialWs(), server.url.replace("ws:", "wss:"));
    const peer = await server.peer();
    await peer.bytes();
    client.reset();
    expect(await client.end()).toEqual({ code: null, reason: "", clean: false });
    expect(clientStates(server.port) ?? []).toEqual([]);
    await peer.gone();
    expect(peer.wire.story()).toEqual(["client: RST"]);
  });

  test.each(["FIN", "RST"])("a %s in the middle of the TLS handshake", async (what) => {
    const server = await listen(async (peer) => {
      await peer.bytes();
      if (what === "FIN") peer.end();
      else peer.reset();
    });
    const end = await new Recorder(dialWs(), server.url.replace("ws:", "wss:")).end();
    expect(end.error?.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test("options that TLS cannot use", async () => {
    const server = await listen((peer) => peer.fin().then(() => peer.end()));
    const dial = dialWs({ tls: { ca: "not a certificate", minVersion: "TLSv9" as "TLSv1.3" } });
    const end = await new Recorder(dial, server.url.replace("ws:", "wss:")).end();
    expect(end.error?.cause).toBeInstanceOf(Error);
  });
});

test("a unix socket: ended in order, and reset by closing it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ws-transport-"));
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "socket");
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  http.listen(path);
  await once(http, "listening");
  cleanUp.push(() => new Promise((resolve) => http.close(resolve)));

  for (const how of ["close", "reset"] as const) {
    const connected = once(sockets, "connection");
    const client = new Recorder(dialWs(), `ws+unix:${path}:/chat?x=1`);
    const [peer, request] = (await connected) as [EventEmitter, { url: string }];
    expect(request.url).toBe("/chat?x=1");
    const gone = once(peer, "close");
    await client.until("opened");
    client[how]();
    expect(await client.end()).toMatchObject({ clean: how === "close" });
    await gone;
  }
});

describe("a real server", () => {
  async function serve(options: object = {}): Promise<{ server: WebSocketServer; url: string }> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
    await once(server, "listening");
    cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
    return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  test.each([false, true])("200 messages there and back (compress: %s)", async (compress) => {
    const { server, url } = await serve({ perMessageDeflate: true });
    let extensions: string | undefined;
    server.on("connection", (peer, request) => {
      extensions = request.headers["sec-websocket-extensions"];
      peer.on("message", (data, isBinary) => peer.send(data, { binary: isBinary }));
    });
    const client = new Recorder(dialWs({ compress }), url);
    await client.until("opened");
    expect(extensions?.includes("permessage-deflate") ?? false).toBe(compress);
    const sent = Array.from({ length: 200 }, (_, i) =>
      i % 2 === 0 ? `${i} ${"grüß ".repeat(i)}` : new Uint8Array(i).fill(i),
    );
    for (const frame of sent) client.send(frame);
    expect(await client.untilReceived(200)).toEqual(sent);
    client.close(1000, "done");
    // This server echoes the code without the reason, and then ends TCP first.
    expect(await client.end()).toMatchObject({ code: 1000, clean: true });
  });

  test("a drain with 1012", async () => {
    const { server, url } = await serve();
    server.on("connection", (peer) => peer.close(1012, "Service Restart"));
    const client = new Recorder(dialWs(), url);
    expect(await client.end()).toEqual({ code: 1012, reason: "Service Restart", clean: true });
  });

  test("a server that is killed", async () => {
    const { server, url } = await serve();
    server.on("connection", (peer) => peer.terminate());
    const client = new Recorder(dialWs(), url);
    expect(await client.end()).toMatchObject({ code: null, clean: false });
  });

  test("a compressed message that cannot be inflated: 1007", async () => {
    const { server, url } = await serve({ perMessageDeflate: { threshold: 0 } });
    server.on("connection", (_peer, request) => {
      // RSV1 and bytes that are no deflate stream.
      request.socket.write(Buffer.from("c105ffffffffff", "hex"));
    });
    const client = new Recorder(dialWs({ compress: true }), url);
    const end = await client.end();
    expect(end.error?.protocol).toBe(1007);
  });
});

test("a server that floods us with pings and takes no pong", async () => {
  const server = await listen(async (peer) => {
    await peer.accept();
    await peer.frame();
    peer.stopReading();
    const pings = Array.from({ length: 1_000 }, () => peer.write(pingFrame(Buffer.alloc(125))));
    await Promise.all(pings);
  });
  const client = new Recorder(dialWs(), server.url);
  await client.until("opened");
  client.send("stop reading now");
  // Fills what the kernel takes, so that the pongs wait.
  for (let i = 0; i < 40; i++) client.send("x".repeat(1_000_000));
  const end = await client.end();
  expect(end).toMatchObject({ code: null, clean: false, error: { cause: { code: "ping_flood" } } });
  expect(clientStates(server.port) ?? []).toEqual([]);
  const peer = await server.peer();
  peer.startReading();
  await peer.gone();
});

test("no timer, no socket and no listener outlives a connection", async () => {
  const server = await listen(async (peer) => {
    await peer.accept();
    await peer.frame();
    await peer.write(closeFrame(1000));
    peer.end();
  });
  const agent = new OpenAgent();
  const open = (kind: string): number =>
    process.getActiveResourcesInfo().filter((other) => other === kind).length;
  const before = { timers: open("Timeout"), sockets: open("TCPSocketWrap") };
  const client = new Recorder(dialWs({ agent }), server.url);
  await client.until("opened");
  client.close();
  await client.end();
  await (await server.peer()).gone();
  // What belongs to others may have ended meanwhile.
  expect(open("Timeout")).toBeLessThanOrEqual(before.timers);
  expect(open("TCPSocketWrap")).toBeLessThanOrEqual(before.sockets);
  expect(Object.values(agent.sockets)).toEqual([]);
});

test("a TCP server that is full: an aborted dial leaves nothing behind", async () => {
  const server = createTcpServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const accepted: Socket[] = [];
  server.on("connection", (socket) => accepted.push(socket.on("error", () => {})));
  const clients = Array.from(
    { length: 50 },
    () => new Recorder(dialWs(), `ws://127.0.0.1:${port}`),
  );
  for (const client of clients) client.reset();
  await Promise.all(clients.map((client) => client.end()));
  for (const socket of accepted) socket.destroy();
});
