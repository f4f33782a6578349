// Pages of the client against the server's end: PGlite, a real server, real sockets.
import type { Socket } from "@slipstream/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { serve, type Serving } from "../fixtures/serving.ts";
import { until } from "../fixtures/page-state.ts";
import { defineView } from "../server/index.ts";
import { openList } from "./list/open-list.ts";
import { openPage } from "./open-page.ts";
import type { Why } from "./wire.ts";

interface Flight {
  readonly id: number;
  readonly gate: string | null;
  readonly delay: number;
}

const flights = defineView<Flight>({
  name: "flights",
  table: "flights",
  columns: ["id", "gate", "delay"],
  order: [{ column: "delay" }],
  maxRows: 200,
  policy: () => decide(),
});

/** What the policy of the view says. */
let decide = (): boolean => true;

let serving: Serving;
let socket: Socket;

beforeAll(async () => {
  serving = await serve({
    sql: "CREATE TABLE flights (id integer PRIMARY KEY, gate text, delay integer NOT NULL)",
    tables: ["flights"],
    views: [flights],
    limits: { maxPagesPerUser: 40 },
  });
});

afterAll(() => serving.close());

beforeEach(async () => {
  decide = () => true;
  await serving.write(`TRUNCATE flights;
    INSERT INTO flights SELECT n, 'A' || n % 10, n FROM generate_series(1, 100) n`);
  socket = await serving.socket({ id: "me" });
});

afterEach(() => serving.disconnect());

const ids = ({ rows }: { readonly rows: readonly Flight[] }): number[] => rows.map(({ id }) => id);

describe("a live page", () => {
  test("loads, and stays true; rows that did not change are the same objects, told of once", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    expect(page.state).toMatchObject({ status: "loading", rows: [] });
    const { rows, hasNext, hasPrevious } = await page.ready();
    expect(rows).toEqual([
      { id: 1, gate: "A1", delay: 1 },
      { id: 2, gate: "A2", delay: 2 },
      { id: 3, gate: "A3", delay: 3 },
    ]);
    expect({ hasNext, hasPrevious }).toEqual({ hasNext: true, hasPrevious: false });

    let told = 0;
    page.subscribe(() => (told += 1));
    await page.seen(
      await serving.write(
        "UPDATE flights SET gate = 'Z' WHERE id IN (2, 50); UPDATE flights SET delay = 200 WHERE id = 1",
      ),
    );
    expect(ids(page.state)).toEqual([2, 3, 4]);
    expect(page.rows[0]).toEqual({ id: 2, gate: "Z", delay: 2 });
    expect(page.rows[1]).toBe(rows[2]);
    expect(told).toBe(1);
  });

  test("grows both ways from around a key", async () => {
    const page = openPage<Flight>(socket, "flights", { at: { key: [50] }, limit: 4 });
    expect(ids(await page.ready())).toEqual([48, 49, 50, 51]);
    await page.next(2);
    expect(ids(page.state)).toEqual([48, 49, 50, 51, 52, 53]);
    await page.previous(1);
    expect(ids(page.state)).toEqual([47, 48, 49, 50, 51, 52, 53]);
    expect(page.state.status).toBe("live");
  });

  test("changes its filter and order while the old rows stay", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    const { rows } = await page.ready();
    const changed = page.change({
      where: ["lte", "delay", 10],
      orderBy: [{ column: "delay", direction: "desc" }],
      limit: 2,
    });
    expect(page.state).toMatchObject({ status: "stale", rows });
    await changed;
    expect(page.state.status).toBe("live");
    expect(ids(page.state)).toEqual([10, 9]);
  });

  test("more rows, and rows from elsewhere, come while it stays live", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    await page.ready();
    const statuses = new Set<string>();
    page.subscribe(() => statuses.add(page.state.status));
    await page.next(2);
    await page.change({ at: { position: [50, 50] }, limit: 4 });
    expect(ids(page.state)).toEqual([48, 49, 50, 51]);
    // Where a row would stand that there is not.
    await serving.write("DELETE FROM flights WHERE id = 70");
    await page.change({ at: { position: [70, 70] }, limit: 2 });
    expect(ids(page.state)).toEqual([69, 71]);
    expect([...statuses]).toEqual(["live"]);
  });

  test("a position that has not the order's columns is refused, and the page is what it was", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 1 });
    await page.ready();
    for (const position of [[], [1], [1, 2, 3], ["x", 1]]) {
      const moved = page.change({ at: { position }, limit: 1 });
      await expect(moved).rejects.toMatchObject({ code: "invalid_page" });
    }
    expect(page.state.status).toBe("live");
    expect(ids(page.state)).toEqual([1]);
  });

  test("a change that is refused leaves the page as it was, and live", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 2 });
    await page.ready();
    const wrong = { where: ["eq", "nowhere", 1] } as never;
    await expect(page.change(wrong)).rejects.toMatchObject({ code: "invalid_filter" });
    expect(page.state.status).toBe("live");
    await page.next(1);
    expect(ids(page.state)).toEqual([1, 2, 3]);
  });

  test("changes that were refused together leave no trace, also after a lost connection", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 2 });
    await page.ready();
    const wrong = { where: ["eq", "nowhere", 1] } as never;
    const refused = expect.objectContaining({ code: "invalid_filter" });
    const asked = await Promise.allSettled([page.change(wrong), page.change(wrong)]);
    expect(asked.map((one) => one.status === "rejected" && one.reason)).toEqual([refused, refused]);
    void serving.server.disconnect("me");
    await until(page, ({ status }) => status === "stale");
    expect(ids(await page.ready())).toEqual([1, 2]);
    expect(page.state.cameBack).toBe("replay");
  });

  test("what is refused when the connection comes back leaves the page as it was", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    await page.ready();
    void serving.server.disconnect("me");
    await until(page, ({ status }) => status === "stale");
    const [many, filtered] = await Promise.allSettled([
      page.next(5_000),
      page.change({ where: ["lte", "delay", 2] }),
    ]);
    expect(many).toMatchObject({ reason: { code: "too_many_rows" } });
    expect(filtered).toMatchObject({ reason: { code: "too_many_rows" } });
    expect(ids(await page.ready())).toEqual([1, 2, 3]);
  });

  test("what may be seen no longer when the connection comes back ends the page", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 2 });
    await page.ready();
    decide = () => false;
    void serving.server.disconnect("me");
    const { error } = await until(page, ({ status }) => status === "error");
    expect(error).toMatchObject({ code: "forbidden" });
    expect(serving.haste.stats().pages).toBe(0);
  });

  test("what the server cannot give when the connection comes back is asked for again", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 2 });
    await page.ready();
    decide = () => {
      decide = () => true;
      throw new Error("The policy's database is away.");
    };
    void serving.server.disconnect("me");
    const { error } = await until(page, (state) => state.error !== null);
    expect(error).toMatchObject({ isTemporary: true });
    expect(ids(await page.ready())).toEqual([1, 2]);
  });

  test("closing a page rejects what was asked of it, in a subscriber too", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 2 });
    await page.ready();
    page.subscribe(() => void page.close());
    await expect(page.next(1)).rejects.toMatchObject({ code: "closed" });
    await expect(page.next(1)).rejects.toMatchObject({ code: "closed" });
    expect(page.state.status).toBe("closed");
    await page.close();
    expect(serving.haste.stats().pages).toBe(0);
  });

  test("says why it cannot be had", async () => {
    const page = openPage(socket, "flights", { where: ["eq", "nowhere", 1] });
    await expect(page.ready()).rejects.toMatchObject({ code: "invalid_filter" });
    expect(page.state).toMatchObject({ status: "error", error: { code: "invalid_filter" } });
    const none = openPage(socket, "flights", { at: { key: [12_345] } });
    await expect(none.ready()).rejects.toMatchObject({ code: "row_not_found" });
  });

  test("is not waited for without end: its policy throws, and it is asked for again and again", async () => {
    decide = () => {
      throw new Error("no such user");
    };
    const page = openPage<Flight>(socket, "flights");
    const list = openList<Flight>(socket, "flights", { orderBy: [] });
    const { error } = await until(page, (state) => state.error !== null);
    expect(error).toMatchObject({ code: "unavailable" });
    const given = { code: "not_ready", cause: error, isTemporary: true };
    await expect(page.ready({ timeout: 1 })).rejects.toMatchObject({
      ...given,
      message: expect.stringMatching(
        /^The page of the view "flights" was not ready within 1 ms\. It is loading, since unavailable: /u,
      ),
    });
    await expect(list.ready({ timeout: 1 })).rejects.toMatchObject({ code: "not_ready" });

    const abort = new AbortController();
    const waiting = page.ready({ signal: abort.signal, timeout: Infinity });
    abort.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    const { signal } = abort;
    await expect(page.ready({ signal })).rejects.toMatchObject({ code: "aborted" });

    // It has gone on meanwhile.
    decide = () => true;
    expect((await page.ready()).error).toBeNull();
    await expect(page.ready({ timeout: 0 })).rejects.toMatchObject({ code: "invalid_page" });
    await expect(page.ready({ patience: 1 } as object)).rejects.toThrow(
      "There is no option patience. There are signal, timeout.",
    );
  });

  test("is waited for for 10 s, if nothing else is said", async () => {
    decide = () => {
      throw new Error("no such user");
    };
    const page = openPage<Flight>(socket, "flights");
    const list = openList<Flight>(socket, "flights", { orderBy: [] });
    await until(page, (state) => state.error !== null);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const said = Promise.all(
        [page.ready(), list.ready()].map((wait) =>
          expect(wait).rejects.toThrow("was not ready within 10000 ms."),
        ),
      );
      await vi.advanceTimersByTimeAsync(10_000);
      await said;
    } finally {
      vi.useRealTimers();
    }
  });

  test("takes no option that there is not, which would give other rows than are meant", async () => {
    const mistyped = { were: ["eq", "id", 1] } as object;
    const refused = {
      code: "invalid_page",
      message: "There is no option were. There are where, orderBy, at, limit, columns.",
    };
    expect(() => openPage(socket, "flights", mistyped)).toThrow(expect.objectContaining(refused));
    const page = openPage<Flight>(socket, "flights", { limit: 1 });
    await expect(page.change(mistyped)).rejects.toMatchObject(refused);
    expect(() => openPage(socket, "flights", {}, { why: true } as object)).toThrow(
      "There is no option why. There are onWhy, onError.",
    );
    expect(() => openList(socket, "flights", { orderBy: [], limit: 3 } as never)).toThrow(
      "There is no option limit. There are where, orderBy.",
    );
    expect(() => openList(socket, "flights", { orderBy: [] }, { steps: 3 } as object)).toThrow(
      "There is no option steps. There are maxRows, step, onWhy, onError.",
    );
    // What is undefined is left out, whatever its name.
    expect(
      ids(
        await openPage<Flight>(socket, "flights", { were: undefined, limit: 1 } as object).ready(),
      ),
    ).toEqual([1]);
  });

  test("tells a wrong number by the name that its caller gave it", async () => {
    expect(() => openPage(socket, "flights", { limit: 1.5 })).toThrow(
      "limit is a whole number of rows, from 0.",
    );
    const page = openPage<Flight>(socket, "flights", { limit: 1 });
    const refused = (name: string): object => ({
      code: "invalid_page",
      message: `The ${name} is a whole number of rows, from 0.`,
    });
    await expect(page.next(-5)).rejects.toMatchObject(refused("count of next"));
    await expect(page.previous(Number.NaN)).rejects.toMatchObject(refused("count of previous"));
    await expect(page.count("x" as never)).rejects.toMatchObject(refused("cap of count"));
    await expect(page.change({ limit: -1 })).rejects.toMatchObject({ code: "invalid_page" });
    expect(ids(await page.ready())).toEqual([1]);
  });

  test("of a view that there is not ends, and says so", async () => {
    const page = openPage(socket, "flight");
    await expect(page.ready()).rejects.toMatchObject({
      code: "no_view",
      message: expect.stringMatching(/^There is no view "flight" on this server\./u),
      isTemporary: false,
    });
    expect(page.state.status).toBe("error");
  });

  test("comes back after a lost connection with what it missed", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    const { rows } = await page.ready();
    void serving.server.disconnect("me");
    await until(page, ({ status }) => status === "stale");
    expect(page.rows).toBe(rows);
    await serving.write("DELETE FROM flights WHERE id = 1");
    await until(page, ({ status, rows: [first] }) => status === "live" && first?.id === 2);
    expect(page.state.cameBack).toBe("replay");
    expect(page.rows[0]).toBe(rows[1]);
  });

  test("what is asked for while the connection is away comes with it", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    await page.ready();
    void serving.server.disconnect("me");
    await until(page, ({ status }) => status === "stale");
    await page.next(2);
    expect(ids(page.state)).toEqual([1, 2, 3, 4, 5]);
    expect(page.state).toMatchObject({ status: "live", cameBack: "replay" });
  });

  test("what is given up while the connection is away does not come with it", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    await page.ready();
    void serving.server.disconnect("me");
    await until(page, ({ status }) => status === "stale");
    const over = new AbortController();
    const options = { signal: over.signal };
    const asked = [
      page.next(2, options),
      page.previous(1, options),
      page.change({ orderBy: [{ column: "delay", direction: "desc" }] }, options),
    ];
    over.abort("enough");
    for (const each of asked) {
      await expect(each).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    }
    await expect(page.next(1, options)).rejects.toMatchObject({ code: "aborted" });
    await until(page, ({ status }) => status === "live");
    expect(ids(page.state)).toEqual([1, 2, 3]);
    await page.next(2);
    expect(ids(page.state)).toEqual([1, 2, 3, 4, 5]);
  });

  test("what is asked of it is not waited for beyond a timeout", async () => {
    decide = () => {
      throw new Error("The policy fails.");
    };
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    for (const ask of [
      page.next(2, { timeout: 20 }),
      page.previous(2, { timeout: 20 }),
      page.change({ limit: 2 }, { timeout: 20 }),
    ]) {
      await expect(ask).rejects.toMatchObject({ code: "not_ready" });
    }
    await expect(page.next(1, { timeout: -1 })).rejects.toMatchObject({ code: "invalid_page" });
    decide = () => true;
    await page.ready();
  });

  test("more than it may have, asked for while the connection is away, is refused alone", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    const { rows } = await page.ready();
    void serving.server.disconnect("me");
    await until(page, ({ status }) => status === "stale");
    await serving.write("DELETE FROM flights WHERE id = 1");
    await expect(page.next(5_000)).rejects.toMatchObject({ code: "too_many_rows" });
    await until(page, ({ rows: [first] }) => first?.id === 2);
    expect(ids(page.state)).toEqual([2, 3, 4]);
    expect(page.state).toMatchObject({ status: "live", cameBack: "replay" });
    expect(page.rows[0]).toBe(rows[1]);
  });

  test("pauses, and shows at once what came meanwhile", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    const { rows } = await page.ready();
    await page.pause();
    expect(page.state.status).toBe("paused");
    await serving.write("DELETE FROM flights WHERE id = 1");
    await serving.write("DELETE FROM flights WHERE id = 2");
    const other = openPage<Flight>(socket, "flights", { limit: 1 });
    expect(ids(await other.ready())).toEqual([3]);
    expect(page.rows).toBe(rows);
    let told = 0;
    page.subscribe(() => (told += 1));
    await page.resume();
    await until(page, ({ rows: [first] }) => first?.id === 3);
    expect(page.state.status).toBe("live");
    expect(told).toBeLessThanOrEqual(2);
  });

  test("shows nothing new while it is paused: who waits for that is told to resume it", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    await page.ready();
    await page.pause();
    const xid = await serving.write("DELETE FROM flights WHERE id = 1");
    await expect(page.seen(xid)).rejects.toMatchObject({
      code: "not_seen",
      message: expect.stringContaining("resume()"),
    });
    void page.resume();
    await page.seen(xid);
    expect(ids(page.state)).toEqual([2, 3, 4]);
  });

  test("stays paused through a lost connection, whatever was under way", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 3 });
    const { rows } = await page.ready();
    const paused = page.pause();
    void serving.server.disconnect("me");
    await paused;
    await until(page, ({ status }) => status === "stale");
    await serving.write("DELETE FROM flights WHERE id = 1");
    await until(page, ({ status }) => status === "paused");
    // Whatever the server sends it of its own accord stands before this answer.
    await page.count();
    expect(page.rows).toBe(rows);
    const resumed = page.resume();
    void serving.server.disconnect("me");
    await resumed;
    await until(page, ({ rows: [first] }) => first?.id === 2);
    expect(page.state.cameBack).toBe("replay");
    await page.close();
    await expect(page.pause()).rejects.toMatchObject({ code: "closed" });
  });

  test("comes back when there is room for it again", async () => {
    const away = await serving.socket({ id: "me" }, { reconnect: () => 3_600_000 });
    const page = openPage<Flight>(away, "flights", { limit: 2 });
    const { rows } = await page.ready();
    void serving.server.disconnect("me");
    await until(page, ({ status }) => status === "stale");
    socket = await serving.socket({ id: "me" });
    const others = Array.from({ length: 40 }, () => openPage(socket, "flights", { limit: 1 }));
    await Promise.all(others.map((other) => other.ready()));
    void away.connect();
    const { status, error } = await until(page, (state) => state.error !== null);
    expect({ status, error }).toMatchObject({ status: "stale", error: { code: "too_many_pages" } });
    await others[0]?.close();
    expect((await page.ready()).rows).toEqual(rows);
    const more = openPage(socket, "flights");
    await expect(more.ready()).rejects.toMatchObject({ code: "too_many_pages" });
  });

  test("counts, up to a cap", async () => {
    const page = openPage<Flight>(socket, "flights", { where: ["lte", "delay", 10], limit: 2 });
    await page.ready();
    expect(await page.count()).toEqual({ count: 10, isCapped: false });
    expect(await page.count(4)).toEqual({ count: 4, isCapped: true });
    expect(page.state.total).toEqual({ count: 4, isCapped: true });
  });

  test("says which transaction moved it", async () => {
    const told: (Why | null)[] = [];
    const page = openPage<Flight>(
      socket,
      "flights",
      { limit: 2 },
      { onWhy: (why) => told.push(why) },
    );
    await page.ready();
    const xid = await serving.write("UPDATE flights SET gate = 'W' WHERE id = 2");
    await page.seen(xid);
    await page.next(2);
    expect(told).toEqual([{ xid, committedAt: expect.any(Number), changes: [["update", [2]]] }]);
  });

  test("a listener that throws is reported, and stops nobody else", async () => {
    const errors: unknown[] = [];
    const page = openPage<Flight>(
      socket,
      "flights",
      { limit: 1 },
      { onError: (e) => errors.push(e) },
    );
    let told = 0;
    page.subscribe(() => {
      throw new Error("mine");
    });
    page.subscribe(() => (told += 1));
    await page.ready();
    expect(errors).toEqual(expect.arrayContaining([expect.objectContaining({ message: "mine" })]));
    expect(told).toBeGreaterThan(0);
  });

  test("closes: the server lets go of it, and the rows stay", async () => {
    const page = openPage<Flight>(socket, "flights", { limit: 2 });
    const { rows } = await page.ready();
    expect(serving.haste.stats().pages).toBe(1);
    const waits = page.seen(2n ** 40n).catch((error: unknown) => error);
    await page.close();
    expect(await waits).toMatchObject({ code: "closed" });
    expect(serving.haste.stats().pages).toBe(0);
    expect(page.state).toMatchObject({ status: "closed", rows });
    await expect(page.ready()).rejects.toMatchObject({ code: "closed" });
    await expect(page.seen(1n)).rejects.toMatchObject({ code: "closed" });
    await expect(page.count()).rejects.toMatchObject({ code: "closed" });
  });

  test("many pages share the socket: opening and closing them opens no connection", async () => {
    const { opened } = serving.server.stats();
    const pages = Array.from({ length: 30 }, (_, number) =>
      openPage<Flight>(socket, "flights", { where: ["eq", "id", number + 1], limit: 1 }),
    );
    const states = await Promise.all(pages.map((page) => page.ready()));
    expect(states.map((state) => ids(state))).toEqual(pages.map((_, number) => [number + 1]));
    await Promise.all(pages.map((page) => page.close()));
    expect(serving.server.stats()).toMatchObject({ opened, live: { websocket: 1, channel: 0 } });
  });
});
