// How many clients a server takes in in a second, and how many channels.
import type { Bench, Trial } from "../bench.ts";
import { RunningLoad } from "../process/run-load.ts";
import { serverSides, startSide } from "../servers/start-side.ts";
import { paceOf } from "./pace.ts";

const AT_ONCE = 50;

/** Each connection is reset as soon as the server has taken it in. */
function connecting(count: number): Trial {
  const name = `connects, ${AT_ONCE} at once`;
  return {
    name,
    async measure(sideName) {
      const side = await startSide(sideName);
      const load = new RunningLoad(sideName, side.port);
      const connect = (times: number): Promise<unknown> =>
        load.perform({ type: "connects", count: times, atOnce: AT_ONCE });
      await connect(Math.ceil(count / 5));
      const { perSecond, busy } = await paceOf(count, () => connect(count));
      await load.close();
      return [{ case: name, value: perSecond, unit: "connects/s", busy }];
    },
  };
}

function joining(times: number): Trial {
  const name = `join and leave, ${AT_ONCE} at once`;
  return {
    name,
    async measure(sideName) {
      const side = await startSide(sideName);
      const load = new RunningLoad(sideName, side.port);
      await load.perform({ type: "open", count: AT_ONCE, topics: [] });
      const joinAndLeave = (each: number): Promise<unknown> =>
        load.perform({ type: "joinsAndLeaves", times: each });
      await joinAndLeave(Math.ceil(times / 5));
      const { perSecond, busy } = await paceOf(AT_ONCE * times, () => joinAndLeave(times));
      await load.close();
      return [{ case: name, value: perSecond, unit: "joins/s", busy }];
    },
  };
}

export const connects: Bench = {
  name: "connects",
  about: "taking in connections, and channels that are left at once, in the server's process",
  sides: serverSides,
  flags: [],
  trials: (size) =>
    size === "quick" ? [connecting(60), joining(2)] : [connecting(4_000), joining(400)],
};
