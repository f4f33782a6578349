// How fast a server hands one message to all subscribers of a topic, one broadcast after the other,
// and how long a lone broadcast takes to reach them.
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import type { Bench, Trial } from "../bench.ts";
import { monotonicNow } from "../load/load.ts";
import { RunningLoad } from "../process/run-load.ts";
import { serverSides, startSide, TOPIC, type ServerSide } from "../servers/server-side.ts";
import { percentile } from "../statistics.ts";
import { paceOf } from "./pace.ts";

/** Broadcasts that may be on their way: enough that the server never waits to hear of the last. */
const ON_THEIR_WAY = 8;
const BETWEEN_LONE_ONES = 20;

interface Counts {
  readonly subscribers: number;
  readonly broadcasts: number;
  readonly lone: number;
}

async function atFullSpeed(
  side: ServerSide,
  load: RunningLoad,
  subscribers: number,
  broadcasts: number,
): Promise<void> {
  const delivered: Promise<unknown>[] = [];
  for (let n = 0; n < broadcasts; n++) {
    await delivered[n - ON_THEIR_WAY];
    side.broadcast();
    const before = delivered[n - 1] ?? Promise.resolve();
    delivered.push(before.then(() => load.perform({ type: "count", frames: subscribers })));
    await turn();
  }
  await delivered.at(-1);
}

/** Ms from a broadcast to each of its deliveries. */
async function loneOnes(
  side: ServerSide,
  load: RunningLoad,
  { subscribers, lone }: Counts,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (let n = 0; n < lone; n++) {
    await delay(BETWEEN_LONE_ONES);
    const sentAt = monotonicNow();
    side.broadcast();
    const arrivals = await load.perform({ type: "time", frames: subscribers });
    for (const at of arrivals) latencies.push(at - sentAt);
  }
  return latencies;
}

function trial(counts: Counts): Trial {
  const { subscribers, broadcasts } = counts;
  const name = `1 KB to ${subscribers.toLocaleString("en")}`;
  return {
    name,
    async measure(sideName) {
      const side = await startSide(sideName);
      const load = new RunningLoad(sideName, side.port);
      await load.perform({ type: "open", count: subscribers, topics: [TOPIC] });
      await atFullSpeed(side, load, subscribers, Math.ceil(broadcasts / 5));
      const { perSecond, busy } = await paceOf(subscribers * broadcasts, () =>
        atFullSpeed(side, load, subscribers, broadcasts),
      );
      const latencies = await loneOnes(side, load, counts);
      await load.close();
      return [
        { case: name, value: perSecond, unit: "deliveries/s", busy },
        { case: `${name}, a lone one, p50`, value: percentile(latencies, 50), unit: "ms" },
        { case: `${name}, a lone one, p99`, value: percentile(latencies, 99), unit: "ms" },
      ];
    },
  };
}

export const fanOut: Bench = {
  name: "fan-out",
  about: "a broadcast of 1 KB to all subscribers of a topic, in the server's process",
  sides: serverSides,
  flags: [],
  trials: (size) =>
    size === "quick"
      ? [trial({ subscribers: 20, broadcasts: 10, lone: 2 })]
      : [
          trial({ subscribers: 1_000, broadcasts: 200, lone: 40 }),
          trial({ subscribers: 5_000, broadcasts: 40, lone: 20 }),
        ],
};
