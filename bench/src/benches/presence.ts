// How many diffs of presence a second a client takes in, by how many users are present: the cost of a
// diff should not grow with them.
import type { Bench, Size, Trial } from "../bench.ts";
import { paceOf } from "./pace.ts";

/** A client with presence on one channel. */
interface Observer {
  /** Asks the server for something, and resolves with its answer. */
  push(event: string, payload: object): Promise<unknown>;
  /** How many users are present. */
  size(): number;
  disconnect(): Promise<unknown>;
}

const TOPIC = "room:lobby";

/** @param synced called each time that a message about who is present has been taken in. */
async function observe(side: string, url: string, synced: () => void): Promise<Observer> {
  switch (side) {
    case "slipstream": {
      const { connect, Presence } = await import("@slipstream/client");
      const socket = await connect(url);
      const room = socket.channel(TOPIC);
      const presence = new Presence(room);
      presence.onJoin(nothing);
      presence.onLeave(nothing);
      presence.onSync(synced);
      await room.join();
      return {
        push: (event, payload) => room.push(event, payload),
        size: () => presence.size,
        disconnect: () => socket.disconnect(),
      };
    }
    case "phoenix": {
      const [{ Presence, Socket }, { WebSocket }] = await Promise.all([
        import("phoenix"),
        import("ws"),
      ]);
      const socket = new Socket(url, { transport: WebSocket });
      socket.connect();
      const room = socket.channel(TOPIC);
      const presence = new Presence(room);
      presence.onJoin(nothing);
      presence.onLeave(nothing);
      presence.onSync(synced);
      const answer = (push: ReturnType<typeof room.push>): Promise<unknown> =>
        new Promise((resolve) => {
          push.receive("ok", resolve);
        });
      await answer(room.join());
      return {
        push: (event, payload) => answer(room.push(event, payload)),
        size: () => presence.list((key) => key).length,
        disconnect: () =>
          new Promise<void>((resolve) => {
            socket.disconnect(() => resolve());
          }),
      };
    }
    default:
      throw new Error(`There is no side ${side}; there are ${sides.join(", ")}.`);
  }
}

function nothing(): void {}

const sides: readonly string[] = ["phoenix", "slipstream"];

/** Has so many users present, takes in so many diffs, and tells how fast that went. */
export async function takeDiffs(
  side: string,
  url: string,
  { users, diffs }: { users: number; diffs: number },
): Promise<{ perSecond: number; busy: number; present: number }> {
  let left = 0;
  let done = nothing;
  const observer = await observe(side, url, () => {
    left -= 1;
    if (left === 0) done();
  });
  const take = (event: string, count: number): Promise<unknown> => {
    left = event === "presence_state" ? 1 : count;
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    return Promise.all([observer.push(event, { users, count }), all]);
  };
  await take("presence_state", 1);
  // For the compiler, and so that the server has the frames ready.
  await take("presence_diffs", diffs);
  const pace = await paceOf(diffs, () => take("presence_diffs", diffs));
  const present = observer.size();
  await observer.disconnect();
  return { ...pace, present };
}

function trial(users: number, size: Size): Trial {
  const name = `${users.toLocaleString("en")} users`;
  const diffs = size === "quick" ? 1_000 : 100_000;
  return {
    name,
    async measure(side, url) {
      const { perSecond, busy } = await takeDiffs(side, url, { users, diffs });
      return [{ case: name, value: perSecond, unit: "diffs/s", busy }];
    },
  };
}

export const presence: Bench = {
  name: "presence",
  about: "diffs of presence, each the joining or leaving of one meta",
  sides,
  flags: [],
  trials: (size) => [100, 10_000].map((users) => trial(users, size)),
};
