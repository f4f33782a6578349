// The hook in real React, under StrictMode, against the server's end: PGlite, real sockets.
import { Socket } from "@slipstream/client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { serve, type Serving } from "../fixtures/serving.ts";
import { pretendBrowser, ShownHook } from "../fixtures/shown-hook.ts";
import { defineView } from "../server/index.ts";
import { useLiveList, type UseLiveList, type UseLiveListOptions } from "./index.ts";

interface Flight {
  readonly id: number;
  readonly gate: string;
}

const flights = defineView<Flight>({
  name: "flights",
  table: "flights",
  columns: ["id", "gate"],
  policy: () => true,
});

let serving: Serving;
let socket: Socket;
let lists: ShownHook<UseLiveListOptions<Flight>, UseLiveList<Flight>>;
let leaveBrowser: () => void;

const show = (options: Partial<UseLiveListOptions<Flight>>): void =>
  lists.show({ view: "flights", orderBy: [{ column: "id" }], step: 10, ...options });
const until = (is: (list: UseLiveList<Flight>) => boolean): Promise<UseLiveList<Flight>> =>
  lists.until(is);
const ids = ({ rows }: UseLiveList<Flight>): number[] => rows.map(({ id }) => id);
const isLive = ({ status }: UseLiveList<Flight>): boolean => status === "live";

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
    "TRUNCATE flights; INSERT INTO flights SELECT n, 'A' || n % 2 FROM generate_series(1, 100) n",
  );
  socket = await serving.socket();
  lists = new ShownHook((options) => useLiveList<Flight>(socket, options));
});

afterEach(async () => {
  lists.end();
  await serving.disconnect();
  await expect.poll(() => serving.haste.stats().pages).toBe(0);
});

test("shows what is looked at, and tells why it changed, to the latest function", async () => {
  const why: string[] = [];
  show({ onWhy: () => why.push("old") });
  const list = await until(isLive);
  expect(ids(list)).toHaveLength(20);
  expect(list.rowId({ id: 7, gate: "" })).toBe("7");
  list.look(15, 25);
  await until(({ rows }) => rows.length === 30);
  show({ onWhy: () => why.push("new") });
  why.splice(0);
  await serving.write("UPDATE flights SET gate = 'Z' WHERE id = 1");
  await until(({ rows }) => rows[0]?.gate === "Z");
  expect(why).toEqual(["new"]);
});

test("another filter is another list in the same page; its old rows stay until then", async () => {
  show({});
  await until(isLive);
  const shown: number[][] = [];
  const { joins } = serving.server.stats();
  show({ where: ["eq", "gate", "A0"] });
  const list = await until((list) => {
    shown.push(ids(list));
    return isLive(list) && ids(list)[0] === 2;
  });
  expect(shown).not.toContainEqual([]);
  expect(list.first).toBe(0);
  expect(serving.server.stats().joins).toEqual(joins);
});

test("a filter that is refused is told of, and forgotten with the next", async () => {
  show({});
  await until(isLive);
  show({ where: ["eq", "nowhere", 1] as never });
  const { error, rows } = await until(({ error }) => error !== null);
  expect(error).toMatchObject({ code: "invalid_filter" });
  expect(rows).toHaveLength(20);
  show({ where: ["eq", "gate", "A1"] });
  await until(({ error, rows }) => error === null && rows[1]?.id === 3);
});

test.each<readonly [string, object, string]>([
  ["an option that there is not", { stp: 2 }, "There is no option stp."],
  ["a step that is no number of rows", { step: 0 }, "step is a whole number of rows, from 1."],
  ["as many rows as nobody can know", { maxRows: 0.5 }, "maxRows is a whole number of rows"],
])("%s is thrown to the error boundary, and mended by another render", async (_, wrong, says) => {
  show(wrong);
  const error = await lists.failed();
  expect(error).toMatchObject({ code: "invalid_page", name: "PageClientError" });
  expect(error.message).toContain(says);
  show({});
  await until(isLive);
});

test("goes to both ends, and is asked through the hook", async () => {
  show({});
  const list = await until(isLive);
  await list.toEnd();
  expect(ids(await until(({ jump }) => jump.to === "end")).at(-1)).toBe(100);
  await list.toStart();
  expect(ids(await until(({ jump }) => jump.to === "start"))[0]).toBe(1);
  expect(await list.count(50)).toEqual({ count: 50, isCapped: true });
  await list.pause();
  expect((await until(({ status }) => status === "paused")).rows).toHaveLength(20);
  await list.resume();
  await list.seen(await serving.write("DELETE FROM flights WHERE id = 1"));
  expect(ids(await until(isLive))[0]).toBe(2);
});

test("a socket that is connected only later, and again, has a list each time", async () => {
  socket = new Socket(`ws://127.0.0.1:${serving.port}/socket`);
  show({});
  await until(({ status }) => status !== "live");
  await socket.connect();
  await until(isLive);
  await socket.disconnect();
  await until(({ status }) => status === "closed");
  await serving.write("DELETE FROM flights WHERE id = 1");
  await socket.connect();
  expect(ids(await until(isLive))[0]).toBe(2);
  await socket.disconnect();
});
