// Policies that do not answer, or fail: nobody is shown what they have not allowed, and nobody waits for
// them without end (P24).
import type { Socket } from "@slipstream/client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PageMirror } from "../fixtures/page-mirror.ts";
import { serve, type Serving, type TestUser } from "../fixtures/serving.ts";
import { gate } from "../fixtures/until.ts";
import { defineView } from "./index.ts";

/** How policies decide; set by tests. */
let decide: (user: TestUser) => readonly string[] | Promise<readonly string[]>;
const logged: [string, unknown][] = [];

const notes = defineView({
  name: "notes",
  table: "notes",
  columns: { id: "integer", team: "text" },
  policy: async (user: TestUser) => ["in", "team", await decide(user)],
});

let serving: Serving;

beforeAll(async () => {
  serving = await serve({
    sql: `
      CREATE TABLE notes (id integer PRIMARY KEY, team text NOT NULL);
      INSERT INTO notes VALUES (1, 'a'), (2, 'b')`,
    tables: ["notes"],
    views: [notes],
    limits: { policyTimeout: 1_000 },
    logger: { error: (message, error) => logged.push([message, error]) },
  });
});

afterAll(() => serving.close());
afterEach(() => {
  logged.length = 0;
  return serving.disconnect();
});

const all = (): readonly string[] => ["a", "b"];
const never = (): Promise<never> => new Promise(() => {});
const heard = (page: PageMirror): readonly string[] => page.heard.map(({ event }) => event);
const open = (socket: Socket): Promise<PageMirror> => PageMirror.open(socket, "haste:notes");

test("one that does not answer when a page is opened is given up, and the log is told", async () => {
  decide = never;
  const socket = await serving.socket({ id: "ann" });
  await expect(open(socket)).rejects.toMatchObject({ response: { reason: "unavailable" } });
  expect(logged.map(([, error]) => String(error))).toEqual([
    "Error: The policy of notes has not decided within 1000 ms.",
  ]);
  decide = all;
  expect((await open(socket)).rows).toHaveLength(2);
});

test("many that do not answer hold up no other, and refresh() ends", async () => {
  decide = all;
  const slow = await serving.socket({ id: "slow" });
  const topics = Array.from({ length: 20 }, (_, at) => `haste:notes:${at}`);
  await Promise.all(topics.map((topic) => PageMirror.open(slow, topic)));
  const bob = await open(await serving.socket({ id: "bob" }));
  decide = ({ id }) => (id === "slow" ? never() : ["a"]);
  const everybody = serving.haste.refresh(() => true);
  await serving.haste.refresh("bob");
  await bob.until(() => bob.rows.length < 2);
  expect(bob.rows).toEqual([[1, "a"]]);
  await everybody;
});

test("while one fails its page says that it is stale, shows nothing new and counts nothing", async () => {
  decide = all;
  const page = await open(await serving.socket({ id: "ann" }));
  expect(await page.push("count")).toEqual({ count: 2, more: false });
  decide = () => Promise.reject(new Error("away"));
  await serving.haste.refresh("ann");
  await page.until(() => heard(page).includes("stale"));
  await serving.write("INSERT INTO notes VALUES (3, 'b')");
  await expect(page.push("count")).rejects.toMatchObject({ response: { reason: "unavailable" } });
  expect(page.rows).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
  // It is asked again by itself.
  decide = () => ["b"];
  await page.until(() => heard(page).includes("live"));
  expect(page.rows).toEqual([
    [2, "b"],
    [3, "b"],
  ]);
  expect(await page.push("count")).toEqual({ count: 2, more: false });
  await serving.write("DELETE FROM notes WHERE id = 3");
});

test("a count that is asked for while one decides is of what it says", async () => {
  decide = all;
  const page = await open(await serving.socket({ id: "ann" }));
  const [asked, said] = [gate(), gate<readonly string[]>()];
  decide = () => {
    asked.open();
    return said.opened;
  };
  const refreshed = serving.haste.refresh("ann");
  await asked.opened;
  const counted = page.push("count");
  // What is asked behind it is answered, so the server has it.
  await page.push("why", { on: false });
  said.open(["a"]);
  expect(await counted).toEqual({ count: 1, more: false });
  await refreshed;
});
