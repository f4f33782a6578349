// Presence on a channel: a server that tracks for real, and a room that says by hand what a server
// might say, in whatever order.
import { accept, Channel as ServerChannel, ChannelsServer, ok, reply } from "@slipstream/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../fixtures/servers.ts";
import { Log, openSocket, turn, untilChannel } from "../fixtures/sockets.ts";
import {
  Presence,
  type Channel,
  type PresenceMeta,
  type PresenceOptions,
  type Socket,
} from "../index.ts";

interface Meta extends PresenceMeta {
  readonly device?: string;
}

/** What a server sends of these keys, each with these refs. */
function sent(refs: Record<string, readonly string[]>): object {
  return Object.fromEntries(
    Object.entries(refs).map(([key, refs]) => [
      key,
      { metas: refs.map((ref) => ({ phx_ref: ref })) },
    ]),
  );
}

/** A room that says what it is told to, under the events "said" for states and "shouted" for diffs. */
class ByHand<D = undefined> {
  readonly told: unknown[] = [];
  readonly room: Channel;
  readonly presence: Presence<Meta, D>;

  constructor(room: Channel, options: PresenceOptions<D> = {}) {
    this.room = room;
    this.presence = new Presence<Meta, D>(room, {
      events: { state: "said", diff: "shouted" },
      ...options,
    });
    const refs = (metas: readonly Meta[] | undefined): string | undefined =>
      metas?.map(({ phx_ref }) => phx_ref).join("+");
    this.presence.onJoin((key, current, { metas }) =>
      this.told.push(["join", key, refs(current?.metas), refs(metas)]),
    );
    this.presence.onLeave((key, { metas }, left) =>
      this.told.push(["leave", key, refs(metas), refs(left.metas)]),
    );
    this.presence.onSync(() => this.told.push("sync"));
  }

  readonly state = async (refs: Record<string, readonly string[]>): Promise<unknown[]> => {
    await this.room.push("say", sent(refs));
    return this.told.splice(0);
  };

  readonly diff = async (
    joins: Record<string, readonly string[]>,
    leaves: Record<string, readonly string[]> = {},
  ): Promise<unknown[]> => {
    await this.room.push("shout", { joins: sent(joins), leaves: sent(leaves) });
    return this.told.splice(0);
  };
}

async function byHand<D = undefined>(
  options: PresenceOptions<D> = {},
  log: Log = new Log(),
): Promise<ByHand<D> & { socket: Socket; disconnect: () => void }> {
  const { server, url } = await serve();
  const socket = await openSocket(url, { logger: log });
  const hand = new ByHand(await socket.join("room:a"), options);
  return Object.assign(hand, { socket, disconnect: () => server.disconnect("everyone") });
}

describe("with a server that tracks", () => {
  class Room extends ServerChannel<object, { user: string }> {
    override join(): ReturnType<typeof ok> {
      this.sendInfo("joined");
      return ok();
    }
    override handleInfo(): void {
      this.presence.track(this.assigns.user, { device: "phone" });
      this.push("presence_state" as never, this.presence.list());
    }
    override handleIn(): ReturnType<typeof reply> {
      this.presence.update(this.assigns.user, (meta) => ({ ...meta, device: "desk" }));
      return reply({} as never);
    }
  }

  test("who comes, changes and goes is told to everybody, and a rejoin finds who is there", async () => {
    const server = new ChannelsServer({ logger: false });
    server.socket("/socket", {
      connect: ({ params }) => accept({ user: params["user"] as string }),
      id: ({ user }) => user,
      channels: { "room:*": Room as never },
    });
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => server.close());
    const url = `ws://127.0.0.1:${port}/socket`;
    const [ann, bob] = [
      await openSocket(url, { params: { user: "ann" } }),
      await openSocket(url, { params: { user: "bob" } }),
    ];
    const room = await ann.join("room:a");
    const presence = new Presence<Meta>(room);
    const seen = (): unknown =>
      presence.list((key, { metas }) => [key, ...metas.map(({ device }) => device)]);
    await expect.poll(seen).toEqual([["ann", "phone"]]);
    const other = await bob.join("room:a");
    await expect.poll(seen).toEqual([
      ["ann", "phone"],
      ["bob", "phone"],
    ]);
    await other.push("work");
    await expect.poll(seen).toEqual([
      ["ann", "phone"],
      ["bob", "desk"],
    ]);
    const left: string[] = [];
    presence.onLeave((key, { metas }) => metas.length === 0 && left.push(key));
    server.disconnect("ann");
    await bob.disconnect();
    await expect.poll(() => [presence.synced, seen()]).toEqual([true, [["ann", "phone"]]]);
    expect(left).toContain("bob");
  });
});

describe("states and diffs", () => {
  test("diffs wait for the state, and what they change is told once it is there", async () => {
    const { presence, state, diff } = await byHand();
    expect(await diff({ bob: ["2"] }, { ann: ["1"] })).toEqual([]);
    expect([presence.synced, presence.size]).toEqual([false, 0]);
    expect(await state({ ann: ["1", "3"] })).toEqual([
      ["join", "ann", undefined, "1+3"],
      ["join", "bob", undefined, "2"],
      ["leave", "ann", "3", "1"],
      "sync",
    ]);
    expect(presence.list((key) => key)).toEqual(["ann", "bob"]);
    expect(presence.get("ann")).toEqual({
      key: "ann",
      metas: [{ phx_ref: "3" }],
      data: undefined,
      sent: { metas: [{ phx_ref: "3" }] },
    });
  });

  test("the list and those in it stay the same objects until they change", async () => {
    const { presence, state, diff } = await byHand();
    await state({ ann: ["1"], bob: ["2"] });
    const list = presence.list();
    expect(presence.list()).toBe(list);
    await diff({ bob: ["3"] });
    expect(presence.list()).not.toBe(list);
    expect(presence.list()[0]).toBe(list[0]);
    expect(presence.list()[1]).not.toBe(list[1]);
    const again = presence.list();
    await state({ ann: ["1"], bob: ["2", "3"] });
    expect(presence.list()).toBe(again);
  });

  test("at a rejoin who went meanwhile is told to have left, and diffs wait for the new state", async () => {
    const hand = await byHand();
    const { presence, state, diff } = hand;
    await state({ ann: ["1"], bob: ["2"] });
    hand.disconnect();
    await untilChannel(hand.room, "waiting");
    await untilChannel(hand.room, "joined");
    expect([presence.synced, presence.size]).toEqual([false, 2]);
    expect(await diff({ zoe: ["9"] })).toEqual([]);
    expect(await state({ bob: ["2", "4"] })).toEqual([
      ["join", "bob", "2", "4"],
      ["leave", "ann", "", "1"],
      ["join", "zoe", undefined, "9"],
      "sync",
    ]);
  });

  test("what is no presence is counted, and the rest is taken", async () => {
    const { room, presence } = await byHand();
    await room.push(
      "say",
      JSON.parse('{"ann":{"metas":[{"phx_ref":"1"}]},"bob":7,"__proto__":{}}'),
    );
    await room.push("shout", "nonsense");
    expect([presence.list((key) => key), presence.malformed]).toEqual([["ann"], 3]);
    expect(presence.get("constructor")).toBeUndefined();
  });

  test("handlers that throw are reported; those that were removed are not called", async () => {
    const log = new Log();
    const { presence, told, state } = await byHand({}, log);
    const off = presence.onSync(() => told.push("removed"));
    off();
    presence.onJoin(() => {
      throw new Error("broken");
    });
    expect(await state({ ann: ["1"] })).toEqual([["join", "ann", undefined, "1"], "sync"]);
    expect(log.lines).toContainEqual([
      "error",
      "slipstream: a handler of joins of presence on room:a failed; everything else goes on.",
      new Error("broken"),
    ]);
  });
});

describe("changes in a loop", () => {
  test("come in order, and end with the channel", async () => {
    const { room, presence, state, diff } = await byHand();
    await state({ ann: ["1"] });
    const changes = presence.changes();
    await diff({ bob: ["2"] }, { ann: ["1"] });
    await room.leave();
    const told: unknown[] = [];
    for await (const change of changes)
      told.push([change.type, change.key, change.now.metas.length]);
    expect(told).toEqual([
      ["joined", "bob", 1],
      ["left", "ann", 0],
    ]);
    expect(await presence.changes().next()).toEqual({ done: true, value: undefined });
  });

  test("end with the error that ends the channel", async () => {
    const { server, url } = await serve();
    const socket = await openSocket(url, { rejoin: false });
    const { room, presence } = new ByHand(await socket.join("room:a"));
    const loop = presence[Symbol.asyncIterator]().next();
    await room.push("crash").catch(() => {});
    await expect(loop).rejects.toMatchObject({ code: "crashed" });
    await expect(presence.changes().next()).rejects.toMatchObject({ code: "crashed" });
    expect(server.stats().live.channel).toBe(0);
  });

  test("at most `limit` wait; the overflow policy decides what happens then", async () => {
    const { socket, presence, room, state } = await byHand();
    const [oldest, fails, leaves] = [
      presence.changes({ limit: 2, overflow: "dropOldest" }),
      presence.changes({ limit: 2 }),
      presence.changes({ limit: 2, overflow: "leave" }),
    ];
    await state({ ann: ["1"], bob: ["2"], zoe: ["3"] }).catch(() => {});
    expect((await oldest.next()).value?.key).toBe("bob");
    await expect(fails.next()).rejects.toMatchObject({ code: "overflow", limit: 2 });
    expect((await leaves.next()).value?.key).toBe("ann");
    expect(socket.stats.droppedMessages).toBe(5);
    await untilChannel(room, "left");
    expect(() => presence.changes({ overflow: "drop" as never })).toThrow("The option overflow");
  });
});

describe("fetch", () => {
  /** A function that answers when it is told to, and remembers what it was asked. */
  function asking(): {
    fetch: (keys: readonly string[]) => Promise<Record<string, string>>;
    asked: (readonly string[])[];
    answer: (index: number, names: Record<string, string> | Error) => Promise<void>;
  } {
    const asked: (readonly string[])[] = [];
    const answers: ((names: Record<string, string> | Error) => void)[] = [];
    const fetch = (keys: readonly string[]): Promise<Record<string, string>> => {
      asked.push(keys);
      return new Promise((resolve, reject) => {
        answers.push((names) => (names instanceof Error ? reject(names) : resolve(names)));
      });
    };
    const answer = (index: number, names: Record<string, string> | Error): Promise<void> => {
      answers[index]?.(names);
      return turn();
    };
    return { fetch, asked, answer };
  }

  test("is asked for many keys at once, one call at a time, each key once", async () => {
    const { fetch, asked, answer } = asking();
    const { presence, told, state, diff } = await byHand({ fetch });
    await state({ ann: ["1"], bob: ["2"] });
    await diff({ zoe: ["3"], ann: ["4"] });
    await diff({ eve: ["5"] });
    expect(asked).toEqual([["ann", "bob"]]);
    const before = presence.get("bob");
    await answer(0, { ann: "Ann", nobody: "Nobody" });
    expect(told.splice(0)).toEqual(["sync"]);
    expect(presence.list((key, { data }) => [key, data])).toEqual([
      ["ann", "Ann"],
      ["bob", undefined],
      ["zoe", undefined],
      ["eve", undefined],
    ]);
    expect(presence.get("ann")?.metas).toHaveLength(2);
    expect(presence.get("bob")).toBe(before);
    expect(asked).toEqual([
      ["ann", "bob"],
      ["zoe", "eve"],
    ]);
    const changes = presence.changes();
    await answer(1, { zoe: "Zoe", eve: "Eve" });
    expect((await changes.next()).value).toMatchObject({
      type: "enriched",
      key: "zoe",
      now: { data: "Zoe" },
    });
    await diff({ ann: ["6"] });
    expect(presence.get("ann")?.data).toBe("Ann");
    expect(asked).toHaveLength(2);
  });

  test("answers for those who have left are dropped, and who returned is asked for anew", async () => {
    const { fetch, asked, answer } = asking();
    const { presence, state, diff } = await byHand({ fetch });
    await state({ ann: ["1"], bob: ["2"] });
    await diff({}, { ann: ["1"], bob: ["2"] });
    await diff({ bob: ["3"] });
    await answer(0, { ann: "Ann", bob: "stale" });
    expect(presence.list((key, { data }) => [key, data])).toEqual([["bob", undefined]]);
    expect(asked).toEqual([["ann", "bob"], ["bob"]]);
    await answer(1, { bob: "Bob" });
    expect(presence.get("bob")?.data).toBe("Bob");
  });

  test("that fails is reported, and stops nothing", async () => {
    const { fetch, asked, answer } = asking();
    const log = new Log();
    const { presence, state, diff } = await byHand({ fetch }, log);
    await state({ ann: ["1"] });
    await diff({ bob: ["2"] });
    await answer(0, new Error("no database"));
    expect(log.lines).toContainEqual([
      "error",
      "slipstream: fetch of presence on room:a failed; everything else goes on.",
      new Error("no database"),
    ]);
    expect(asked).toEqual([["ann"], ["bob"]]);
    await answer(1, { bob: "Bob" });
    expect(presence.list((key, { data }) => [key, data])).toEqual([
      ["ann", undefined],
      ["bob", "Bob"],
    ]);
  });

  test("may throw, answer nonsense, or answer a Map at once", async () => {
    const answers: unknown[] = [null, new Map([["zoe", 3]]), { bob: 2 }];
    const log = new Log();
    const fetch = (): Record<string, number> => {
      const answer = answers.shift();
      if (answer === undefined) throw new Error("broken");
      return answer as Record<string, number>;
    };
    const { presence, state, diff } = await byHand({ fetch }, log);
    await state({ ann: ["1"] });
    await diff({ zoe: ["2"] });
    await diff({ bob: ["3"] });
    await diff({ eve: ["4"] });
    await turn();
    expect(presence.list((key, { data }) => [key, data])).toEqual([
      ["ann", undefined],
      ["zoe", 3],
      ["bob", 2],
      ["eve", undefined],
    ]);
    expect(log.lines.filter(([level]) => level === "error")).toHaveLength(2);
  });
});

describe("an end", () => {
  test("close: nothing is told any more, loops end, and late answers are dropped", async () => {
    let answer: (names: Record<string, string>) => void = () => {};
    const fetch = (): Promise<Record<string, string>> =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const { presence, told, state } = await byHand({ fetch });
    await state({ ann: ["1"] });
    const loop = presence.changes();
    await presence[Symbol.asyncDispose]();
    presence.close();
    answer({ ann: "Ann" });
    expect(await state({ bob: ["2"] })).toEqual([]);
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    expect(await presence.changes().next()).toEqual({ done: true, value: undefined });
    expect([told, presence.list((key, { data }) => [key, data])]).toEqual([
      [],
      [["ann", undefined]],
    ]);
  });
});

test("options that cannot be used are told by name", async () => {
  const { url } = await serve();
  const room = (await openSocket(url)).channel("room:a");
  const make = (options: unknown) => () => new Presence(room, options as never);
  expect(make({ event: {} })).toThrow("event");
  expect(make({ events: { state: "s" } })).toThrow("The option event");
  expect(make({ fetch: true })).toThrow("The option fetch");
});

test("what is no channel is refused, with what to do in module style", () => {
  expect(() => new Presence({} as never)).toThrow(/PresenceState of @slipstream\/core/);
});
