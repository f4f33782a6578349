import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { applyOperations } from "../../difference/apply.ts";
import { difference } from "../../difference/difference.ts";
import { ModelDatabase } from "../../fixtures/model-database.ts";
import { ModelContent, modelPage, modelShape, modelTable } from "../../fixtures/model-view.ts";
import type { Row } from "../../row.ts";
import type { Step } from "../page/step.ts";
import { DEFAULT_ENGINE_LIMITS } from "./engine-limits.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import type { Group, GroupMember } from "./group.ts";

/** What is drawn in a test run: each number chooses what comes next. */
type Choices = readonly number[];

/** Writes down every state that a page has shown. */
class Watcher implements GroupMember {
  readonly group: Group;
  readonly states: { readonly position: bigint; readonly rows: readonly Row[] }[] = [];
  rows: readonly Row[] | null = null;

  constructor(group: Group) {
    this.group = group;
    group.members.add(this);
    if (group.shown !== null) this.#saw(group.shown.rows);
  }

  stepped(step: Step): void {
    const before = this.rows ?? [];
    expect(before).toEqual(this.rows === null ? [] : step.from.rows);
    const operations = difference(before, step.to.rows, this.group.shape.identity);
    this.rows = applyOperations(before, operations);
    this.states.push({ position: step.to.version.position, rows: this.rows });
    // What a member that comes now would be told.
    this.states.push({ position: this.group.version.position, rows: this.rows });
  }

  settled(): void {
    if (this.group.shown === null) return;
    if (this.rows === null || this.group.isLive) this.#saw(this.group.shown.rows);
  }

  stale(): void {
    throw new Error("Nothing fails here.");
  }

  #saw(rows: readonly Row[]): void {
    this.rows = rows;
    this.states.push({ position: this.group.version.position, rows });
  }
}

const anchors = ["start", "end", ["10", "5"], ["3", "0"]] as const;

async function start(engine: Engine, database: ModelDatabase): Promise<void> {
  const started = engine.start();
  await database.settle();
  await started;
}

async function play(choices: Choices, slack: number): Promise<Watcher[]> {
  const database = new ModelDatabase(modelTable);
  const engine = new Engine({
    source: database,
    limits: { ...DEFAULT_ENGINE_LIMITS, slack, maxSnapshots: 2, maxRetainedChanges: 6 },
    telemetry: {},
    arriving: () => {},
    startedOver: () => {},
    schemaChanged: async () => {},
  });
  const watchers: Watcher[] = [];
  const open = (choice: number): void => {
    const anchor = anchors[choice % anchors.length] as (typeof anchors)[number];
    const size = {
      before: anchor === "start" ? 0 : choice % 4,
      after: anchor === "end" ? 0 : 1 + (choice % 5),
    };
    const shape = modelShape(choice % 7, anchor, size);
    const group = engine.obtain(shape, () => new ModelContent(shape, slack));
    engine.groups.used(group);
    watchers.push(new Watcher(group));
  };
  const leave = (choice: number): void => {
    const [watcher] = watchers.splice(choice % Math.max(1, watchers.length), 1);
    if (watcher === undefined) return;
    watcher.group.members.delete(watcher);
    engine.groups.unused(watcher.group);
    if (choice % 3 === 0 && watcher.group.users === 0) engine.groups.remove(watcher.group);
    left.push(watcher);
  };
  const left: Watcher[] = [];
  await start(engine, database);

  for (let at = 0; at + 1 < choices.length; at += 2) {
    const choice = choices[at + 1] as number;
    switch ((choices[at] as number) % 12) {
      case 0:
        open(choice);
        break;
      case 1:
        if (choice % 2 === 0) leave(choice);
        break;
      case 2:
        if (choice % 4 === 0) database.alter();
        break;
      case 3:
      case 4:
        database.makeVisible(choice);
        break;
      case 5:
      case 6:
      case 7:
        database.deliver();
        break;
      case 8:
      case 9:
        database.run(choice);
        break;
      default: {
        const writes = new Map<string, string | null>();
        for (let n = 0; n <= choice % 3; n += 1) {
          const id = `${(choice >> (n + 2)) % 12}`;
          writes.set(id, choice % 5 === n ? null : `${(choice >> (n + 4)) % 15}`);
        }
        database.commit(writes);
      }
    }
    await turn();
  }
  await database.settle();
  const all = [...watchers, ...left];
  for (const { group, states } of all) {
    for (const [at, { position, rows }] of states.entries()) {
      const before = states[at - 1];
      if (before !== undefined) expect(position).toBeGreaterThanOrEqual(before.position);
      expect(rows).toEqual(modelPage(group.shape, database.stateAt(position).values()));
    }
  }
  for (const { group, rows } of watchers) {
    expect(group.isLive).toBe(true);
    expect(rows).toEqual(modelPage(group.shape, database.stateAt(database.position).values()));
  }
  for (const { group } of all) group.members.clear();
  await engine.close();
  return all;
}

describe("the hand-off", () => {
  test("pages are true at every version, whenever commits are seen and delivered", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 400 }),
        fc.integer({ min: 1, max: 4 }),
        async (choices, slack) => {
          await play(choices, slack);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("the stream", () => {
  async function flood(engine: Engine, count: number): Promise<{ readonly pauses: number }> {
    let pauses = 0;
    for (let number = 1; number <= count; number += 1) {
      const taken = engine.transaction({
        epoch: "epoch 1",
        position: BigInt(number * 10),
        previous: BigInt(number * 10 - 10),
        xid: BigInt(number),
        committedAt: 0,
        changes: [{ kind: "insert", table: modelTable.id, after: [`${number}`, "1"] }],
      });
      if (taken === undefined) continue;
      pauses += 1;
      await taken;
    }
    return { pauses };
  }

  function optionsOf(database: ModelDatabase, taking: () => void): EngineOptions {
    return {
      source: database,
      limits: DEFAULT_ENGINE_LIMITS,
      telemetry: { transaction: taking },
      arriving: () => {},
      startedOver: () => {},
      schemaChanged: async () => {},
    };
  }

  const engineOf = (database: ModelDatabase, taking: () => void): Engine =>
    new Engine(optionsOf(database, taking));

  /** A page of all rows. */
  function opened(engine: Engine): Group {
    const shape = modelShape(0, "start", { before: 0, after: 100 });
    const group = engine.obtain(shape, () => new ModelContent(shape, 1));
    engine.groups.used(group);
    return group;
  }

  test("others have their turn while a flood is taken in", async () => {
    // Whatever else the machine does, each takes 2 ms at the least.
    const engine = engineOf(new ModelDatabase(modelTable), () => {
      const until = performance.now() + 2;
      while (performance.now() < until);
    });
    let turns = 0;
    const over = new AbortController();
    const others = (async () => {
      while (!over.signal.aborted) {
        await turn();
        turns += 1;
      }
    })();
    await flood(engine, 50);
    over.abort();
    await others;
    expect(turns).toBeGreaterThanOrEqual(9);
    await engine.close();
  });

  test("what comes behind a gap is shown, though no snapshot sees it yet", async () => {
    const database = new ModelDatabase(modelTable);
    const engine = engineOf(database, () => {});
    await start(engine, database);
    database.commit(new Map([["1", "1"]]));
    await database.settle();
    const group = opened(engine);
    await database.settle();
    database.commit(new Map([["2", "2"]]));
    database.makeVisible(0);
    database.lose();
    database.commit(new Map([["3", "3"]]));
    database.deliver();
    // The second is in what is read, and the third comes by the stream alone.
    while (!group.isLive) {
      await turn();
      database.run(0);
    }
    expect(group.shown?.rows.map(([id]) => id)).toEqual(["1", "2", "3"]);
    await engine.close();
  });

  test("who waits to see what was delivered waits no longer when that history has ended", async () => {
    const database = new ModelDatabase(modelTable);
    const engine = engineOf(database, () => {});
    await start(engine, database);
    database.commit(new Map([["1", "1"]]));
    // Lost with the server that had told of it, as by a failover.
    database.deliver();
    const over = vi.fn<() => void>();
    const caughtUp = engine.whereabouts.caughtUp(new Set([modelTable.id])).then(over);
    const looks = async (count: number): Promise<void> => {
      for (let look = 0; look < count && over.mock.calls.length === 0;) {
        if (database.tasks > 0) look += 1;
        database.run(0);
        await turn();
      }
    };
    await looks(10);
    expect(over).not.toHaveBeenCalled();
    engine.epochChanged("another");
    await looks(Infinity);
    await caughtUp;
    await engine.close();
  });

  test("nothing is read before every check of the schema is over, also one that began meanwhile", async () => {
    const database = new ModelDatabase(modelTable);
    const checks: (() => void)[] = [];
    const engine = new Engine({
      ...optionsOf(database, () => {}),
      schemaChanged: () => new Promise((resolve) => checks.push(resolve)),
    });
    await start(engine, database);
    database.alter();
    database.makeVisible(0);
    database.deliver();
    const group = opened(engine);
    // One is lost, so that all is compared again.
    database.commit(new Map([["1", "1"]]));
    database.makeVisible(0);
    database.lose();
    database.commit(new Map([["2", "2"]]));
    database.makeVisible(0);
    database.deliver();
    expect(checks).toHaveLength(2);
    checks[0]?.();
    await turn();
    expect(database.tasks).toBe(0);
    checks[1]?.();
    await database.settle();
    expect(group.shown?.rows.map(([id]) => id)).toEqual(["1", "2"]);
    await engine.close();
  });

  test("what nobody needs is not retained, though no page is opened", async () => {
    const database = new ModelDatabase(modelTable);
    let most = 0;
    const engine = engineOf(database, () => {
      most = Math.max(most, engine.retention.size);
    });
    await start(engine, database);
    for (let round = 0; round < 10; round += 1) {
      database.commit(new Map(Array.from({ length: 1_000 }, (_, id) => [`${id}`, `${round}`])));
      await database.settle();
    }
    expect(most).toBeGreaterThan(1_000);
    expect(most).toBeLessThan(4_000);
    await engine.close();
  });
});
