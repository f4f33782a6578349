// Custom TLS against real servers: an authority of one's own, certificates of clients, names by SNI,
// pinning; and unix sockets, with TLS and without.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttp, type Server } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  type TLSSocket,
} from "node:tls";
import { certificateAuthority } from "@slipstream/faults";
import { accept, ChannelsServer, ok, reply, type ConnectRequest } from "@slipstream/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "../fixtures/failure.ts";
import { newSocket } from "../fixtures/sockets.ts";
import type { NodeSocketOptions } from "../index.ts";

const authority = certificateAuthority("ours");
const ours = { ca: authority.cert };

/** A server whose clients must not leave anything behind. */
function channels(http: Server): ConnectRequest[] {
  const asked: ConnectRequest[] = [];
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", {
    connect: (request) => {
      asked.push(request);
      return accept();
    },
    channels: { "room:*": { join: () => ok(), handleIn: { echo: (payload) => reply(payload) } } },
  });
  server.attach(http);
  onTestFinished(async () => {
    await server.close();
    http.closeAllConnections();
    http.close();
    expect(server.stats().live.websocket).toBe(0);
  });
  return asked;
}

async function serveTls(options: ServerOptions): Promise<{
  readonly url: string;
  readonly asked: ConnectRequest[];
  /** The connections whose handshake was completed. */
  readonly secured: TLSSocket[];
}> {
  const https = createServer(options);
  const secured: TLSSocket[] = [];
  https.on("secureConnection", (socket: TLSSocket) => secured.push(socket));
  const asked = channels(https);
  https.listen(0, "127.0.0.1");
  await once(https, "listening");
  return { url: `wss://127.0.0.1:${(https.address() as AddressInfo).port}/socket`, asked, secured };
}

/** Connects, talks and disconnects. */
async function talk(url: string, options: NodeSocketOptions): Promise<void> {
  const socket = newSocket(url, { reconnect: false, ...options });
  await socket.connect();
  const room = await socket.join("room:a");
  expect(await room.push("echo", { n: 1 })).toEqual({ n: 1 });
  expect(await socket.disconnect()).toEqual({ code: 1000, reason: "", clean: true });
}

function failure(url: string, options: NodeSocketOptions): Promise<unknown> {
  return failureOf(newSocket(url, { reconnect: false, ...options }).connect());
}

const loopback = { dns: ["localhost"], ip: ["127.0.0.1"] };

describe("an authority of one's own", () => {
  test("is trusted where it is given, and not elsewhere; nothing of the request leaves before", async () => {
    const { url, asked } = await serveTls(authority.issue("server", loopback));
    await talk(url, { tls: ours });
    expect(asked).toHaveLength(1);
    for (const tls of [{}, { ca: certificateAuthority("theirs").cert }]) {
      const error = await failure(url, { tls, params: { token: "s3cr3t" } });
      expect(error).toMatchObject({
        code: "connectFailed",
        reason: { cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" } },
      });
    }
    expect(asked).toHaveLength(1);
  });

  test("a certificate for another name is refused by the name", async () => {
    const { url } = await serveTls(authority.issue("server", { dns: ["example.org"] }));
    expect(await failure(url, { tls: ours })).toMatchObject({
      reason: { cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" } },
    });
  });
});

describe("a certificate of the client's", () => {
  const mutual = { ...authority.issue("server", loopback), ...ours, requestCert: true };

  test("is what the server sees", async () => {
    const { url, secured } = await serveTls(mutual);
    await talk(url, { tls: { ...ours, ...authority.issue("device-7") } });
    expect(secured.map((socket) => socket.getPeerCertificate().subject?.CN ?? "")).toHaveLength(1);
    const { url: other, asked } = await serveTls(mutual);
    const named = newSocket(other, { tls: { ...ours, ...authority.issue("device-8") } });
    await named.connect();
    expect(asked).toHaveLength(1);
  });

  test.each<[string, object]>([
    ["none", {}],
    ["one of another authority", certificateAuthority("theirs").issue("device-7")],
  ])("%s: the connection is refused, and says so", async (_, certificate) => {
    const { url, asked } = await serveTls(mutual);
    const error = await failure(url, { tls: { ...ours, ...certificate } });
    expect(error).toMatchObject({ code: "connectFailed" });
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(asked).toEqual([]);
  });
});

test("SNI: the server has a certificate for each name, and servername chooses", async () => {
  const names: string[] = [];
  const { url } = await serveTls({
    ...authority.issue("default", { dns: ["default.example"] }),
    SNICallback: (name, done) => {
      names.push(name);
      done(null, createSecureContext(authority.issue(name, { dns: [name] })));
    },
  });
  await talk(url, { tls: { ...ours, servername: "a.example" } });
  await talk(url, { tls: { ...ours, servername: "b.example" } });
  expect(names).toEqual(["a.example", "b.example"]);
  // By an address no name is asked for.
  expect(await failure(url, { tls: ours })).toMatchObject({ code: "connectFailed" });
  expect(names).toHaveLength(2);
});

describe("pinning by checkServerIdentity", () => {
  const server = authority.issue("server", loopback);
  const pinTo =
    (fingerprint: (certificate: PeerCertificate) => boolean) =>
    (host: string, certificate: PeerCertificate): Error | undefined =>
      checkServerIdentity(host, certificate) ??
      (fingerprint(certificate) ? undefined : new Error("not the certificate that was pinned"));

  test("the certificate that was pinned, and another one of the same authority", async () => {
    const { url, asked } = await serveTls(server);
    const seen: string[] = [];
    const remember = pinTo(({ fingerprint256 }) => seen.push(fingerprint256) > 0);
    await talk(url, { tls: { ...ours, checkServerIdentity: remember } });
    const same = pinTo(({ fingerprint256 }) => fingerprint256 === seen[0]);
    await talk(url, { tls: { ...ours, checkServerIdentity: same } });
    const { url: other } = await serveTls(authority.issue("server", loopback));
    expect(await failure(other, { tls: { ...ours, checkServerIdentity: same } })).toMatchObject({
      code: "connectFailed",
      message: expect.stringContaining("not the certificate that was pinned"),
    });
    expect(asked).toHaveLength(2);
  });
});

describe("a unix socket by socketPath", () => {
  function path(): string {
    const folder = mkdtempSync(join(tmpdir(), "socket-path-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return join(folder, "socket");
  }

  test("in place of the URL's host", async () => {
    const http = createHttp();
    const asked = channels(http);
    const socketPath = path();
    http.listen(socketPath);
    await once(http, "listening");
    await talk("ws://my.service/socket", { socketPath, params: { a: "b" } });
    expect(asked[0]?.params).toMatchObject({ a: "b" });
  });

  test("with TLS on it", async () => {
    const https = createServer(authority.issue("server", { dns: ["my.service"] }));
    channels(https);
    const socketPath = path();
    https.listen(socketPath);
    await once(https, "listening");
    await talk("wss://my.service/socket", { socketPath, tls: ours });
  });

  test("one that is not there", async () => {
    const error = await failure("ws://my.service/socket", { socketPath: path() });
    expect(error).toMatchObject({ code: "connectFailed", reason: { cause: { code: "ENOENT" } } });
  });
});
