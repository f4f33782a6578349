// PresenceState: against npm phoenix's own Presence, against a server that knows the truth, and with
// what no honest server sends.
import fc from "fast-check";
import { Presence, type Channel } from "phoenix";
import { describe, expect, test } from "vitest";
import { PresenceState, type PresenceChange } from "./presence-state.ts";

// None of them looks like a number: objects, and so phoenix, list those first, and we never do.
const KEYS = ["ann", "bob", "user:1", "__proto__", "constructor"];
const REFS = ["a", "b", "c", "d", "e"];

interface Meta {
  readonly phx_ref: string;
  readonly n: number;
}
type Payload = Record<string, { metas: Meta[]; name?: string }>;

const meta = fc.record({ phx_ref: fc.constantFrom(...REFS), n: fc.nat(9) });
const entry = fc.record(
  {
    metas: fc.uniqueArray(meta, { minLength: 1, maxLength: 4, selector: (meta) => meta.phx_ref }),
    name: fc.string({ maxLength: 3 }),
  },
  { requiredKeys: ["metas"] },
);
const payload = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), entry), { selector: ([key]) => key })
  .map(own);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant("diff"), joins: payload, leaves: payload }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("state"), state: payload }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("begin") }) },
);

/** An object with these own properties, whatever they are called, as JSON.parse makes it. */
function own<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const record: Record<string, T> = {};
  for (const [key, value] of entries) {
    Object.defineProperty(record, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return record;
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** npm phoenix's Presence on a channel that is no more than its two events and a join_ref. */
class Oracle {
  readonly told: unknown[] = [];
  readonly presence: Presence;
  readonly #handlers = new Map<string, (payload: unknown) => void>();
  #joinRef = 1;

  constructor() {
    const channel = {
      on: (event: string, handler: (payload: unknown) => void) =>
        this.#handlers.set(event, handler),
      joinRef: () => String(this.#joinRef),
    };
    this.presence = new Presence(channel as unknown as Channel);
    // What phoenix changes later is written down as it was.
    this.presence.onJoin((key, current, joined) =>
      this.told.push(copy(["joined", key, current?.metas ?? null, joined.metas])),
    );
    this.presence.onLeave((key, current, left) =>
      this.told.push(copy(["left", key, current.metas, left.metas])),
    );
    this.presence.onSync(() => void this.told.push("synced"));
  }

  /**
   * The one thing that we do otherwise: phoenix keeps diffs of the membership before, whose state
   * never came, and applies them to the next one's state; then who has left is present for ever.
   */
  begin(): void {
    this.#joinRef += 1;
    (this.presence as unknown as { pendingDiffs: unknown[] }).pendingDiffs = [];
  }

  take(event: "presence_state" | "presence_diff", payload: unknown): void {
    this.#handlers.get(event)?.(copy(payload));
  }

  entries(): Map<string, unknown> {
    return new Map(this.presence.list((key, entry: unknown) => [key, copy(entry)] as const));
  }
}

/** The same words for what we tell. */
function words(changes: readonly PresenceChange[] | null): unknown[] {
  if (changes === null) return [];
  const told = changes.map((change) =>
    change.type === "joined"
      ? ["joined", change.key, change.before?.metas ?? null, change.joined.metas]
      : ["left", change.key, change.entry.metas, change.left.metas],
  );
  return [...copy(told), "synced"];
}

test("it knows and tells what npm phoenix's Presence knows and tells, in the same order", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const oracle = new Oracle();
      const ours = new PresenceState();
      const told: unknown[] = [];
      for (const step of steps) {
        if (step.type === "begin") {
          oracle.begin();
          ours.begin();
        } else if ("state" in step) {
          oracle.take("presence_state", step.state);
          told.push(...words(ours.sync(copy(step.state))));
        } else if ("joins" in step) {
          const diff = { joins: step.joins, leaves: step.leaves };
          oracle.take("presence_diff", diff);
          told.push(...words(ours.diff(copy(diff))));
        }
        expect(new Map(ours.entries)).toEqual(oracle.entries());
      }
      expect(told).toEqual(oracle.told);
      expect(ours.malformed).toBe(0);
    }),
  );
});

/** What a server would say: who is there, and diffs of what happens. */
class Truth {
  readonly present = new Map<string, Meta[]>();
  #refs = 0;

  join(key: string): object {
    this.#refs += 1;
    const meta = { phx_ref: `r${this.#refs}`, n: this.#refs };
    this.present.set(key, [...(this.present.get(key) ?? []), meta]);
    return { joins: own([[key, { metas: [meta] }]]), leaves: {} };
  }

  leave(key: string): object | null {
    const [gone, ...rest] = this.present.get(key) ?? [];
    if (gone === undefined) return null;
    if (rest.length === 0) this.present.delete(key);
    else this.present.set(key, rest);
    return { joins: {}, leaves: own([[key, { metas: [gone] }]]) };
  }

  /** What an update is: the old meta leaves and the new one joins, in one diff. */
  update(key: string): object | null {
    const left = this.leave(key) as { leaves: Payload } | null;
    if (left === null) return null;
    const { joins } = this.join(key) as { joins: Payload };
    return { joins, leaves: left.leaves };
  }

  state(): Payload {
    return own([...this.present].map(([key, metas]) => [key, { metas }] as const));
  }
}

/** Every ref that is there. */
function refs(entries: Iterable<readonly [string, readonly Meta[]]>): string[] {
  const all: string[] = [];
  for (const [key, metas] of entries) all.push(...metas.map(({ phx_ref }) => `${key} ${phx_ref}`));
  return all.toSorted();
}

const happening = fc.tuple(
  fc.constantFrom("join", "join", "leave", "update", "drop", "state"),
  fc.constantFrom(...KEYS),
);

test("whatever is missed between memberships, it ends up with the truth, and has told all of it", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const truth = new Truth();
      const ours = new PresenceState<Meta>();
      const toldOf = new Map<string, Meta[]>();
      const hear = (changes: readonly PresenceChange<Meta>[] | null): void => {
        for (const change of changes ?? []) {
          const known = toldOf.get(change.key) ?? [];
          const { metas } = change.type === "joined" ? change.joined : change.left;
          const others = known.filter((one) => !metas.some((m) => m.phx_ref === one.phx_ref));
          toldOf.set(change.key, change.type === "joined" ? [...others, ...metas] : others);
        }
      };
      let member = true;
      for (const [what, key] of happenings) {
        if (what === "drop") {
          member = false;
        } else if (what === "state") {
          if (!member) ours.begin();
          member = true;
          hear(ours.sync(truth.state()));
        } else {
          const diff = truth[what](key);
          if (diff !== null && member) hear(ours.diff(diff));
        }
        if (!member || !ours.synced) continue;
        const known = [...ours.entries].map(([key, { metas }]) => [key, metas] as const);
        expect(refs(known)).toEqual(refs(truth.present));
        expect(refs(toldOf)).toEqual(refs(truth.present));
      }
    }),
  );
});

describe("entries", () => {
  const state = (...keys: string[]): Payload =>
    own(keys.map((key) => [key, { metas: [{ phx_ref: key, n: 0 }] }] as const));

  test("that do not change stay the same objects", () => {
    const presence = new PresenceState();
    presence.sync(state("ann", "bob"));
    const [ann, bob] = [presence.entries.get("ann"), presence.entries.get("bob")];
    presence.diff({ joins: { bob: { metas: [{ phx_ref: "2" }] } }, leaves: state("zoe") });
    presence.begin();
    presence.sync({
      ...state("ann"),
      bob: { metas: [{ phx_ref: "bob" }, { phx_ref: "2" }] },
    });
    expect(presence.entries.get("ann")).toBe(ann);
    expect(presence.entries.get("bob")).not.toBe(bob);
  });

  test("may be called __proto__ and be anything but a prototype", () => {
    const presence = new PresenceState();
    const sent = JSON.parse(
      '{"__proto__":{"metas":[{"phx_ref":"1","__proto__":{"admin":true}}],"__proto__":{"admin":true}}}',
    ) as unknown;
    presence.sync(sent);
    presence.diff({ joins: sent, leaves: {} });
    const entry = presence.entries.get("__proto__");
    expect(entry?.metas).toHaveLength(1);
    expect(entry?.["admin"]).toBeUndefined();
    expect(Object.getPrototypeOf(entry)).toBe(Object.prototype);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe("what no honest server sends", () => {
  test("is counted and left out, and the rest is taken", () => {
    const presence = new PresenceState();
    const good = { metas: [{ phx_ref: "1" }] };
    const bad = [null, 1, "x", [], {}, { metas: 1 }, { metas: [] }, { metas: [null] }];
    const worse = [{ metas: [{}] }, { metas: [{ phx_ref: 1 }] }, { metas: { 0: good } }];
    presence.sync({ ...Object.fromEntries([...bad, ...worse].entries()), good });
    expect([...presence.entries.keys()]).toEqual(["good"]);
    expect(presence.malformed).toBe(bad.length + worse.length);
    for (const nonsense of [null, undefined, 7, [], "state"]) {
      expect(presence.diff(nonsense)).toEqual([]);
    }
    presence.diff({ joins: { ann: good } });
    presence.diff({ leaves: { good } });
    expect([...presence.entries.keys()]).toEqual(["ann"]);
    expect(presence.sync(null)).toMatchObject([{ type: "left", key: "ann" }]);
  });

  test("at most 1,000 diffs wait for a state, the newest", () => {
    const presence = new PresenceState();
    for (let n = 1; n <= 1_002; n++) {
      const diff = { joins: { [`user${n}`]: { metas: [{ phx_ref: `${n}` }] } }, leaves: {} };
      expect(presence.diff(diff)).toBeNull();
    }
    expect(presence.sync({})).toHaveLength(1_000);
    expect(presence.droppedDiffs).toBe(2);
    expect(presence.entries.has("user2")).toBe(false);
    expect(presence.entries.has("user3")).toBe(true);
  });
});
