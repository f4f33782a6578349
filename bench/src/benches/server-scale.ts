// What a message costs a server while its connection has many channels, and while there are many other
// connections.
import type { Bench, Trial } from "../bench.ts";
import { RunningLoad } from "../process/run-load.ts";
import { startSide } from "../servers/start-side.ts";
import { paceOf } from "./pace.ts";

const AT_ONCE = 50;

function trial(channels: number, others: number, messages: number): Trial {
  const name = `echoes on 1 of ${channels} channels, ${others.toLocaleString("en")} other connections`;
  return {
    name,
    async measure(sideName) {
      const side = await startSide(sideName);
      const load = new RunningLoad(sideName, side.port);
      const topics = Array.from({ length: channels }, (_, n) => `room:${n}`);
      await load.perform({ type: "open", count: 1, topics });
      await load.perform({ type: "open", count: others, topics: ["room:other"] });
      const echo = (count: number): Promise<unknown> =>
        load.perform({ type: "echoes", count, atOnce: AT_ONCE });
      await echo(Math.ceil(messages / 5));
      const { perSecond, busy } = await paceOf(messages, () => echo(messages));
      await load.close();
      return [{ case: name, value: perSecond, unit: "echoes/s", busy }];
    },
  };
}

export const serverScale: Bench = {
  name: "server-scale",
  about: `echoes of 100 B, ${AT_ONCE} in flight, in the server's process`,
  sides: ["bare", "slipstream"],
  flags: [],
  trials: (size) =>
    size === "quick"
      ? [trial(3, 5, 100)]
      : [
          trial(1, 10, 40_000),
          trial(100, 10, 40_000),
          trial(1, 5_000, 40_000),
          trial(100, 5_000, 40_000),
        ],
};
