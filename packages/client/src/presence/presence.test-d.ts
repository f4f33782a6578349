// The types of presence: metas as they are tracked, data as it is fetched, on channels of any type.
import { expectTypeOf, test } from "vitest";
import {
  Presence,
  type Channel,
  type Messages,
  type Present,
  type PresenceChange,
  type PresenceMeta,
} from "../index.ts";

interface Room {
  join: { params: { user: number }; response: null };
  message: { new_msg: { id: number } };
}
interface Meta extends PresenceMeta {
  readonly device: string;
}

declare const room: Channel<Room>;
declare const untyped: Channel;

test("any channel has presence; what is not said of its metas is not known", () => {
  const presence = new Presence(room);
  expectTypeOf(presence).toEqualTypeOf<Presence>();
  expectTypeOf(presence.list()).toEqualTypeOf<readonly Present[]>();
  expectTypeOf(presence.get("ann")?.metas[0]?.phx_ref).toEqualTypeOf<string | undefined>();
  expectTypeOf(presence.get("ann")?.data).toEqualTypeOf<undefined>();
  void new Presence(untyped, { events: { state: "s", diff: "d" } });
  // @ts-expect-error -- an event that does not exist
  void new Presence(untyped, { events: { join: "j" } });
});

test("metas are typed by the program, data by what fetch gives", () => {
  const presence = new Presence<Meta, { name: string }>(room, {
    fetch: async (keys) => new Map(keys.map((key) => [key, { name: key }])),
  });
  expectTypeOf(presence.list((key, { data }) => data?.name ?? key)).toEqualTypeOf<string[]>();
  presence.onJoin((key, current, joined) => {
    expectTypeOf(key).toEqualTypeOf<string>();
    expectTypeOf(current).toEqualTypeOf<Present<Meta, { name: string }> | undefined>();
    expectTypeOf(joined.metas).toEqualTypeOf<readonly Meta[]>();
  });
  presence.onLeave((_, current) => expectTypeOf(current.metas).toEqualTypeOf<readonly Meta[]>());
  expectTypeOf(presence.changes()).toEqualTypeOf<
    Messages<PresenceChange<Meta, { name: string }>>
  >();
  const inferred = new Presence(room, { fetch: (keys) => ({ [String(keys[0])]: 7 }) });
  expectTypeOf(inferred.get("ann")?.data).toEqualTypeOf<number | undefined>();
});
