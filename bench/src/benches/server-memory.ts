// What one more idle connection with one joined channel costs a server's process.
import type { Bench, Trial } from "../bench.ts";
import { RunningLoad } from "../process/run-load.ts";
import { serverSides, startSide } from "../servers/start-side.ts";
import { TOPIC } from "../servers/server-side.ts";
import { settledMemory } from "../settled-memory.ts";

/**
 * @param warmUp connections that are made before, so that what is made once, compiled code above all,
 * is not counted.
 */
function trial(connections: number, warmUp: number): Trial {
  return {
    name: `${connections.toLocaleString("en")} connections`,
    async measure(sideName) {
      const side = await startSide(sideName);
      const load = new RunningLoad(sideName, side.port);
      await load.perform({ type: "open", count: warmUp, topics: [TOPIC] });
      const before = await settledMemory();
      await load.perform({ type: "open", count: connections, topics: [TOPIC] });
      const after = await settledMemory();
      await load.close();
      const perConnection = (bytes: number): number => bytes / 1_024 / connections;
      return [
        { case: "heap", value: perConnection(after.heap - before.heap), unit: "KB/connection" },
        { case: "RSS", value: perConnection(after.rss - before.rss), unit: "KB/connection" },
      ];
    },
  };
}

export const serverMemory: Bench = {
  name: "server-memory",
  about: "memory of an idle connection with one channel, in the server's process alone",
  sides: serverSides,
  flags: ["--expose-gc"],
  trials: (size) => [size === "quick" ? trial(50, 20) : trial(4_000, 1_000)],
};
