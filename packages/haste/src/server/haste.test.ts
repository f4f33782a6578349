// Live pages end to end: PGlite, a real server, real sockets.
import { PushError, JoinError, type Socket } from "@slipstream/client";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from "vitest";
import { PageMirror } from "../fixtures/page-mirror.ts";
import { serve, type Serving, type TestUser } from "../fixtures/serving.ts";
import { defineJoinedView, defineView } from "./index.ts";

/** Whoever has the role gets the rows that this says; set by tests. */
let grants: Record<string, string[]> = {};

const flights = defineView({
  name: "flights",
  table: "flights",
  columns: {
    id: "integer",
    airline: "text",
    gate: "text | null",
    delay: "integer",
    note: "text | null",
  },
  orderable: ["delay", "gate"],
  order: [{ column: "delay" }],
  maxRows: 200,
  policy: (user: TestUser) => {
    if (user["sees"] === "nothing") return false;
    if (user["sees"] === "noNote") {
      return { rows: ["eq", "airline", "KL"], columns: ["id", "airline", "gate"] };
    }
    if (user["sees"] === "granted") return ["in", "airline", grants[user["id"] ?? ""] ?? []];
    return ["eq", "airline", user["airline"] ?? "KL"];
  },
});

const members = defineView<{ id: number; airline: string; delay: number | null }, TestUser>({
  name: "byMembership",
  table: "flights",
  columns: ["id", "airline", "delay"],
  policy: {
    tables: ["memberships"],
    decide: async (user) => {
      const { rows } = await serving.db.query<{ airline: string }>(
        "SELECT airline FROM memberships WHERE person = $1",
        [user["id"]],
      );
      return ["in", "airline", rows.map(({ airline }) => airline)];
    },
  },
});

const departures = defineJoinedView({
  name: "departures",
  sql: `SELECT f.id, f.delay, a.title FROM flights f JOIN airlines a ON a.code = f.airline`,
  tables: ["flights", "airlines"],
  columns: { id: "integer", delay: "integer", title: "text" },
  key: ["id"],
  debounce: 1,
  policy: () => true,
});

let serving: Serving;
let socket: Socket;

beforeAll(async () => {
  serving = await serve({
    sql: `
      CREATE TABLE airlines (code text PRIMARY KEY, title text NOT NULL);
      CREATE TABLE memberships (person text, airline text, PRIMARY KEY (person, airline));
      CREATE TABLE flights (
        id integer PRIMARY KEY, airline text NOT NULL, gate text, delay integer NOT NULL, note text,
        spare integer
      );`,
    tables: ["flights", "airlines", "memberships"],
    views: [flights, members, departures],
  });
});

afterAll(() => serving.close());

beforeEach(async () => {
  grants = {};
  await serving.write(`
    TRUNCATE flights, airlines, memberships;
    INSERT INTO airlines VALUES ('KL', 'KLM'), ('LH', 'Lufthansa');
    INSERT INTO flights SELECT n, CASE WHEN n % 2 = 0 THEN 'KL' ELSE 'LH' END, 'A' || n % 10, n, 'secret ' || n
      FROM generate_series(1, 100) n`);
  socket = await serving.socket();
});

afterEach(() => serving.disconnect());

const open = (params: object = {}, topic = "haste:flights"): Promise<PageMirror> =>
  PageMirror.open(socket, topic, params);

describe("a page", () => {
  test("shows its rows, and then just what changes in it", async () => {
    const page = await open({ filter: ["lt", "delay", 50], after: 3 });
    expect(page.rows).toEqual([
      [2, "KL", "A2", 2, "secret 2"],
      [4, "KL", "A4", 4, "secret 4"],
      [6, "KL", "A6", 6, "secret 6"],
    ]);
    expect(page.more).toEqual([false, true]);

    await page.seen(await serving.write("UPDATE flights SET gate = 'Z1' WHERE id IN (4, 5, 90)"));
    expect(page.heard.at(-1)).toMatchObject({
      event: "batch",
      payload: { ops: [["u", 1, [2, "Z1"]]] },
    });
    await page.seen(await serving.write("DELETE FROM flights WHERE id = 2"));
    await page.seen(await serving.write("UPDATE flights SET delay = 1 WHERE id = 6"));
    await page.seen(await serving.write("UPDATE flights SET airline = 'LH' WHERE id = 4"));
    const heard = page.heard.length;
    await page.seen(await serving.write("UPDATE flights SET gate = 'Z2' WHERE id > 20"));
    expect(page.heard.length).toBe(heard);
    expect(page.column("id")).toEqual([6, 8, 10]);
    expect(page.column("gate")).toEqual(["A6", "A8", "A0"]);
  });

  test("one transaction is one batch", async () => {
    const page = await open({ after: 5 });
    const heard = page.heard.length;
    await page.seen(
      await serving.write(
        "UPDATE flights SET note = 'x'; DELETE FROM flights WHERE id = 4; UPDATE flights SET id = 400 WHERE id = 6",
      ),
    );
    expect(page.heard.slice(heard).map(({ event }) => event)).toEqual(["batch"]);
    expect(page.column("id")).toEqual([2, 400, 8, 10, 12]);
  });

  test("opens at the end, around a key and where it stood before", async () => {
    const end = await open({ at: "end", before: 2 }, "haste:flights:end");
    expect(end.column("id")).toEqual([98, 100]);
    expect(end.more).toEqual([true, false]);

    const around = await open({ at: { key: [50] }, before: 1, after: 2 }, "haste:flights:around");
    expect(around.column("id")).toEqual([48, 50, 52]);
    expect(around.more).toEqual([true, true]);
    await around.seen(await serving.write("DELETE FROM flights WHERE id = 50"));
    expect(around.column("id")).toEqual([48, 52, 54]);

    const again = await open({ at: around.header?.at, before: 1, after: 2 }, "haste:flights:again");
    expect(again.header?.group).toBe(around.header?.group);
    await expect(open({ at: { key: [50] } }, "haste:flights:gone")).rejects.toMatchObject({
      response: { reason: "row_not_found" },
    });
    await expect(open({ at: { key: [51] } }, "haste:flights:other")).rejects.toMatchObject({
      response: { reason: "row_not_found" },
    });
  });

  test("grows and is resized by differences, also around a row that has gone", async () => {
    const page = await open({ at: { key: [50] }, before: 1, after: 1 });
    await serving.write("DELETE FROM flights WHERE id = 50");
    await page.push("grow", { before: 1, after: 2 });
    expect(page.column("id")).toEqual([46, 48, 52, 54, 56]);
    await Promise.all([page.push("grow", { after: 1 }), page.push("grow", { before: 1 })]);
    expect(page.column("id")).toEqual([44, 46, 48, 52, 54, 56, 58]);
    await page.push("resize", { before: 0, after: 1 });
    expect(page.column("id")).toEqual([52]);
    expect(page.heard.filter(({ event }) => event === "rows")).toHaveLength(1);
  });

  test("changes its filter and order, and keeps what it shows until then", async () => {
    const page = await open({ after: 3 });
    await page.push("change", {
      filter: ["eq", "gate", "A4"],
      order: [{ column: "delay", direction: "desc" }],
      after: 2,
    });
    expect(page.column("id")).toEqual([94, 84]);
    await expect(page.push("change", { filter: ["eq", "nothing", 1] })).rejects.toMatchObject({
      response: { reason: "invalid_filter" },
    });
    await page.seen(await serving.write("UPDATE flights SET gate = 'A4' WHERE id = 100"));
    expect(page.column("id")).toEqual([100, 94]);
  });

  test("is read again after TRUNCATE and a change of the table", async () => {
    const page = await open({ after: 2 });
    await page.seen(
      await serving.write("TRUNCATE flights; INSERT INTO flights VALUES (1, 'KL', NULL, 5, NULL)"),
    );
    expect(page.rows).toEqual([[1, "KL", null, 5, null]]);
    await page.seen(await serving.write("ALTER TABLE flights ADD COLUMN more integer DEFAULT 1"));
    await page.seen(await serving.write("UPDATE flights SET delay = 6"));
    expect(page.column("delay")).toEqual([6]);
    await serving.write("ALTER TABLE flights DROP COLUMN more");
  });

  test("does not mind what becomes of columns that no view has", async () => {
    const page = await open({ after: 2 });
    await page.seen(await serving.write("ALTER TABLE flights DROP COLUMN spare"));
    await page.seen(await serving.write("UPDATE flights SET gate = 'Z9' WHERE id = 2"));
    expect(page.column("gate")).toEqual(["Z9", "A4"]);
    const other = await open({ after: 1 }, "haste:flights:other");
    expect(other.column("id")).toEqual([2]);
    await serving.write("ALTER TABLE flights ADD COLUMN spare integer");
  });

  test("is paused, and then gets all that it missed in one batch", async () => {
    const page = await open({ after: 3 });
    await page.push("pause");
    const heard = page.heard.length;
    for (const id of [2, 4, 6]) await serving.write(`DELETE FROM flights WHERE id = ${id}`);
    const other = await open({ after: 3 }, "haste:flights:other");
    expect(other.column("id")).toEqual([8, 10, 12]);
    expect(page.heard.length).toBe(heard);
    await page.push("resume");
    await page.until(() => page.heard.length > heard);
    expect(page.heard.length).toBe(heard + 1);
    expect(page.column("id")).toEqual([8, 10, 12]);
  });

  test("tells why, without a value", async () => {
    const page = await open({ after: 1, why: true });
    const xid = await serving.write("DELETE FROM flights WHERE id = 2");
    await page.seen(xid);
    expect(page.heard.at(-1)?.payload).toMatchObject({ why: { xid, changes: [["delete", [2]]] } });
  });

  test("counts, up to a bound", async () => {
    const page = await open({ filter: ["lte", "delay", 60] });
    expect(await page.push("count")).toEqual({ count: 30, more: false });
    expect(await page.push("count", { cap: 10 })).toEqual({ count: 10, more: true });
  });

  test("says when what it is asked to see will not come", async () => {
    const page = await open();
    const { rows } = await serving.db.query<{ xid: string }>(
      "SELECT pg_current_xact_id()::text AS xid",
    );
    // It changed nothing, so that the stream never tells of it.
    await page.seen(rows[0]?.xid ?? "");
    await expect(page.push("seen", { xid: "x" })).rejects.toMatchObject({
      response: { reason: "invalid_page" },
    });
  });
});

describe("coming back", () => {
  test("replays what was missed, in one batch", async () => {
    const params = { filter: ["gt", "delay", 10], after: 3 };
    const page = await open(params);
    const { version, header } = page;
    await page.channel.leave();
    await serving.write("DELETE FROM flights WHERE id = 12");
    await serving.write("UPDATE flights SET note = 'x' WHERE id = 14");
    const resume = { group: header?.group, version };
    const again = new PageMirror(socket, "haste:flights:again", { ...params, resume });
    again.rows = page.rows;
    again.header = header;
    expect(await again.join()).toMatchObject({ resumed: "replay" });
    await again.until(() => again.states.length > 0);
    expect(again.heard.map(({ event }) => event)).toEqual(["batch"]);
    expect(again.column("id")).toEqual([14, 16, 18]);
  });

  test("reloads when the group is another, or the version unknown", async () => {
    const params = { after: 2 };
    const page = await open(params);
    for (const resume of [
      { group: "other", version: page.version },
      { group: page.header?.group, version: "other/1" },
      { group: page.header?.group, version: "nonsense" },
      { group: page.header?.group, version: page.version.replace(/\d+$/u, "99999999") },
    ]) {
      const again = new PageMirror(socket, "haste:flights:again", { ...params, resume });
      expect(await again.join()).toMatchObject({ resumed: "reload" });
      await again.until(() => again.states.length > 0);
      expect(again.column("id")).toEqual([2, 4]);
      await again.channel.leave();
    }
  });
});

describe("policies", () => {
  test("cannot be widened by what a client says", async () => {
    for (const filter of [
      ["or", ["eq", "airline", "LH"], ["and"]],
      ["not", ["eq", "airline", "KL"]],
      ["in", "airline", ["KL", "LH"]],
    ]) {
      const page = await open({ filter, after: 200 }, `haste:flights:${JSON.stringify(filter)}`);
      expect(new Set(page.column("airline")).has("LH")).toBe(false);
      expect(await page.push("count")).toMatchObject({
        count: page.rows.length,
      });
    }
  });

  test("hide columns from rows, filters, orders and positions alike", async () => {
    const user = await serving.socket({ sees: "noNote" });
    const page = await PageMirror.open(user, "haste:flights", { after: 2 });
    expect(page.header?.columns.map(([name]) => name)).toEqual(["id", "airline", "gate"]);
    expect(page.rows).toEqual([
      [2, "KL", "A2"],
      [4, "KL", "A4"],
    ]);
    const heard = page.heard.length;
    await page.seen(await serving.write("UPDATE flights SET note = 'more' WHERE id = 2"));
    expect(page.heard.length).toBe(heard);
    for (const params of [
      { filter: ["eq", "note", "secret 2"] },
      { order: [{ column: "delay" }] },
      { columns: ["note"] },
    ]) {
      await expect(PageMirror.open(user, "haste:flights:x", params)).rejects.toThrow(JoinError);
    }
    const around = await PageMirror.open(user, "haste:flights:y", { at: { key: [4] } });
    expect(around.header?.at).toEqual({ position: [4] });
  });

  test("forbid", async () => {
    const user = await serving.socket({ sees: "nothing" });
    await expect(PageMirror.open(user, "haste:flights")).rejects.toMatchObject({
      response: { reason: "forbidden" },
    });
  });

  test("when refreshed, take away what is lost before anything else", async () => {
    grants = { ann: ["KL", "LH"] };
    const user = await serving.socket({ id: "ann", sees: "granted" });
    const page = await PageMirror.open(user, "haste:flights", { after: 4 });
    expect(page.column("id")).toEqual([1, 2, 3, 4]);
    const states = page.states.length;
    grants = { ann: ["LH"] };
    await serving.haste.refresh("ann");
    await page.until(() => page.rows.length === 4 && page.states.length > states);
    expect(page.states[states]).toMatchObject({ partial: true });
    expect(page.states[states]?.rows.map(([id]) => id)).toEqual([1, 3]);
    expect(page.column("id")).toEqual([1, 3, 5, 7]);

    grants = {};
    await serving.haste.refresh(({ id }) => id === "ann");
    await page.until(() => page.rows.length === 0);
  });

  test("are decided anew when a table that they look at changes, in the same transaction too", async () => {
    await serving.write("INSERT INTO memberships VALUES ('bob', 'KL'), ('bob', 'LH')");
    const user = await serving.socket({ id: "bob" });
    const page = await PageMirror.open(user, "haste:byMembership", { after: 4 });
    expect(page.column("id")).toEqual([1, 2, 3, 4]);
    const states = page.states.length;
    await serving.write(
      "DELETE FROM memberships WHERE airline = 'KL'; UPDATE flights SET delay = delay + 1000",
    );
    await page.until(() => page.column("id").includes(7));
    expect(page.states[states]).toMatchObject({ partial: true });
    // Nothing of what was lost has been told of after it was lost.
    for (const { rows } of page.states.slice(states)) {
      expect(rows.map(([, airline]) => airline)).not.toContain("KL");
    }
    expect(page.rows).toEqual([
      [1, "LH", 1001],
      [3, "LH", 1003],
      [5, "LH", 1005],
      [7, "LH", 1007],
    ]);
  });

  test("are decided anew when changes of what they look at may have been missed", async () => {
    await serving.write("INSERT INTO memberships VALUES ('bob', 'KL'), ('bob', 'LH')");
    const user = await serving.socket({ id: "bob" });
    const page = await PageMirror.open(user, "haste:byMembership", { after: 3 });
    expect(page.column("id")).toEqual([1, 2, 3]);
    // As the log is cut off by itself when nobody takes from it.
    await serving.write(`
      DELETE FROM memberships WHERE airline = 'KL';
      UPDATE haste.state SET epoch = gen_random_uuid(), acknowledged = (SELECT max(id) FROM haste.log);
      DELETE FROM haste.log`);
    await page.until(() => page.column("id").includes(5));
    expect(page.column("id")).toEqual([1, 3, 5]);
  });
});

describe("a joined view", () => {
  test("is true again after changes in any of its tables", async () => {
    const page = await PageMirror.open(socket, "haste:departures", {
      filter: ["eq", "title", "KLM"],
      after: 2,
    });
    expect(page.rows).toEqual([
      [2, 2, "KLM"],
      [4, 4, "KLM"],
    ]);
    await page.seen(await serving.write("DELETE FROM flights WHERE id = 2"));
    expect(page.column("id")).toEqual([4, 6]);
    await page.seen(await serving.write("UPDATE airlines SET title = 'K' WHERE code = 'KL'"));
    expect(page.rows).toEqual([]);
  });
});

describe("what is asked wrongly", () => {
  test("is refused, and says why", async () => {
    await expect.poll(() => serving.haste.stats().pages).toBe(0);
    for (const [params, reason] of [
      [{ filter: "x" }, "invalid_filter"],
      [{ order: [{ column: "note" }] }, "invalid_order"],
      [{ after: -1 }, "invalid_page"],
      [{ after: 201 }, "too_many_rows"],
      [{ at: { key: ["x"] } }, "invalid_page"],
      [{ nothing: 1 }, "invalid_page"],
      [{ filter: ["contains", "id", "'; DROP TABLE flights; --"] }, "invalid_filter"],
    ] as const) {
      await expect(open(params)).rejects.toMatchObject({ response: { reason } });
    }
    expect(serving.haste.stats().pages).toBe(0);
  });

  test("in a push leaves the page as it is", async () => {
    const page = await open({ after: 2 });
    for (const [event, payload] of [
      ["grow", { after: 1_000 }],
      ["resize", { after: "x" }],
      ["why", { on: 1 }],
      ["other", {}],
    ] as const) {
      await expect(page.push(event, payload)).rejects.toThrow(PushError);
    }
    await page.seen(await serving.write("DELETE FROM flights WHERE id = 2"));
    expect(page.column("id")).toEqual([4, 6]);
  });
});

test("pages that are equal are kept once, and nothing is left of those that were left", async () => {
  const params = { filter: ["gt", "delay", 77], after: 2 };
  const same = { after: 2, filter: ["and", ["gt", "delay", 77], ["gt", "delay", 77]] };
  await expect.poll(() => serving.haste.stats().pages).toBe(0);
  const one = await open(params, "haste:flights:1");
  const two = await open(same, "haste:flights:2");
  expect(two.header?.group).toBe(one.header?.group);
  expect(serving.haste.stats().pages).toBe(2);
  await one.channel.leave();
  await two.channel.leave();
  await expect.poll(() => serving.haste.stats().pages).toBe(0);
});
