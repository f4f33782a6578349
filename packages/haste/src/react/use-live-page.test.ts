// The hook in real React, under StrictMode, against the server's end: PGlite, real sockets.
import type { Socket } from "@slipstream/client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { PageClientError, type Why } from "../client/index.ts";
import { serve, type Serving } from "../fixtures/serving.ts";
import { pretendBrowser, ShownHook } from "../fixtures/shown-hook.ts";
import { defineView } from "../server/index.ts";
import { sharePage } from "./shared-pages.ts";
import { useLivePage, type UseLivePage, type UseLivePageOptions } from "./index.ts";

interface Flight {
  readonly id: number;
  readonly gate: string;
}

const flights = defineView<Flight>({
  name: "flights",
  table: "flights",
  columns: ["id", "gate"],
  policy: () => allowed,
});
let allowed = true;

let serving: Serving;
let socket: Socket;
let pages: ShownHook<UseLivePageOptions<Flight>, UseLivePage<Flight>>;
let leaveBrowser: () => void;

const show = (...components: readonly UseLivePageOptions<Flight>[]): void =>
  pages.show(...components);
const until = (is: (page: UseLivePage<Flight>) => boolean): Promise<UseLivePage<Flight>> =>
  pages.until(is);
const ids = ({ rows }: UseLivePage<Flight>): number[] => rows.map(({ id }) => id);

beforeAll(async () => {
  serving = await serve({
    sql: "CREATE TABLE flights (id integer PRIMARY KEY, gate text NOT NULL)",
    tables: ["flights"],
    views: [flights],
  });
  leaveBrowser = pretendBrowser();
});

afterAll(async () => {
  leaveBrowser();
  await serving.close();
});

beforeEach(async () => {
  await serving.write(
    "TRUNCATE flights; INSERT INTO flights SELECT n, 'A' || n % 2 FROM generate_series(1, 20) n",
  );
  socket = await serving.socket();
  pages = new ShownHook((options) => useLivePage<Flight>(socket, options));
});

afterEach(async () => {
  pages.end();
  await serving.disconnect();
});

test("shows a page that stays true; StrictMode opens it once", async () => {
  const { joins } = serving.server.stats();
  show({ view: "flights", limit: 2 });
  const page = await until(({ status }) => status === "live");
  expect(page.rows).toEqual([
    { id: 1, gate: "A1" },
    { id: 2, gate: "A0" },
  ]);
  expect(page.rowId({ id: 7, gate: "" })).toBe("7");
  await serving.write("DELETE FROM flights WHERE id = 1");
  await until((page) => ids(page)[0] === 2);
  expect(serving.server.stats().joins.ok - joins.ok).toBe(1);
});

test("components that ask for the same share one page", async () => {
  const { joins } = serving.server.stats();
  show({ view: "flights", limit: 2 }, { view: "flights", limit: 2 }, { view: "flights", limit: 2 });
  await until(({ status }) => status === "live");
  expect(serving.haste.stats().pages).toBe(1);
  expect(serving.server.stats().joins.ok - joins.ok).toBe(1);
});

test("keeps the rows while its arguments change, and grows", async () => {
  show({ view: "flights", where: ["eq", "gate", "A1"], limit: 2 });
  await until(({ status }) => status === "live");
  const shown: number[][] = [];
  show({ view: "flights", where: ["eq", "gate", "A0"], limit: 2 });
  const page = await until((page) => {
    shown.push(ids(page));
    return page.status === "live" && ids(page)[0] === 2;
  });
  expect(shown).not.toContainEqual([]);
  await page.next(1);
  expect(ids(await until(({ rows }) => rows.length === 3))).toEqual([2, 4, 6]);
  const given = { signal: AbortSignal.abort() };
  await expect(page.next(1, given)).rejects.toMatchObject({ code: "aborted" });
  await expect(page.previous(1, given)).rejects.toMatchObject({ code: "aborted" });
});

test("rows of another socket, whose user may be another, are never shown", async () => {
  show({ view: "flights", limit: 2 });
  await until(({ status }) => status === "live");
  const shown: number[][] = [];
  await serving.write("DELETE FROM flights WHERE id = 1");
  await until((page) => ids(page)[0] === 2);
  socket = await serving.socket();
  pages.latest = null;
  show({ view: "flights", limit: 2 });
  await until((page) => {
    shown.push(ids(page));
    return page.status === "live";
  });
  expect(shown[0]).toEqual([]);
  expect(shown.at(-1)).toEqual([2, 3]);
});

test("comes back after the socket was disconnected and connected, without the rows of that time", async () => {
  show({ view: "flights", limit: 2 });
  await until(({ status }) => status === "live");
  await socket.disconnect();
  const page = await until(({ status }) => status === "closed");
  expect(ids(page)).toEqual([1, 2]);
  await serving.write("DELETE FROM flights WHERE id = 1");
  const shown: number[][] = [];
  await socket.connect();
  await until((page) => {
    if (page.status !== "closed") shown.push(ids(page));
    return page.status === "live";
  });
  expect(shown[0]).toEqual([]);
  expect(shown.at(-1)).toEqual([2, 3]);
  await socket.disconnect();
  await until(({ status }) => status === "closed");
  await socket.connect();
  await until(({ status }) => status === "live");
});

test("a component that is shown before the socket is connected has its page when it is", async () => {
  await socket.disconnect();
  show({ view: "flights", limit: 2 });
  await until(({ status }) => status === "closed");
  await socket.connect();
  expect(ids(await until(({ status }) => status === "live"))).toEqual([1, 2]);
});

test("what the server would not give is asked for again by whoever comes new, for all", async () => {
  allowed = false;
  show({ view: "flights", limit: 2 });
  await until(({ error }) => error?.code === "forbidden");
  allowed = true;
  show({ view: "flights", limit: 2 }, { view: "flights", limit: 2 });
  await until(({ status }) => status === "live");
  expect(serving.haste.stats().pages).toBe(1);
});

test("a page that nobody looks at any more does not keep the process alive", () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const wish = { view: "flights", request: { limit: 2 }, tellsWhy: false };
  const leave = sharePage(socket, wish, { changed: () => {} });
  const before = timers();
  leave();
  expect(timers()).toBe(before);
});

test("tells why it changed, each component by its latest function, whatever another throws", async () => {
  const why: unknown[] = [];
  const tell = (who: string) => (told: Why | null) => void why.push([who, told?.changes]);
  show(
    { view: "flights", limit: 2, onWhy: tell("a") },
    { view: "flights", limit: 2, onWhy: tell("b") },
    { view: "flights", limit: 2 },
  );
  await until(({ status }) => status === "live");
  // Of those that say why there is one, too.
  await expect.poll(() => serving.haste.stats().pages).toBe(2);
  show(
    { view: "flights", limit: 2, onWhy: raise },
    { view: "flights", limit: 2, onWhy: tell("c") },
    { view: "flights", limit: 2 },
  );
  pages.latest = null;
  await until(({ status }) => status === "live");
  const thrown = await thrownAside(async () => {
    await serving.write("UPDATE flights SET gate = 'Z' WHERE id = 1");
    await until(({ rows }) => rows[0]?.gate === "Z");
  });
  expect(thrown).toEqual(new Error("Mine."));
  await expect.poll(() => why).toEqual([["c", [["update", [1]]]]]);
});

/** What is thrown where nobody catches it, while something is done. */
async function thrownAside(work: () => Promise<void>): Promise<unknown> {
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  try {
    const thrown = new Promise((resolve) => process.once("uncaughtException", resolve));
    await work();
    return await thrown;
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
}

function raise(): never {
  throw new Error("Mine.");
}

test.each<readonly [string, object, string]>([
  ["an option that there is not", { lmit: 2 }, "There is no option lmit."],
  ["a limit that is no number of rows", { limit: -1 }, "limit is a whole number of rows, from 0."],
])("%s is thrown to the error boundary, and mended by another render", async (_, wrong, says) => {
  show({ view: "flights", ...wrong });
  const error = await pages.failed();
  expect(error).toBeInstanceOf(PageClientError);
  expect(error).toMatchObject({ code: "invalid_page" });
  expect(error.message).toContain(says);
  expect(serving.haste.stats().pages).toBe(0);
  show({ view: "flights", limit: 2 });
  await until(({ status }) => status === "live");
});

test("what is not known yet may be wrong while nothing is opened", async () => {
  show({ view: "flights", limit: NaN, skip: true });
  await until(({ status }) => status === "loading");
});

test("what the server refuses is told, and not thrown", async () => {
  show({ view: "flights", limit: 2_000 });
  expect(await until(({ status }) => status === "error")).toMatchObject({
    error: { code: "too_many_rows" },
  });
});

test("skip opens nothing, and a page that is gone is closed", async () => {
  show({ view: "flights", skip: true });
  await until(({ status }) => status === "loading");
  expect(serving.haste.stats().pages).toBe(0);
  show({ view: "flights" });
  await until(({ status }) => status === "live");
  expect(serving.haste.stats().pages).toBe(1);
  show();
  await expect.poll(() => serving.haste.stats().pages).toBe(0);
});
