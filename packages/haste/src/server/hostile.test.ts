// Whoever asks for too much, or in bad faith, or does not read (P23, P24).
import { JoinError, type PushError, type Socket } from "@slipstream/client";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PageMirror } from "../fixtures/page-mirror.ts";
import { serve, type Serving } from "../fixtures/serving.ts";
import { defineView } from "./index.ts";

const documents = defineView({
  name: "documents",
  table: "documents",
  columns: { id: "integer", owner: "text", body: "text" },
  policy: () => ["eq", "owner", "ann"],
});

let serving: Serving;

beforeAll(async () => {
  serving = await serve({
    sql: `
      CREATE TABLE documents (id integer PRIMARY KEY, owner text NOT NULL, body text NOT NULL, hidden text);
      INSERT INTO documents SELECT n, CASE WHEN n % 2 = 0 THEN 'ann' ELSE 'bob' END, 'body ' || n, 'hidden'
        FROM generate_series(1, 40) n`,
    tables: ["documents"],
    views: [documents],
    limits: {
      maxOpenRate: 10_000,
      maxBehind: 1_024,
      maxPagesPerConnection: 3,
      maxIdleText: 100_000,
    },
  });
});

afterAll(() => serving.close());
afterEach(() => serving.disconnect());

const reasonOf = (error: unknown): unknown =>
  error instanceof JoinError ? (error.response as { reason?: unknown }).reason : error;

async function tryToOpen(socket: Socket, params: object): Promise<unknown> {
  return PageMirror.open(socket, "haste:documents", params).catch(reasonOf);
}

test("no page leads to a row or a column that the policy does not allow", async () => {
  const socket = await serving.socket();
  const good = fc.constantFrom("owner", "body");
  const column = fc.oneof(
    { weight: 6, arbitrary: good },
    { weight: 1, arbitrary: fc.constantFrom("id", "hidden", "__proto__", 'id" OR true --') },
  );
  const value = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom("ann", "bob", "body 1", "' OR '1'='1", "%", "") },
    { weight: 1, arbitrary: fc.constantFrom(-1, 2, true, null) },
  );
  const { filter } = fc.letrec<{ filter: unknown }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      {
        weight: 4,
        arbitrary: fc.tuple(fc.constantFrom("eq", "ne", "lt", "prefix"), column, value),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom("isNull", "isNotNull"), column) },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constant("in"), column, fc.array(value, { maxLength: 3 })),
      },
      { weight: 2, arbitrary: fc.tuple(fc.constant("not"), tie("filter")) },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom("and", "or"), tie("filter"), tie("filter")),
      },
      { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    ),
  }));
  const order = fc.array(fc.record({ column, direction: fc.constantFrom("asc", "desc") }), {
    maxLength: 2,
  });
  const at = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("start", "end") },
    { weight: 1, arbitrary: fc.record({ key: fc.tuple(fc.nat(50)) }) },
    { weight: 1, arbitrary: fc.record({ position: fc.array(value, { maxLength: 2 }) }) },
  );
  const columns = fc.array(column, { maxLength: 3 });
  let opened = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({ filter, order, at, columns }, { requiredKeys: [] }),
      async (params) => {
        const page = await tryToOpen(socket, params);
        if (!(page instanceof PageMirror)) {
          expect(page).toBeOneOf([
            "invalid_page",
            "invalid_filter",
            "invalid_order",
            "row_not_found",
          ]);
          return;
        }
        opened += 1;
        const names = page.header?.columns.map(([name]) => name) ?? [];
        expect(["id", "owner", "body"]).toEqual(expect.arrayContaining(names));
        for (const id of page.column("id")) expect(Number(id) % 2).toBe(0);
        await page.channel.leave();
      },
    ),
    { numRuns: 200 },
  );
  expect(opened).toBeGreaterThan(20);
  expect(serving.haste.stats().pages).toBe(0);
});

test("pages of one connection are bounded, and a page that was left makes room", async () => {
  const socket = await serving.socket();
  const pages = await Promise.all(
    ["a", "b", "c"].map((name) => PageMirror.open(socket, `haste:documents:${name}`)),
  );
  const fourth = new PageMirror(socket, "haste:documents:d");
  expect(await fourth.join().catch(reasonOf)).toBe("too_many_pages");
  await pages[0]?.channel.leave();
  await PageMirror.open(socket, "haste:documents:e");
});

test("pages that are opened and left, each large, cost no more than a bound of them", async () => {
  const socket = await serving.socket();
  for (let count = 1; count <= 20; count += 1) {
    const bodies = Array.from({ length: 30 }, (_, at) => `${count} ${at}`.padEnd(800, "x"));
    const page = await PageMirror.open(socket, "haste:documents", {
      filter: ["in", "body", bodies],
    });
    await page.channel.leave();
  }
  const { groups, idleGroups } = serving.haste.stats();
  expect(groups).toBe(idleGroups);
  expect(idleGroups).toBeGreaterThan(0);
  expect(idleGroups).toBeLessThan(5);
});

test.each([
  [
    "a filter",
    {
      filter: [
        "or",
        ...Array.from({ length: 60 }, () => ["in", "body", Array(500).fill("body 1 xx")]),
      ],
    },
  ],
  ["a position", { order: [{ column: "body" }], at: { position: ["x".repeat(2 ** 20), 1] } }],
])("%s that is too large to be kept is refused", async (_what, params) => {
  const socket = await serving.socket();
  expect(await tryToOpen(socket, params)).toMatch(/^invalid_(filter|page)$/);
});

test("a reader that does not read is owed one difference, and the others get theirs", async () => {
  const slow = await serving.socket({}, { maxPause: 60_000 });
  const quick = await serving.socket();
  const page = await PageMirror.open(slow, "haste:documents");
  const other = await PageMirror.open(quick, "haste:documents");
  slow.pause();
  const updates = 40;
  for (let count = 1; count <= updates; count += 1) {
    const xid = await serving.write(
      `UPDATE documents SET body = repeat('${count % 10}', 20000) || '${count}'`,
    );
    await other.seen(xid);
  }
  const batches = ({ heard }: PageMirror): number =>
    heard.filter(({ event }) => event === "batch").length;
  expect(batches(other)).toBe(updates);
  slow.resume();
  const last = other.column("body")[0];
  await page.until(() => page.column("body")[0] === last);
  expect(page.rows).toEqual(other.rows);
  expect(batches(page)).toBeLessThan(updates);
  expect(serving.server.stats().endsByReason.overflow).toBe(0);
});

test("whatever is asked of an open page, and written meanwhile, it tells of nobody else's rows", async () => {
  await serving.write("UPDATE documents SET body = 'secret ' || id WHERE owner <> 'ann'");
  const word = fc.constantFrom("ann", "bob", "secret 1", "' OR true --", "start", "end", "owner");
  const column = fc.constantFrom("owner", "owner", "body", "body", "body", "hidden");
  const odd = fc.oneof(word, fc.jsonValue({ maxDepth: 2 }));
  const mostly = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 15, arbitrary }, { weight: 1, arbitrary: odd });
  const comparison = fc.tuple(fc.constantFrom("eq", "ne", "prefix"), column, word);
  const rows = mostly(fc.integer({ min: 0, max: 50 }));
  const optional = { requiredKeys: [] };
  const page = fc.record(
    {
      filter: mostly(
        fc.oneof(comparison, fc.tuple(fc.constantFrom("or", "and"), comparison, comparison)),
      ),
      order: mostly(
        fc.array(fc.record({ column: fc.constantFrom("owner", "body") }), { maxLength: 1 }),
      ),
      after: rows,
      columns: mostly(fc.array(fc.constantFrom("id", "owner", "body"), { maxLength: 3 })),
    },
    optional,
  );
  const asked = fc.oneof(
    fc.record({ event: fc.constant("change"), payload: page }),
    fc.record({
      event: fc.constantFrom("grow", "resize"),
      payload: fc.record({ before: rows, after: rows }, optional),
    }),
    fc.record({ event: fc.constant("count"), payload: fc.record({ cap: rows }, optional) }),
    fc.record({ event: fc.constant("why"), payload: fc.record({ on: fc.boolean() }) }),
    fc.record({
      event: fc.constantFrom("change", "grow", "count", "pause"),
      payload: fc.dictionary(fc.constantFrom("filter", "at", "policy", "columns"), odd),
    }),
  );
  // Rows go to somebody else and come back; what they hold is then his, in the same transaction.
  const written = fc.record({ id: fc.integer({ min: 1, max: 40 }), isTaken: fc.boolean() });
  const socket = await serving.socket();
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(asked, written), { maxLength: 12 }), async (steps) => {
      const page = await PageMirror.open(socket, "haste:documents");
      const said: unknown[] = [];
      const heed = (answer: unknown): unknown => said.push(answer);
      const answers: Promise<unknown>[] = [];
      for (const step of steps) {
        if ("event" in step) {
          const answered = page.push(step.event, step.payload);
          answers.push(answered.then(heed, ({ response }: PushError) => heed(response)));
          continue;
        }
        const { id, isTaken } = step;
        const [owner, body] = isTaken ? ["bob", "secret"] : ["ann", "mine"];
        await serving.write(
          `UPDATE documents SET owner = '${owner}', body = '${body} ' || id WHERE id = ${id}`,
        );
      }
      await Promise.all(answers);
      await page.push("resume");
      await page.seen(await serving.write("UPDATE documents SET hidden = 'seen' WHERE id = 1"));
      changed += page.headers - 1;
      expect(JSON.stringify(page.heard)).not.toContain("secret");
      expect(page.column("owner").every((owner) => owner === "ann" || owner === null)).toBe(true);
      const fields = said.flatMap((answer) => Object.keys(answer as object));
      expect(["count", "more", "reason", "message"]).toEqual(expect.arrayContaining(fields));
      await page.channel.leave();
    }),
    { numRuns: 60, endOnFailure: true },
  );
  expect(changed).toBeGreaterThan(20);
});
