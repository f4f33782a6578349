// What one more idle connection with one joined channel costs a client's process.
import type { Bench, Trial } from "../bench.ts";
import { settledMemory } from "../settled-memory.ts";
import { clientSides, loadSide } from "../sides/load-side.ts";
import type { Side, SideSocket } from "../sides/side.ts";

/**
 * Connections that are made before, so that what is made once is not counted. That is compiled code
 * above all: it takes hundreds of connections until the engine has compiled the last of it.
 */
const WARM_UP = 1_000;
const AT_ONCE = 50;

async function open({ connect }: Side, url: string, count: number): Promise<readonly SideSocket[]> {
  const one = async (): Promise<SideSocket> => {
    const socket = await connect(url);
    const channel = socket.channel("room:lobby", {});
    channel.on("message", takeMessage);
    await channel.join();
    return socket;
  };
  const sockets: SideSocket[] = [];
  while (sockets.length < count) {
    const some = Math.min(AT_ONCE, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: some }, one))));
  }
  return sockets;
}

/** A program would have one function for all its connections too. */
function takeMessage(): void {}

function trial(connections: number, warmUp: number): Trial {
  return {
    name: `${connections.toLocaleString("en")} connections`,
    async measure(sideName, url) {
      const side = await loadSide(sideName);
      const first = await open(side, url, warmUp);
      const before = await settledMemory();
      const sockets = await open(side, url, connections);
      const after = await settledMemory();
      // They must live until here to be counted.
      if (first.length + sockets.length !== warmUp + connections) throw new Error("Some are gone.");
      const perConnection = (bytes: number): number => bytes / 1_024 / connections;
      return [
        { case: "heap", value: perConnection(after.heap - before.heap), unit: "KB/connection" },
        { case: "RSS", value: perConnection(after.rss - before.rss), unit: "KB/connection" },
      ];
    },
  };
}

export const idleMemory: Bench = {
  name: "idle-memory",
  about: "memory of an idle connection with one channel, in the client's process alone",
  sides: clientSides,
  flags: ["--expose-gc"],
  trials: (size) => [size === "quick" ? trial(500, 200) : trial(2_000, WARM_UP)],
};
