// P12: pages that are hidden, frozen, left and come back to, in a Chromium that treats its tabs as it
// does a user's.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TabbedBrowser, type Tab } from "@slipstream/faults";
import { accept, ChannelsServer, ok, reply } from "@slipstream/server";

const client = readFileSync(new URL("../../dist/platform/production.js", import.meta.url));

let browser: TabbedBrowser;
beforeAll(async () => {
  browser = TabbedBrowser.launch();
});
afterAll(() => browser.close());

let server: ChannelsServer;
let origin: string;
let socketUrl: string;
const http = createServer((request, response) => {
  const isClient = request.url === "/client.js";
  response.setHeader("content-type", isClient ? "text/javascript" : "text/html");
  response.end(isClient ? client : "<!doctype html><title>A page</title>");
});
beforeAll(async () => {
  await once(http.listen(0, "127.0.0.1"), "listening");
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(() => {
  http.closeAllConnections();
  http.close();
});

beforeEach(async () => {
  server = new ChannelsServer();
  server.socket("/socket", {
    origins: "any",
    connect: () => accept({}),
    channels: { "room:*": { join: () => ok({}), handleIn: { echo: (payload) => reply(payload) } } },
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  socketUrl = `ws://127.0.0.1:${port}/socket`;
});
let tabs: Tab[] = [];
afterEach(async () => {
  for (const tab of tabs) await tab.close();
  tabs = [];
  await server.close();
});

async function open(path: string): Promise<Tab> {
  const tab = await browser.open(`${origin}${path}`);
  tabs.push(tab);
  const place = "document.readyState === 'complete' && location.pathname";
  await expect.poll(() => tab.evaluate(place)).toBe(path);
  return tab;
}

/** A visible tab with a joined channel, whose states and ends are kept. */
async function connected(options = "{}"): Promise<Tab> {
  const tab = await open("/");
  await tab.evaluate(`import("${origin}/client.js").then(async ({ Socket }) => {
    globalThis.log = [];
    for (const type of ["visibilitychange", "freeze", "resume"])
      document.addEventListener(type, () => log.push(type), true);
    globalThis.socket = new Socket("${socketUrl}", { reconnect: [60_000], ...${options} });
    socket.onConnectionEnd((end) => log.push(end.reason.type));
    await socket.connect();
    globalThis.room = await socket.join("room:a");
    socket.onState((state) => log.push(state.type));
  })`);
  return tab;
}

const stateOf = (tab: Tab): Promise<string> => tab.evaluate("socket.state.type");
const logOf = (tab: Tab): Promise<string[]> => tab.evaluate("log.splice(0)");
const echo = (tab: Tab): Promise<unknown> => tab.evaluate('room.push("echo", { still: "here" })');
const live = (): number => server.stats().live.websocket;

test("hidden for a moment: the connection stays, and the server is asked when it is shown again", async () => {
  const tab = await connected();
  const before = await tab.evaluate<number>("socket.stats.counters.messagesSent");
  await open("/other");
  await expect.poll(() => logOf(tab)).toEqual(["visibilitychange"]);
  expect(await echo(tab)).toEqual({ still: "here" });
  await tab.show();
  await expect.poll(() => logOf(tab)).toEqual(["visibilitychange"]);
  // The echo, and the heartbeat that would have come after 30 s.
  expect(await tab.evaluate("socket.stats.counters.messagesSent")).toBe(before + 2);
  expect(await stateOf(tab)).toBe("open");
});

test("hidden for hiddenTimeout: the connection is given back, and is there again when the page is", async () => {
  const tab = await connected("{ page: { hiddenTimeout: 100 } }");
  await open("/other");
  await expect.poll(() => stateOf(tab)).toBe("waiting");
  await expect.poll(live).toBe(0);
  expect(await logOf(tab)).toEqual(["visibilitychange", "closing", "pageHidden", "waiting"]);
  await tab.evaluate('dispatchEvent(new Event("online"))');
  expect(await stateOf(tab)).toBe("waiting");
  await tab.show();
  await expect.poll(() => tab.evaluate("room.state.type")).toBe("joined");
  expect(await echo(tab)).toEqual({ still: "here" });
  expect(live()).toBe(1);
});

test("frozen for hours: no connection is held meanwhile, and it is there again at once", async () => {
  const tab = await connected();
  await open("/other");
  await expect.poll(() => logOf(tab)).toEqual(["visibilitychange"]);
  await tab.freeze();
  await expect.poll(live).toBe(0);
  await tab.evaluate(`{
    const now = performance.now.bind(performance);
    performance.now = () => now() + 5 * 3_600_000;
  }`);
  await tab.thaw();
  await expect.poll(() => tab.evaluate("room.state.type")).toBe("joined");
  expect(await echo(tab)).toEqual({ still: "here" });
  expect(await tab.evaluate("({ ...socket.stats.counters.endsByReason })")).toMatchObject({
    pageHidden: 1,
    heartbeatTimeout: 0,
    connectionLost: 0,
  });
});

test("left and come back to: it is kept in the back/forward cache, and its connection is new", async () => {
  const tab = await connected();
  await tab.evaluate("globalThis.kept = true");
  await tab.send("Page.enable");
  await tab.send("Page.navigate", { url: `${origin}/elsewhere` });
  await expect.poll(live).toBe(0);
  await expect.poll(() => tab.evaluate("location.pathname")).toBe("/elsewhere");
  await tab.evaluate("history.back()").catch(() => {});
  await expect.poll(() => tab.evaluate("globalThis.kept").catch(() => null)).toBe(true);
  await expect.poll(() => tab.evaluate("room.state.type")).toBe("joined");
  expect(await echo(tab)).toEqual({ still: "here" });
  expect(await tab.evaluate("socket.stats.counters.endsByReason.pageHidden")).toBe(1);
  expect(live()).toBe(1);
});

test("left for good: the server is told", async () => {
  const tab = await connected();
  await tab.send("Page.navigate", { url: "about:blank" });
  await expect.poll(live).toBe(0);
});

test("offline, then online: what waits for its next attempt makes it at once", async () => {
  const tab = await connected();
  await tab.send("Network.enable");
  const network = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
  await tab.send("Network.emulateNetworkConditions", { offline: true, ...network });
  await tab.evaluate("void socket.reset().then(() => socket.connect().catch(() => {}))");
  await expect.poll(() => stateOf(tab)).toBe("waiting");
  await tab.send("Network.emulateNetworkConditions", { offline: false, ...network });
  await expect.poll(() => stateOf(tab)).toBe("open");
});

// Chromium has the timers of a hidden page ring once a second, and after a while once a minute, unless
// the page has an open WebSocket.
test("hidden and throttled: heartbeats go on", async () => {
  const tab = await connected("{ heartbeat: { interval: 100, timeout: 10_000 } }");
  await open("/other");
  await expect.poll(() => logOf(tab)).toEqual(["visibilitychange"]);
  const before = await tab.evaluate<number>("socket.stats.counters.messagesSent");
  await expect
    .poll(() => tab.evaluate("socket.stats.counters.messagesSent"))
    .toBeGreaterThan(before + 5);
  expect(await logOf(tab)).toEqual([]);
});

test("disconnected: nothing listens to the page any more", async () => {
  const tab = await connected();
  const listeners = async (of: string): Promise<string[]> => {
    const { result } = await tab.send<{ result: { objectId: string } }>("Runtime.evaluate", {
      expression: of,
    });
    const all = await tab.send<{ listeners: { type: string; useCapture: boolean }[] }>(
      "DOMDebugger.getEventListeners",
      { objectId: result.objectId },
    );
    // Those of the test capture.
    return all.listeners
      .filter((one) => !one.useCapture)
      .map((one) => one.type)
      .toSorted();
  };
  expect(await listeners("document")).toEqual(["freeze", "resume", "visibilitychange"]);
  expect(await listeners("window")).toEqual(["online", "pagehide", "pageshow"]);
  await tab.evaluate("socket.disconnect()");
  expect([await listeners("document"), await listeners("window")]).toEqual([[], []]);
  await tab.evaluate("socket.connect()");
  expect(await listeners("window")).toEqual(["online", "pagehide", "pageshow"]);
});
