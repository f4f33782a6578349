// npm phoenix and ours in a Chromium whose pages are hidden, shown, left and come back to, as a user's.
import { TabbedBrowser, type Tab } from "@slipstream/faults";
import { accept, ChannelsServer, noreply, ok, reply } from "@slipstream/server";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { bundled } from "../fixtures/bundled.ts";
import { servePages } from "../fixtures/pages.ts";

const PROGRAM = `
  import * as ours from "@slipstream/phoenix";
  import * as theirs from "phoenix";
  window.start = (name) => {
    const { Socket } = { ours, theirs }[name];
    window.lines = [];
    window.kept = true;
    const note = (line) => () => void lines.push(line);
    window.socket = new Socket("/socket", { reconnectAfterMs: () => 20, rejoinAfterMs: () => 20 });
    socket.onOpen(note("open"));
    window.room = socket.channel("room:lobby");
    room.onError(note("room error"));
    room.join().receive("ok", note("joined"));
    socket.connect();
  };
  window.joined = () => lines.filter((line) => line === "joined").length;
  window.echo = () => new Promise((resolve) => {
    room.push("echo", { n: 1 }).receive("ok", ({ n }) => resolve(n));
  });
`;
const PAGE = '<!doctype html><title>A page</title><script src="/app.js"></script>';

let browser: TabbedBrowser;
let program: string;
beforeAll(async () => {
  browser = TabbedBrowser.launch();
  program = await bundled(PROGRAM, "browser", {});
});
afterAll(() => browser.close());

interface Visited {
  readonly server: ChannelsServer;
  readonly origin: string;
  readonly tab: Tab;
  readonly hide: () => Promise<void>;
  readonly lines: () => Promise<string[]>;
}

async function visit(library: string): Promise<Visited> {
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", {
    connect: () => accept({}),
    channels: {
      "room:*": {
        join: () => ok({}),
        handleIn: {
          echo: (payload) => reply(payload as never),
          drop(_payload, channel) {
            channel.socket.drop();
            return noreply();
          },
        },
      },
    },
  });
  const origin = await servePages(program, PAGE, server);
  const open = async (path: string): Promise<Tab> => {
    const tab = await browser.open(origin + path);
    onTestFinished(() => tab.close());
    await expect
      .poll(() => tab.evaluate("document.readyState + location.pathname"))
      .toBe(`complete${path}`);
    return tab;
  };
  const tab = await open("/");
  await tab.evaluate(`start("${library}")`);
  await expect.poll(() => tab.evaluate("joined()")).toBe(1);
  return {
    server,
    origin,
    tab,
    hide: async () => {
      await open("/other");
      await expect.poll(() => tab.evaluate("document.visibilityState")).toBe("hidden");
    },
    lines: () => tab.evaluate<string[]>("lines"),
  };
}

/** Has a page of each library go through it, and expects that its program sees the same. */
async function compare(story: (visited: Visited) => Promise<void>): Promise<readonly string[]> {
  const seen: string[][] = [];
  for (const library of ["theirs", "ours"]) {
    const visited = await visit(library);
    await story(visited);
    seen.push(await visited.lines());
    expect(visited.server.stats().live.websocket).toBe(1);
  }
  expect(seen[1]).toEqual(seen[0]);
  return seen[0] ?? [];
}

test("hidden for a moment: the connection stays", async () => {
  const lines = await compare(async ({ tab, hide }) => {
    await hide();
    expect(await tab.evaluate("echo()")).toBe(1);
    await tab.show();
    await expect.poll(() => tab.evaluate("document.visibilityState")).toBe("visible");
    expect(await tab.evaluate("echo()")).toBe(1);
  });
  expect(lines).toEqual(["open", "joined"]);
});

test("a connection that is lost while the page is hidden is there when it is shown", async () => {
  const lines = await compare(async ({ tab, hide }) => {
    await hide();
    await tab.evaluate('void room.push("drop", {})');
    await expect.poll(() => tab.evaluate("lines.includes('room error')")).toBe(true);
    await tab.show();
    await expect.poll(() => tab.evaluate("joined()")).toBe(2);
    expect(await tab.evaluate("echo()")).toBe(1);
  });
  expect(lines).toEqual(["open", "joined", "room error", "open", "joined"]);
});

test("left and come back to: the page is kept, and its connection is new", async () => {
  const lines = await compare(async ({ tab, origin, server }) => {
    await tab.send("Page.enable");
    await tab.send("Page.navigate", { url: `${origin}/elsewhere` });
    await expect.poll(() => server.stats().live.websocket).toBe(0);
    await expect.poll(() => tab.evaluate("location.pathname")).toBe("/elsewhere");
    await tab.evaluate("history.back()").catch(() => {});
    await expect.poll(() => tab.evaluate("window.kept").catch(() => null)).toBe(true);
    await expect.poll(() => tab.evaluate("joined()")).toBe(2);
    expect(await tab.evaluate("echo()")).toBe(1);
  });
  expect(lines).toEqual(["open", "joined", "room error", "open", "joined"]);
});

test("disconnected by its program: nothing connects it again", async () => {
  const lines: string[][] = [];
  for (const library of ["theirs", "ours"]) {
    const { tab, hide, server, lines: seen } = await visit(library);
    await tab.evaluate("new Promise((resolve) => socket.disconnect(resolve)).then(() => 0)");
    await hide();
    await tab.show();
    await expect.poll(() => tab.evaluate("document.visibilityState")).toBe("visible");
    await tab.evaluate('dispatchEvent(new Event("online")), dispatchEvent(new Event("pageshow"))');
    expect(server.stats().live.websocket).toBe(0);
    lines.push(await seen());
  }
  expect(lines).toEqual([lines[1], ["open", "joined", "room error"]]);
});

test("frozen: ours holds no connection meanwhile, and is there again at once", async () => {
  const { tab, hide, server, lines } = await visit("ours");
  await hide();
  await tab.freeze();
  await expect.poll(() => server.stats().live.websocket).toBe(0);
  await tab.thaw();
  await expect.poll(() => tab.evaluate("joined()")).toBe(2);
  expect(await lines()).toEqual(["open", "joined", "room error", "open", "joined"]);
});
