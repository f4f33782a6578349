// What a page answers to `seen`, whatever it is asked.
import { PushError, type Socket } from "@slipstream/client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { PageMirror } from "../fixtures/page-mirror.ts";
import { serve, type Serving } from "../fixtures/serving.ts";
import { defineView } from "./index.ts";

const numbers = defineView({
  name: "numbers",
  table: "numbers",
  columns: { id: "integer", value: "integer" },
  policy: () => true,
});

const logged: unknown[] = [];
let serving: Serving;
let socket: Socket;

beforeAll(async () => {
  serving = await serve({
    sql: `CREATE TABLE numbers (id integer PRIMARY KEY, value integer NOT NULL);
      INSERT INTO numbers SELECT n, n FROM generate_series(1, 20) n`,
    tables: ["numbers"],
    views: [numbers],
    limits: { seenTimeout: 2_000 },
    logger: { error: (...line) => logged.push(line) },
  });
});
beforeEach(async () => {
  socket = await serving.socket();
});
afterEach(() => serving.disconnect());
afterAll(() => serving.close());

/** The reason for which it was refused. */
async function refusal(answer: Promise<unknown>): Promise<unknown> {
  const error: unknown = await answer.then(
    (response) => response,
    (error: unknown) => error,
  );
  return error instanceof PushError ? (error.response as { reason?: unknown }).reason : error;
}

test("what no transaction is called is refused, and what none is called yet is waited for", async () => {
  const page = await PageMirror.open(socket, "haste:numbers", { after: 3 });
  const ask = (xid: unknown) => refusal(page.push("seen", { xid }));
  const none = ["0", "2", `${2n ** 64n}`, "9".repeat(20), "-1", "1.5", "", " 7", "0x10", "1e3"];
  for (const xid of [...none, 0, -1, 1.5, 2 ** 53, null, true, [7], { xid: 7 }]) {
    expect({ xid, reason: await ask(xid) }).toEqual({ xid, reason: "invalid_page" });
  }
  expect(await refusal(page.push("seen"))).toBe("invalid_page");
  const current = BigInt(await serving.write("UPDATE numbers SET value = 0 WHERE id = 1"));
  const future = [`${2n ** 64n - 1n}`, `${current + 1_000n}`, Number(current) + 1_000];
  expect(await Promise.all(future.map(ask))).toEqual(future.map(() => "not_seen"));
  expect(logged).toEqual([]);
});

test("32 questions that no answer comes to hold up nobody, and one more is not begun", async () => {
  const page = await PageMirror.open(socket, "haste:numbers", { after: 3 });
  const beside = await PageMirror.open(socket, "haste:numbers:beside", { after: 5 });
  const others = await PageMirror.open(await serving.socket(), "haste:numbers", { after: 4 });
  const open = Array.from({ length: 32 }, () =>
    refusal(page.push("seen", { xid: `${2n ** 63n}` })),
  );
  expect(await refusal(page.push("grow", { after: 2 }))).toBe("too_fast");
  expect(await beside.push("count")).toEqual({ count: 20, more: false });
  expect(await others.push("grow", { after: 1 })).toEqual({});
  await serving.write("UPDATE numbers SET value = 77 WHERE id = 1");
  for (const each of [page, beside, others]) {
    await each.until(() => each.column("value")[0] === 77);
  }
  expect(await Promise.all(open)).toEqual(open.map(() => "not_seen"));
  expect(page.column("id")).toEqual([1, 2, 3]);
  expect(await page.push("grow", { after: 1 })).toEqual({});
  expect(page.column("id")).toEqual([1, 2, 3, 4]);
});
