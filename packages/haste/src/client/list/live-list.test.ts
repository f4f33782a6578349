// Lists against the server's end: PGlite, a real server, real sockets.
import type { Socket } from "@slipstream/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { serve, type Serving } from "../../fixtures/serving.ts";
import { defineView } from "../../server/index.ts";
import { openList } from "./open-list.ts";
import type { ListState } from "./list-state.ts";
import type { LiveList } from "./live-list.ts";

interface Flight {
  readonly id: number;
  readonly gate: string;
  readonly delay: number;
}

const flights = defineView<Flight>({
  name: "flights",
  table: "flights",
  columns: ["id", "gate", "delay"],
  maxRows: 100,
  policy: () => true,
});

let serving: Serving;
let socket: Socket;

beforeAll(async () => {
  serving = await serve({
    sql: `CREATE TABLE flights (id integer PRIMARY KEY, gate text NOT NULL, delay integer NOT NULL);
      CREATE INDEX ON flights (delay, id)`,
    tables: ["flights"],
    views: [flights],
  });
});

afterAll(() => serving.close());

beforeEach(async () => {
  await serving.write(`TRUNCATE flights;
    INSERT INTO flights SELECT n, 'A' || n % 10, n / 3 FROM generate_series(1, 1000) n`);
  socket = await serving.socket({ id: "me" });
});

afterEach(() => serving.disconnect());

const BY_DELAY = [{ column: "delay" }] as const;
const SMALL = { maxRows: 60, step: 20 };

type State = ListState<Flight>;

function until(list: LiveList<Flight>, is: (state: State) => boolean): Promise<State> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!is(list.state)) return;
      end();
      resolve(list.state);
    };
    const end = list.subscribe(look);
    look();
  });
}

/** The rows that are known at these places. */
function at({ rows, first }: State, from: number, to: number): (number | undefined)[] {
  return Array.from({ length: to - from + 1 }, (_, index) => rows[from - first + index]?.id);
}

const isKnown = (from: number, to: number) => (state: State) =>
  !at(state, from, to).includes(undefined);

/** Scrolls by `rows` at a time, as a view does: along with what has moved. */
class View {
  from = 0;
  readonly height = 10;
  readonly #list: LiveList<Flight>;
  #moved = 0;

  constructor(list: LiveList<Flight>) {
    this.#list = list;
  }

  async by(rows: number): Promise<(number | undefined)[]> {
    this.#follow();
    const most = Math.max(0, this.#list.state.length - this.height);
    this.from = Math.min(Math.max(0, this.from + rows), most);
    this.#list.look(this.from, this.from + this.height - 1);
    const state = await until(this.#list, (state) => {
      this.#follow();
      const end = Math.min(this.from + this.height, state.length) - 1;
      return state.status === "live" && isKnown(this.from, end)(state);
    });
    return at(state, this.from, Math.min(this.from + this.height, state.length) - 1);
  }

  #follow(): void {
    const { moved } = this.#list.state;
    this.from += moved - this.#moved;
    this.#moved = moved;
  }
}

describe("a list", () => {
  test("is scrolled from the first row to the last and back, knowing few of them at a time", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    const view = new View(list);
    let most = 0;
    list.subscribe(() => (most = Math.max(most, list.state.rows.length)));
    const down = new Set<number | undefined>();
    while (!down.has(1000)) for (const id of await view.by(7)) down.add(id);
    expect([...down]).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(list.state).toMatchObject({ length: 1000, hasNext: false });
    const up = new Set(await view.by(0));
    while (!up.has(1)) for (const id of (await view.by(-7)).reverse()) up.add(id);
    expect(up.size).toBe(1000);
    expect(list.state).toMatchObject({ first: 0, hasPrevious: false });
    expect(most).toBeLessThanOrEqual(SMALL.maxRows);
    await list.close();
  });

  test("stays live all the way", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    await list.ready();
    const statuses = new Set<string>();
    list.subscribe(() => statuses.add(list.state.status));
    const view = new View(list);
    for (let times = 0; times < 30; times += 1) await view.by(9);
    expect([...statuses]).toEqual(["live"]);
    await list.close();
  });

  test("what is looked at stays where it is while rows come and go before it", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    const view = new View(list);
    await list.ready();
    const seen = await view.by(15);
    const xid = await serving.write(
      "INSERT INTO flights SELECT 2000 + n, 'new', 1 FROM generate_series(1, 5) n; DELETE FROM flights WHERE id = 2",
    );
    await list.seen(xid);
    expect(await view.by(0)).toEqual(seen);
    expect(list.state.rows.map(({ id }) => id)).toContain(2001);
    await list.close();
  });

  test("says whether its places were counted from the first row", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    const view = new View(list);
    const isTrue = ({ rows, first }: State): boolean => rows[0]?.id === first + 1;
    expect(list.state.isCounted).toBe(false);
    for (let times = 0; times < 30; times += 1) {
      await view.by(9);
      expect(list.state).toSatisfy((state: State) => state.isCounted && isTrue(state));
    }
    await list.toEnd();
    expect(list.state).toSatisfy((state: State) => !state.isCounted && !isTrue(state));
    view.from = list.state.length - 10;
    // Where it was before, by the break that was kept of there.
    await view.by(90 - view.from);
    expect(list.state).toSatisfy((state: State) => state.isCounted && isTrue(state));
    await view.by(list.state.length);
    expect(list.state.isCounted).toBe(false);
    await list.toStart();
    expect(list.state.isCounted).toBe(true);
    await list.close();
  });

  test("at the very top, rows that come first are seen to come", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    const view = new View(list);
    await list.ready();
    await list.seen(await serving.write("INSERT INTO flights VALUES (5000, 'new', -1)"));
    expect((await view.by(0))[0]).toBe(5000);
    await list.close();
  });

  test("goes to its end, up from there, and to its start", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    await list.ready();
    await list.toEnd();
    expect(list.state.jump).toEqual({ to: "end" });
    const { length } = list.state;
    expect(at(list.state, length - 1, length - 1)).toEqual([1000]);
    const view = new View(list);
    view.from = length - 10;
    const up = new Set((await view.by(0)).reverse());
    while (up.size < 300) for (const id of (await view.by(-9)).reverse()) up.add(id);
    expect([...up].slice(0, 300)).toEqual(Array.from({ length: 300 }, (_, index) => 1000 - index));
    await list.toStart();
    expect(list.state).toMatchObject({ first: 0, jump: { to: "start" } });
    expect(list.state.rows[0]?.id).toBe(1);
    await list.close();
  });

  test("gets back at once to places that it has let go of", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    const view = new View(list);
    const seen = await view.by(0);
    const middle: (number | undefined)[] = [];
    for (let times = 0; times < 60; times += 1) {
      const rows = await view.by(9);
      if (view.from === 270) middle.push(...rows);
    }
    const { joins } = serving.server.stats();
    expect(await view.by(270 - view.from)).toEqual(middle);
    expect(await view.by(-1000)).toEqual(seen);
    expect(serving.server.stats().joins).toEqual(joins);
    await list.close();
  });

  test("another filter and another order begin at the start; old rows stay until then", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    const view = new View(list);
    for (let times = 0; times < 20; times += 1) await view.by(9);
    const { rows } = list.state;
    const changed = list.change({
      where: ["eq", "gate", "A7"],
      orderBy: [
        { column: "delay", direction: "desc" },
        { column: "id", direction: "desc" },
      ],
    });
    await until(list, ({ status }) => status === "stale");
    expect(list.state.rows).toEqual(rows);
    await changed;
    expect(list.state).toMatchObject({ first: 0, status: "live", jump: { to: "start" } });
    expect(list.state.rows.slice(0, 3).map(({ id }) => id)).toEqual([997, 987, 977]);
    await list.close();
  });

  test("of changes that are asked for at once the last counts, and all are answered", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    await list.ready();
    await Promise.all(
      [1, 2, 3, 4].map((gate) =>
        list.change({ where: ["eq", "gate", `A${gate}`], orderBy: BY_DELAY }),
      ),
    );
    expect(list.state.rows[0]?.id).toBe(4);
    await list.close();
  });

  test("a filter that is refused leaves the list as it was", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    await list.ready();
    const wrong = list.change({ where: ["eq", "nowhere", 1] as never, orderBy: BY_DELAY });
    await expect(wrong).rejects.toMatchObject({ code: "invalid_filter" });
    const view = new View(list);
    expect(await view.by(25)).toEqual(Array.from({ length: 10 }, (_, index) => 26 + index));
    await list.close();
  });

  test("a view that allows fewer rows than were asked for is enough", async () => {
    const list = openList<Flight>(
      socket,
      "flights",
      { orderBy: BY_DELAY },
      { maxRows: 1_000, step: 40 },
    );
    const view = new View(list);
    const seen = new Set<number | undefined>();
    for (let times = 0; times < 30; times += 1) for (const id of await view.by(9)) seen.add(id);
    expect(seen.size).toBe(30 * 9 + 1);
    expect(list.state.rows.length).toBeLessThanOrEqual(100);
    await list.close();
  });

  test("comes back after a lost connection where it was", async () => {
    const list = openList<Flight>(socket, "flights", { orderBy: BY_DELAY }, SMALL);
    const view = new View(list);
    for (let times = 0; times < 20; times += 1) await view.by(9);
    const seen = await view.by(0);
    void serving.server.disconnect("me");
    const rows = await until(list, ({ status }) => status === "stale");
    expect(at(rows, view.from, view.from + 9)).toEqual(seen);
    await list.ready();
    expect(await view.by(0)).toEqual(seen);
    for (let times = 0; times < 20; times += 1) await view.by(9);
    await list.close();
    expect(list.state.status).toBe("closed");
  });
});
