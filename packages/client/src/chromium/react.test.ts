// The hooks in React's development build, under StrictMode, in Chromium: what the page shows, and what
// the server counts.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { accept, Channel, ChannelsServer, deny, ok, reply } from "@slipstream/server";
import { launchChromium } from "../fixtures/chromium.ts";

class Room extends Channel {
  #name = "";

  override join(params: unknown) {
    this.#name = (params as { name: string }).name;
    if (this.topic === "room:closed") return deny({ reason: "closed" });
    this.sendInfo("joined");
    return ok({ welcome: `hello ${this.#name}` });
  }

  override handleInfo() {
    this.presence.track(this.#name, { name: this.#name });
    this.push("presence_state", this.presence.list());
  }

  override handleIn({ payload }: { payload: unknown }) {
    this.broadcast("said", payload);
    return reply({});
  }
}

const browser = await launchChromium();
afterAll(() => browser.close());

let script: string;
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../fixtures/react-page.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    platform: "browser",
    conditions: ["development"],
    define: { "process.env.NODE_ENV": '"development"' },
    write: false,
  });
  script = outputFiles[0]?.text ?? "";
});

let server: ChannelsServer;
let url: string;
beforeEach(async () => {
  server = new ChannelsServer();
  server.socket("/socket", {
    origins: "any",
    connect: () => accept({}),
    channels: { "room:*": Room },
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  url = `ws://127.0.0.1:${port}/socket`;
});
const pages: Page[] = [];
const errors: string[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  await server.close();
  expect(errors.splice(0)).toEqual([]);
});

async function open(): Promise<Page> {
  const page = await browser.newPage();
  pages.push(page);
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (line) => {
    if (line.type() === "error") errors.push(line.text());
  });
  await page.addScriptTag({ content: script });
  return page;
}

function show(page: Page, topics: readonly string[], name = "ann"): Promise<void> {
  return page.evaluate((props) => (globalThis as never as Shown).show(props), {
    url,
    topics,
    name,
  });
}

function hide(page: Page): Promise<void> {
  return page.evaluate(() => (globalThis as never as Shown).hide());
}

interface Shown {
  show(props: object): void;
  hide(): void;
}

const shown = (page: Page): Promise<string[]> => page.locator("p, button").allTextContents();

test("one connection and one membership, however often React mounts", async () => {
  const page = await open();
  await show(page, ["room:a", "room:a"]);
  const room = "room:a|joined|hello ann|ann|";
  await expect.poll(() => shown(page)).toEqual(["open", room, room]);
  expect(server.stats()).toMatchObject({
    live: { websocket: 1, channel: 1 },
    opened: 1,
    channelsOpened: 1,
  });
  // One of two goes, and the membership stays.
  await show(page, ["room:a"]);
  await page.locator("button").click();
  await expect.poll(() => shown(page)).toEqual(["open", `${room}by ann`]);
  await hide(page);
  await expect.poll(() => server.stats().live).toMatchObject({ websocket: 0, channel: 0 });
  expect(server.stats()).toMatchObject({ opened: 1, channelsOpened: 1 });
});

test("another topic: the old one is left, the new one joined", async () => {
  const page = await open();
  await show(page, ["room:a"]);
  await expect.poll(() => shown(page)).toEqual(["open", "room:a|joined|hello ann|ann|"]);
  await show(page, ["room:b"], "bea");
  await expect.poll(() => shown(page)).toEqual(["open", "room:b|joined|hello bea|bea|"]);
  expect(server.stats()).toMatchObject({ live: { channel: 1 }, opened: 1, channelsOpened: 2 });
});

test("who is present, as they come and go", async () => {
  const [one, other] = [await open(), await open()];
  await show(one, ["room:a"], "ann");
  await expect.poll(() => shown(one)).toEqual(["open", "room:a|joined|hello ann|ann|"]);
  await show(other, ["room:a"], "bea");
  for (const [page, name] of [
    [one, "ann"],
    [other, "bea"],
  ] as const) {
    await expect.poll(() => shown(page)).toEqual(["open", `room:a|joined|hello ${name}|ann bea|`]);
  }
  await hide(other);
  await expect.poll(() => shown(one)).toEqual(["open", "room:a|joined|hello ann|ann|"]);
});

test("a refusal is a state, and others are not concerned", async () => {
  const page = await open();
  await show(page, ["room:closed", "room:a"]);
  const room = "room:a|joined|hello ann|ann|";
  await expect.poll(() => shown(page)).toEqual(["open", "room:closed|errored|||", room]);
});

test("mounted and unmounted again and again: nothing is left", async () => {
  const page = await open();
  for (let i = 0; i < 20; i++) {
    await show(page, ["room:a", `room:${i}`]);
    await hide(page);
  }
  await expect.poll(() => server.stats().live).toMatchObject({ websocket: 0, channel: 0 });
  const { opened, ended, channelsOpened, channelsEnded } = server.stats();
  expect([ended, channelsEnded]).toEqual([opened, channelsOpened]);
  expect(opened).toBeLessThanOrEqual(20);
});
