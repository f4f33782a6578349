// A reader is sent each step, or owed one difference (P23, H4).
import { describe, expect, test } from "vitest";
import type { ModelSnapshot } from "../../fixtures/model-database.ts";
import { ModelContent, modelShape } from "../../fixtures/model-view.ts";
import type { Row } from "../../row.ts";
import type { Transaction } from "../../source/source.ts";
import { Group, type GroupHost } from "../engine/group.ts";
import type { Version } from "../engine/version.ts";
import { Member } from "./member.ts";
import type { Reader } from "./reader.ts";
import type { PageShape } from "./page-shape.ts";
import type { Shown } from "./shown.ts";

/** A connection whose client reads when the test says so. */
class TestReader implements Reader {
  readonly said: (readonly [event: string, payload: unknown])[] = [];
  bufferedAmount = 0;
  #drain: () => void = () => {};

  push(event: string, payload: unknown): void {
    this.said.push([event, JSON.parse(JSON.stringify(payload))]);
  }

  drained(): Promise<void> {
    return new Promise((resolve) => (this.#drain = resolve));
  }

  /** It has taken all that waited. */
  async drain(): Promise<void> {
    this.bufferedAmount = 0;
    this.#drain();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }

  get events(): readonly string[] {
    return this.said.map(([event]) => event);
  }

  get last(): unknown {
    return this.said.at(-1)?.[1];
  }
}

class TestGroup implements GroupHost {
  version: Version = { epoch: "e", position: 10n };
  interruption: Error | null = null;
  readonly group: Group;

  private constructor(shape: PageShape, content: ModelContent) {
    this.group = new Group("group", shape, content, this);
  }

  static async of(rows: readonly Row[]): Promise<TestGroup> {
    const shape = modelShape(0, "start", { before: 0, after: 5 });
    const content = new ModelContent(shape, 5);
    const load = await content.read({ rows } as ModelSnapshot);
    load();
    const test = new TestGroup(shape, content);
    test.group.state = "live";
    test.group.publish(test.version, null);
    return test;
  }

  reread(group: Group): void {
    group.state = "reading";
  }

  /** One transaction that inserts a row, or deletes it. */
  change(kind: "insert" | "delete", row: Row): void {
    const position = this.version.position + 10n;
    const change =
      kind === "insert"
        ? ({ kind, table: "public.numbers", after: row } as const)
        : ({ kind, table: "public.numbers", before: row } as const);
    this.version = { epoch: "e", position };
    const transaction: Transaction = {
      ...this.version,
      previous: position - 10n,
      xid: position,
      committedAt: 0,
      changes: [change],
    };
    this.group.take(transaction);
  }
}

const rows: Row[] = [
  ["1", "1"],
  ["2", "2"],
];

async function opened(): Promise<{ reader: TestReader; member: Member; test: TestGroup }> {
  const reader = new TestReader();
  const test = await TestGroup.of(rows);
  const member = new Member(reader, 100, { why: false });
  member.showAnew(test.group, '{"group":"group"}');
  return { reader, member, test };
}

describe("a reader", () => {
  test("is sent all rows, and then each step", async () => {
    const { reader, test } = await opened();
    expect(reader.said).toEqual([
      [
        "rows",
        {
          version: "e/10",
          of: 2,
          more: [false, false],
          from: 0,
          rows: [
            [1, 1],
            [2, 2],
          ],
          page: { group: "group" },
        },
      ],
    ]);
    test.change("insert", ["3", "0"]);
    expect(reader.last).toEqual({ version: "e/20", more: [false, false], ops: [["i", 0, [3, 0]]] });
  });

  test("that is slow is owed one difference, whatever happens meanwhile", async () => {
    const { reader, test } = await opened();
    reader.bufferedAmount = 101;
    test.change("insert", ["3", "3"]);
    const said = reader.said.length;
    for (let count = 0; count < 100; count += 1) {
      test.change("insert", ["4", "4"]);
      test.change("delete", ["4", "4"]);
    }
    test.change("delete", ["1", "1"]);
    expect(reader.said.length).toBe(said);
    await reader.drain();
    expect(reader.said.length).toBe(said + 1);
    expect(reader.last).toEqual({ version: "e/2030", more: [false, false], ops: [["r", 0]] });
  });

  test("that is held for two reasons is held until both are over", async () => {
    const { reader, member, test } = await opened();
    member.hold("paused");
    member.hold("policy");
    test.change("delete", ["1", "1"]);
    member.release("paused");
    expect(reader.events).toEqual(["rows"]);
    member.release("policy");
    expect(reader.events).toEqual(["rows", "batch"]);
  });

  test("that is held is told nothing when nothing is different in the end", async () => {
    const { reader, member, test } = await opened();
    member.hold("paused");
    test.change("delete", ["1", "1"]);
    test.change("insert", ["1", "1"]);
    member.release("paused");
    expect(reader.events).toEqual(["rows"]);
  });

  test("loses rows that it may not see at once, held or not, and without their values", async () => {
    const { reader, member } = await opened();
    member.hold("paused");
    member.narrow((row) => row[0] !== "1");
    expect(reader.last).toEqual({
      version: "e/10",
      more: [false, false],
      ops: [["r", 0]],
      partial: true,
    });
  });

  test("that knows a newer version is shown nothing older", async () => {
    const reader = new TestReader();
    const test = await TestGroup.of(rows);
    test.group.state = "reading";
    test.version = { epoch: "e", position: 30n };
    const member = new Member(reader, 100, { why: false });
    member.knows({ epoch: "e", position: 20n });
    member.showAnew(test.group, "{}");
    expect(reader.said).toEqual([]);
    test.group.state = "live";
    test.group.wasRead();
    expect(reader.last).toMatchObject({ version: "e/30", of: 2 });
  });

  test.each(["answered", "told that it is live"])(
    "that was %s at a version is shown nothing older, and told of nothing older",
    async (how) => {
      const { reader, member, test } = await opened();
      test.version = { epoch: "e", position: 20n };
      if (how === "answered") {
        expect(await member.reaches(15n, 10_000)).toEqual({ epoch: "e", position: 20n });
      } else {
        member.stale();
        test.group.wasRead();
        expect(reader.last).toEqual({ version: "e/20" });
      }
      // It is read once more, and is known to be true until when it was published.
      test.group.state = "reading";
      expect(await member.reaches(5n, 10_000)).toEqual({ epoch: "e", position: 20n });
      const other = await TestGroup.of([["9", "9"]]);
      other.group.state = "reading";
      const said = reader.said.length;
      member.show(other.group, "{}");
      expect(reader.said.length).toBe(said);
      other.version = { epoch: "e", position: 30n };
      other.group.state = "live";
      other.group.wasRead();
      expect(reader.last).toMatchObject({ version: "e/30", page: {} });
    },
  );

  test("hears once that its page is stale, and once that it is live", async () => {
    const { reader, member, test } = await opened();
    member.stale();
    member.stale();
    test.group.wasRead();
    test.group.wasRead();
    expect(reader.events).toEqual(["rows", "stale", "live"]);
  });

  test("that comes while no changes do hears that its page is stale", async () => {
    const test = await TestGroup.of(rows);
    test.interruption = new Error("away");
    const reader = new TestReader();
    const member = new Member(reader, 100, { why: false });
    member.showAnew(test.group, "{}");
    const again = new TestReader();
    const resumed = new Member(again, 100, { why: false });
    resumed.resume(test.group, test.group.shown as Shown);
    test.interruption = null;
    test.group.wasRead();
    expect(reader.events).toEqual(["rows", "stale", "live"]);
    expect(again.events).toEqual(["stale", "live"]);
  });

  test("is told when it has been sent what is true at a position", async () => {
    const { member, test } = await opened();
    member.hold("paused");
    const reached = member.reaches(20n, 10_000);
    test.change("delete", ["1", "1"]);
    member.release("paused");
    expect(await reached).toEqual({ epoch: "e", position: 20n });
    const never = member.reaches(99n, 10_000);
    member.end();
    expect(await never).toBe(null);
  });
});
