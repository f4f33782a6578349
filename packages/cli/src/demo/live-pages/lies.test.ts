// What is held against the database can fail: pages that are told something else are found out.
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFlights } from "../flights-file.ts";
import type { FlightsDatabase } from "./flights-database.ts";
import { LivePages } from "./live-pages.ts";
import type { AlterMessage } from "./page-wire.ts";
import { pgliteFlights } from "./pglite-flights.ts";

const SHOWN = "every live page shows what the database says";
const CAME = "every live page came, and came back";

let db: FlightsDatabase;
let live: LivePages;

beforeAll(async () => {
  db = await pgliteFlights();
  live = await LivePages.open({
    db,
    flights: await readFlights({ rows: 5_000 }),
    tell: () => undefined,
    signal: new AbortController().signal,
  });
});

afterAll(async () => {
  await live.close();
  await db.close();
});

async function broken(alter: AlterMessage): Promise<readonly string[]> {
  const { haste, checks } = await live.check(alter);
  const names = checks.filter(({ held }) => !held).map(({ what }) => what);
  expect(haste.differences > 0).toBe(names.includes(SHOWN));
  expect(live.visitorsAlive).toBe(0);
  return names;
}

test("pages that are told the truth", async () => {
  expect(await broken((message) => message)).toEqual([]);
});

test("one field of one row", async () => {
  let lied = false;
  const names = await broken((message) => {
    if (lied || message.type !== "serverPush" || message.event !== "rows") return message;
    lied = true;
    const payload = message.payload as { readonly rows: readonly (readonly unknown[])[] };
    const [first = [], ...others] = payload.rows;
    const [id, date, , ...rest] = first;
    return { ...message, payload: { ...payload, rows: [[id, date, -1_000, ...rest], ...others] } };
  });
  expect(names).toEqual([SHOWN]);
});

test("changes of one page that are kept back", async () => {
  let topic: string | null = null;
  const names = await broken((message) => {
    if (message.type !== "serverPush" || message.event !== "batch") return message;
    // What makes the page another one is let through.
    if ("page" in (message.payload as object)) return message;
    topic ??= message.topic;
    if (message.topic !== topic) return message;
    return { ...message, payload: { ...(message.payload as object), ops: [] } };
  });
  expect(names).toContain(SHOWN);
});

test("one page that is refused", async () => {
  let lied = false;
  const names = await broken((message) => {
    if (lied || message.type !== "reply" || !message.topic.startsWith("haste:")) return message;
    lied = true;
    return { ...message, status: "error", response: { reason: "forbidden", message: "no" } };
  });
  expect(names).toContain(CAME);
});
