// How fast a server hands messages to all subscribers of a topic, one broadcast in each turn of its
// event loop or several, by itself or because members speak, and how long a lone one takes to reach them.
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import type { Bench, Trial } from "../bench.ts";
import { monotonicNow } from "../load/load.ts";
import { RunningLoad } from "../process/run-load.ts";
import { serverSides, startSide } from "../servers/start-side.ts";
import { TOPIC, type ServerSide } from "../servers/server-side.ts";
import { percentile } from "../statistics.ts";
import { paceOf } from "./pace.ts";

/** Broadcasts that may be on their way: enough that the server never waits to hear of the last. */
const ON_THEIR_WAY = 8;
/** How many come in one turn where they come in bursts, as one read from a broker brings them. */
const BURST = 8;
/** Members who say something at once, and wait until everybody has heard all of it. */
const SPEAKERS = 20;
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
  burst: number,
): Promise<void> {
  const delivered: Promise<unknown>[] = [];
  const frames = subscribers * burst;
  // Two bursts at least, for the same reason.
  const most = Math.max(ON_THEIR_WAY / burst, 2);
  for (let n = 0; n < broadcasts / burst; n++) {
    await delivered[n - most];
    for (let one = 0; one < burst; one++) side.broadcast();
    const before = delivered[n - 1] ?? Promise.resolve();
    delivered.push(before.then(() => load.perform({ type: "count", frames })));
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
      await atFullSpeed(side, load, subscribers, Math.ceil(broadcasts / 5), 1);
      const { perSecond, busy } = await paceOf(subscribers * broadcasts, () =>
        atFullSpeed(side, load, subscribers, broadcasts, 1),
      );
      const bursts = await paceOf(subscribers * broadcasts, () =>
        atFullSpeed(side, load, subscribers, broadcasts, BURST),
      );
      const rounds = Math.ceil(broadcasts / SPEAKERS);
      const talk = await paceOf(subscribers * SPEAKERS * rounds, () =>
        load.perform({ type: "talk", speakers: SPEAKERS, rounds }),
      );
      const latencies = await loneOnes(side, load, counts);
      await load.close();
      return [
        { case: name, value: perSecond, unit: "deliveries/s", busy },
        {
          case: `${name}, ${BURST} at once`,
          value: bursts.perSecond,
          unit: "deliveries/s",
          busy: bursts.busy,
        },
        {
          case: `${name}, ${SPEAKERS} speak`,
          value: talk.perSecond,
          unit: "deliveries/s",
          busy: talk.busy,
        },
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
      ? [trial({ subscribers: 20, broadcasts: 16, lone: 2 })]
      : [
          trial({ subscribers: 1_000, broadcasts: 200, lone: 40 }),
          trial({ subscribers: 5_000, broadcasts: 40, lone: 20 }),
        ],
};
