// Whatever order nodes change, fall silent and lose messages in: in the end everybody knows the same,
// and what members were told adds up to it.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { NodeMessage } from "../cluster/node-message.ts";
import type { PresenceDiff, PresenceList } from "./presence-table.ts";
import { Presences } from "./presences.ts";

const TOPIC = "room:1";
const NAMES = ["a", "b", "c"].map((letter) => letter.repeat(32));

interface Said {
  readonly from: number;
  readonly message: NodeMessage;
}

/** Nodes without a network: a test decides which message arrives. */
class World {
  readonly nodes: readonly Presences[];
  /** By node: what its members make of the diffs that they were told. */
  readonly views: Map<string, string>[] = NAMES.map(() => new Map());
  readonly trackers: readonly object[][] = NAMES.map(() => [{}, {}, {}]);
  #said: Said[] = [];

  constructor() {
    this.nodes = NAMES.map(
      (node, index) =>
        new Presences({
          node,
          tell: (_topic, diff) => this.#told(index, diff),
          publish: (message) => this.#said.push({ from: index, message }),
        }),
    );
  }

  /** Delivers what was said, but what `drops` says of each. */
  deliver(drops: () => boolean): void {
    for (const node of this.nodes) node.flush();
    while (this.#said.length > 0) {
      for (const { from, message } of this.#said.splice(0)) {
        for (const [to, node] of this.nodes.entries()) {
          if (to !== from && !drops()) node.said(NAMES[from] as string, copy(message));
        }
      }
      for (const node of this.nodes) node.flush();
    }
  }

  /** Everybody says that he lives, and is heard. */
  heartbeat(): void {
    for (const [from, { seq }] of this.nodes.entries()) {
      for (const [to, node] of this.nodes.entries()) {
        if (to !== from) node.lives(NAMES[from] as string, seq);
      }
    }
  }

  #told(index: number, { joins, leaves }: PresenceDiff): void {
    const view = this.views[index] as Map<string, string>;
    for (const [key, ref] of refsOf(leaves)) {
      expect(view.get(ref), "who leaves was there").toBe(key);
      view.delete(ref);
    }
    for (const [key, ref] of refsOf(joins)) {
      expect(view.has(ref), "who joins was not there").toBe(false);
      view.set(ref, key);
    }
  }
}

function copy(message: NodeMessage): NodeMessage {
  return JSON.parse(JSON.stringify(message)) as NodeMessage;
}

function refsOf(list: PresenceList): [key: string, ref: string][] {
  return Object.entries(list).flatMap(([key, { metas }]) =>
    metas.map(({ phx_ref: ref }): [string, string] => [key, ref]),
  );
}

const node = fc.nat(NAMES.length - 1);
const tracker = fc.nat(2);
const key = fc.constantFrom("ann", "bob", "__proto__", "constructor");
const step = fc.oneof(
  fc.record({ type: fc.constant("track" as const), node, tracker, key }),
  fc.record({ type: fc.constant("update" as const), node, tracker, key }),
  fc.record({ type: fc.constant("untrack" as const), node, tracker, key }),
  fc.record({ type: fc.constant("end" as const), node, tracker }),
  fc.record({
    type: fc.constant("deliver" as const),
    drops: fc.array(fc.boolean(), { maxLength: 9 }),
  }),
  fc.record({ type: fc.constant("heartbeat" as const) }),
  fc.record({ type: fc.constant("vanished" as const), node, of: node }),
);

test("in the end every node knows what every node tracks", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = new World();
      let mood = 0;
      for (const taken of steps) {
        if (taken.type === "deliver") {
          const drops = [...taken.drops];
          world.deliver(() => drops.shift() ?? false);
          continue;
        }
        if (taken.type === "heartbeat") {
          world.heartbeat();
          continue;
        }
        const presences = world.nodes[taken.node] as Presences;
        if (taken.type === "vanished") {
          if (taken.of !== taken.node) presences.vanished(NAMES[taken.of] as string);
          continue;
        }
        const who = world.trackers[taken.node]?.[taken.tracker] as object;
        mood += 1;
        if (taken.type === "track") presences.track(who, TOPIC, taken.key, { mood });
        else if (taken.type === "update") presences.update(who, TOPIC, taken.key, () => ({ mood }));
        else if (taken.type === "untrack") presences.untrack(who, taken.key);
        else presences.end(who);
      }
      world.deliver(() => false);
      world.heartbeat();
      world.deliver(() => false);
      const known = world.nodes.map(
        (each) => new Map(refsOf(each.list(TOPIC)).map(([name, ref]) => [ref, name])),
      );
      for (const [index, view] of world.views.entries()) {
        expect(known[index]).toEqual(known[0]);
        expect(view).toEqual(known[0]);
      }
    }),
    { numRuns: 500 },
  );
});

test("a meta is a copy, without a prototype to reach", () => {
  const [presences] = new World().nodes as [Presences];
  const meta = { mood: { is: "good" } };
  presences.track({}, TOPIC, "ann", meta);
  meta.mood.is = "bad";
  expect(presences.metas(TOPIC, "ann")).toEqual([
    { mood: { is: "good" }, phx_ref: expect.any(String) },
  ]);
  expect(Object.getPrototypeOf(presences.list(TOPIC))).toBe(null);
});

test("a node that claims another's refs takes nothing away with it", () => {
  const [node, forger] = NAMES as [string, string];
  const presences = new Presences({ node, tell: () => {}, publish: () => {} });
  presences.track({}, TOPIC, "ann", {});
  const [ours] = presences.metas(TOPIC, "ann");
  const entry = [TOPIC, "ann", ours?.phx_ref as string, {}] as const;
  presences.said(forger, { type: "presencesChanged", seq: 1, changes: [{ joined: entry }] });
  presences.vanished(forger);
  expect(presences.metas(TOPIC, "ann")).toEqual([ours]);
});

test("a meta that cannot be written changes nothing", () => {
  const [presences] = new World().nodes as [Presences];
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  expect(() => presences.track({}, TOPIC, "ann", circle)).toThrow(TypeError);
  expect(() => presences.track({}, TOPIC, "ann", [] as never)).toThrow(TypeError);
  expect(presences.list(TOPIC)).toEqual({});
});
