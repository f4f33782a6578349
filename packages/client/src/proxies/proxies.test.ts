// The client through real proxies, by the agents that users of Node have for them: the conversation, the
// order in which connections end, and what is said where a proxy refuses.
import { type Agent } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { closeFrame, RawServer, selfSigned, type Script } from "@slipstream/faults";
import { HttpsProxyAgent } from "https-proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";
import { fetch as undiciFetch, ProxyAgent } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { expectKernelToBeEmpty, Recorder } from "../conformance/recorder.conformance.ts";
import { failureOf } from "../fixtures/failure.ts";
import { Leaks } from "../fixtures/leaks.ts";
import { connectProxy, socksProxy, type Account } from "../fixtures/proxies.ts";
import { serve } from "../fixtures/servers.ts";
import { newSocket, openSocket } from "../fixtures/sockets.ts";
import { longPoll, type Fetch } from "../longpoll/index.ts";
import { dialWs } from "../node/index.ts";

interface Kind {
  readonly name: string;
  readonly proxy: (account?: Account) => Promise<URL>;
  readonly agent: (url: URL, options?: object) => Agent;
}

const kinds: readonly Kind[] = [
  {
    name: "CONNECT (tinyproxy, https-proxy-agent)",
    proxy: connectProxy,
    agent: (url, options) => new HttpsProxyAgent(url, options),
  },
  {
    name: "SOCKS5 (microsocks, socks-proxy-agent)",
    proxy: socksProxy,
    agent: (url, options) => new SocksProxyAgent(url, options),
  },
];

const WRONG = "u-secret-that-is-wrong";
const ACCOUNT: Account = { user: "jane", password: "u-secret-of-the-proxy" };

/** What of an error could be printed holds no password, in whatever form. */
function expectNoPassword(error: unknown): void {
  const leaks = new Leaks();
  leaks.look(error);
  const forms = [
    ACCOUNT.password,
    Buffer.from(`${ACCOUNT.user}:${ACCOUNT.password}`).toString("base64"),
    WRONG,
    Buffer.from(`${ACCOUNT.user}:${WRONG}`).toString("base64"),
  ];
  expect(forms.filter((form) => leaks.has(form))).toEqual([]);
}

describe.each(kinds)("$name", ({ proxy, agent }) => {
  async function listen(script: Script, options = {}): Promise<RawServer> {
    const server = await RawServer.listen(script, options);
    onTestFinished(async () => {
      await expectKernelToBeEmpty(server.port);
      await server.close();
    });
    return server;
  }

  test.each([undefined, ACCOUNT])(
    "connects, talks and disconnects (account: %o)",
    async (account) => {
      const { server, url } = await serve();
      const socket = await openSocket(url, { agent: agent(await proxy(account)) });
      const room = await socket.join("room:a");
      expect(await room.push("echo", { n: 1 })).toEqual({ n: 1 });
      const page = { text: "x".repeat(1_000_000) };
      expect(await room.push("echo", page)).toEqual(page);
      expect(await socket.disconnect()).toEqual({ code: 1000, reason: "", clean: true });
      await expect.poll(() => server.stats().live.websocket).toBe(0);
    },
  );

  test("P1: the server ends TCP first, then we do", async () => {
    const server = await listen(async (peer) => {
      await peer.accept();
      await peer.frame();
      await peer.write(closeFrame(1000, "farewell"));
      peer.end();
    });
    const client = new Recorder(dialWs({ agent: agent(await proxy()) }), `${server.url}/socket`);
    await client.until("opened");
    client.close(1000, "bye");
    expect(await client.end()).toEqual({ code: 1000, reason: "farewell", clean: true });
    const peer = await server.peer();
    await peer.gone();
    expect(peer.wire.story()).toEqual([
      ...["client: GET /socket", "server: 101", "client: close 1000 bye"],
      ...["server: close 1000 farewell", "server: FIN", "client: FIN"],
    ]);
    expect(client.types()).toEqual(["opened", "closeReceived", "closed"]);
  });

  test("P2: the server's close is echoed", async () => {
    const server = await listen(async (peer) => {
      await peer.accept();
      await peer.write(closeFrame(1012, "drain"));
      await peer.frame();
      peer.end();
    });
    const client = new Recorder(dialWs({ agent: agent(await proxy()) }), `${server.url}/socket`);
    expect(await client.end()).toEqual({ code: 1012, reason: "drain", clean: true });
    await (await server.peer()).gone();
  });

  test("a reset reaches the server, and nothing is left", async () => {
    const server = await listen(async (peer) => {
      await peer.accept();
      await peer.gone();
    });
    const client = new Recorder(dialWs({ agent: agent(await proxy()) }), `${server.url}/socket`);
    await client.until("opened");
    client.reset();
    expect(await client.end()).toEqual({ code: null, reason: "", clean: false });
    const peer = await server.peer();
    // What a proxy makes of our RST is its own affair: it may send the server a FIN.
    if (!peer.closed) await Promise.race([peer.fin().then(() => peer.end()), peer.gone()]);
    await peer.gone();
  });

  test("TLS through it, with a CA of our own", async () => {
    const tls = selfSigned();
    const server = await RawServer.listen(
      async (peer) => {
        await peer.accept();
        await peer.frame();
        await peer.write(closeFrame(1000));
        peer.end();
      },
      { tls },
    );
    onTestFinished(() => server.close());
    const dial = dialWs({ agent: agent(await proxy()), tls: { ca: tls.cert } });
    const client = new Recorder(dial, server.url);
    await client.until("opened");
    client.close();
    expect(await client.end()).toMatchObject({ code: 1000, clean: true });
    await (await server.peer()).gone();
    const distrusting = new Recorder(dialWs({ agent: agent(await proxy()) }), server.url);
    const end = await distrusting.end();
    expect(end.error?.cause).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  });

  test("wrong credentials, or none: said clearly, and no password is in it", async () => {
    const { url } = await serve();
    const right = await proxy(ACCOUNT);
    const wrong = new URL(right.href.replace(ACCOUNT.password, WRONG));
    const none = new URL(right.href.replace(`${ACCOUNT.user}:${ACCOUNT.password}@`, ""));
    for (const place of [wrong, none]) {
      const socket = newSocket(url, { agent: agent(place), reconnect: false });
      const error = await failureOf(socket.connect());
      expectNoPassword(error);
      expectNoPassword(socket.state);
      // By CONNECT or by SOCKS, it is not the server that has refused.
      expect(error).toMatchObject({ code: "connectFailed" });
      expect(String(error)).toMatch(/A proxy .* answered (401|407)|Socks5 /);
    }
  });

  test("a proxy that is not there, and a server that is not", async () => {
    const { server, url } = await serve();
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, "close");
    const place = new URL((await proxy(ACCOUNT)).href.replace(/:\d+$|:\d+\/$/, `:${port}`));
    const noProxy = newSocket(url, { agent: agent(place), reconnect: false });
    const error = await failureOf(noProxy.connect());
    expect(error).toMatchObject({ code: "connectFailed" });
    expect(String(error)).toContain("ECONNREFUSED");
    expectNoPassword(error);
    await server.close();
    const noServer = newSocket(url, { agent: agent(await proxy(ACCOUNT)), reconnect: false });
    const other = await failureOf(noServer.connect());
    expect(other).toMatchObject({ code: "connectFailed" });
    expect(String(other)).toMatch(/A proxy .* answered 50\d|Socks5 /);
    expectNoPassword(other);
  });

  test.each(["disconnect", "reset"] as const)("%s while the proxy is asked", async (how) => {
    // It takes TCP, and says nothing.
    const silent = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const scheme = (await proxy()).protocol;
    const taken = once(silent, "connection");
    const place = new URL(`${scheme}//127.0.0.1:${port}`);
    const socket = newSocket("ws://127.0.0.1:1/socket", { agent: agent(place) });
    void socket.connect();
    const [tcp] = (await taken) as [Socket];
    tcp.on("error", () => {});
    const closed = new Promise<void>((resolve) => tcp.on("close", () => resolve()));
    await socket[how]();
    expect(socket.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
    // An agent for SOCKS keeps its connection until its own timeout.
    if (scheme === "http:") await closed;
    tcp.destroy();
    silent.close();
  });
});

test("long polling through a proxy, by a fetch that goes through it", async () => {
  const { server, url } = await serve();
  const dispatcher = new ProxyAgent((await connectProxy(ACCOUNT)).href);
  onTestFinished(() => dispatcher.close());
  const throughProxy: Fetch = (target, init) => undiciFetch(target, { ...init, dispatcher });
  const socket = await openSocket(url, { transport: longPoll({ fetch: throughProxy }) });
  const room = await socket.join("room:a");
  expect(await room.push("echo", { n: 1 })).toEqual({ n: 1 });
  expect(await socket.disconnect()).toMatchObject({ clean: true });
  expect(server.stats().live.longpoll).toBe(0);
});
