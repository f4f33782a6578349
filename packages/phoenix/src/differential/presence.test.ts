// Who is present, by npm phoenix and by ours.
import fc from "fast-check";
import * as phoenix from "phoenix";
import { expect, test } from "vitest";
import { compare } from "../fixtures/libraries.ts";
import { serve } from "../fixtures/server.ts";
import { Presence } from "../index.ts";

test("presence", async () => {
  await compare(async ({ connectTo, Presence }, diary) => {
    const { url } = await serve();
    const socket = connectTo(url);
    socket.connect();
    const room = socket.channel("room:lobby", { track: "ann" });
    const presence = new Presence(room);
    const metas = (entry: { metas: { from?: string; key?: string }[] } | undefined): string =>
      (entry?.metas ?? []).map(({ from, key }) => from ?? key).join("+");
    presence.onJoin((key, current, joined) => {
      diary.write("join", `${key} ${metas(current)} ${metas(joined)}`);
    });
    presence.onLeave((key, current, left) => {
      diary.write("leave", `${key} ${metas(current)} ${metas(left)}`);
    });
    presence.onSync(() => {
      diary.write("sync", presence.list((key, entry) => `${key}=${metas(entry)}`).join());
    });
    room.join().receive("ok", diary.note("joined"));
    await diary.until("sync");
    room.push("track", { key: "bob" });
    await diary.until("join: bob");
    room.push("untrack", { key: "ann" });
    await diary.until("leave");
    await diary.until("sync", 3);
  });
});

const meta = fc.record({ phx_ref: fc.constantFrom("a", "b", "c", "d"), n: fc.nat(3) });
const entries = fc.dictionary(
  fc.constantFrom("ann", "bob", "cid"),
  fc.record({
    metas: fc.uniqueArray(meta, { selector: (one) => one.phx_ref, minLength: 1, maxLength: 3 }),
  }),
  { noNullPrototype: true },
);
const said = fc.oneof(
  fc.record({ state: entries }),
  fc.record({ joins: entries, leaves: entries }),
);

type Said = { readonly state: object } | { readonly joins: object; readonly leaves: object };

/** What callbacks are told, and what is listed, while a server says all this. */
function heard(presence: typeof Presence, all: readonly Said[]): string[] {
  const lines: string[] = [];
  const note =
    (what: string) =>
    (...told: unknown[]): void => {
      lines.push(`${what} ${JSON.stringify(told)}`);
    };
  const [join, leave] = [note("join"), note("leave")];
  let state: object = {};
  for (const one of structuredClone(all)) {
    state =
      "state" in one
        ? presence.syncState(state, one.state, join, leave)
        : presence.syncDiff(state, one, join, leave);
    note("list")(presence.list(state, (key: string, entry: object) => [key, entry]));
  }
  return lines;
}

test("whatever states and diffs come", () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 6 }), (all) => {
      expect(heard(Presence, all)).toEqual(heard(phoenix.Presence as never, all));
    }),
    { numRuns: 1_000 },
  );
});
