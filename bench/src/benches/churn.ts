// How many whole lives of a connection a second, and what is left of them: connect, join, take a
// message of 256 KB, leave, disconnect.
import { setTimeout as delay } from "node:timers/promises";
import type { Bench, Trial } from "../bench.ts";
import { clientSides, loadSide } from "../sides/load-side.ts";
import type { Side } from "../sides/side.ts";
import { paceOf } from "./pace.ts";

const AT_ONCE = 20;
const GREETING = 256 * 1_024;

/** How long what is on its way out gets to go before what is left is counted, in ms. */
const SETTLE = 1_000;

/** One cycle. Resolves with how long the message's body was. */
export async function liveOnce({ connect }: Side, url: string, greeting: number): Promise<number> {
  const socket = await connect(url);
  const channel = socket.channel("room:lobby", { greeting });
  const greeted = new Promise<number>((resolve) => {
    channel.on("message", (payload) => resolve((payload as { body: string }).body.length));
  });
  await channel.join();
  const length = await greeted;
  await channel.leave();
  await socket.disconnect();
  return length;
}

async function live(side: Side, url: string, cycles: number): Promise<void> {
  let left = cycles;
  const oneAfterAnother = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await liveOnce(side, url, GREETING);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterAnother));
}

/** Sockets and timers that keep this process alive. */
function handles(): number {
  const kinds = new Set(["TCPSocketWrap", "TLSWrap", "Timeout"]);
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind)).length;
}

/** Connections that the server has, but for the one that asks. */
async function connectionsAtServer({ connect }: Side, url: string): Promise<number> {
  const socket = await connect(url);
  const channel = socket.channel("room:lobby", {});
  await channel.join();
  const { connections } = (await channel.push("connections", {})) as { connections: number };
  await socket.disconnect();
  return connections - 1;
}

function trial(cycles: number, settle: number): Trial {
  const name = `256 KB, ${AT_ONCE} at once`;
  return {
    name,
    async measure(sideName, url) {
      const side = await loadSide(sideName);
      await live(side, url, Math.ceil(cycles / 5));
      const { perSecond, busy } = await paceOf(cycles, () => live(side, url, cycles));
      await delay(settle);
      const handlesLeft = handles();
      const connectionsLeft = await connectionsAtServer(await loadSide("bare"), url);
      return [
        { case: name, value: perSecond, unit: "cycles/s", busy },
        { case: `left in the client ${settle} ms later`, value: handlesLeft, unit: "handles" },
        {
          case: `left at the server ${settle} ms later`,
          value: connectionsLeft,
          unit: "connections",
        },
      ];
    },
  };
}

export const churn: Bench = {
  name: "churn",
  about: "connect, join, a message of 256 KB, leave, disconnect",
  sides: clientSides,
  flags: [],
  trials: (size) => [size === "quick" ? trial(40, 100) : trial(1_000, SETTLE)],
};
