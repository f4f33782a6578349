// How many pushes a second are answered: one after another, and with many in flight. One after
// another, it is the machine's time to wake up that is measured rather than the client.
import type { Bench, Size, Trial } from "../bench.ts";
import { clientSides, loadSide } from "../sides/load-side.ts";
import type { SideChannel } from "../sides/side.ts";
import { paceOf } from "./pace.ts";

interface Load {
  readonly label: string;
  readonly inFlight: number;
  /** Pushes that are counted; a quarter as many come before, for the compiler. */
  readonly pushes: number;
  readonly quick: number;
}

const LOADS: readonly Load[] = [
  { label: "sequential", inFlight: 1, pushes: 8_000, quick: 100 },
  { label: "1,000 in flight", inFlight: 1_000, pushes: 120_000, quick: 2_000 },
];

/** Pushes until so many were answered, keeping so many in flight. */
export async function pushAndAwait(
  channel: SideChannel,
  pushes: number,
  inFlight: number,
): Promise<void> {
  let next = 0;
  const oneAfterAnother = async (): Promise<void> => {
    while (next < pushes) {
      const id = next++;
      const response = (await channel.push("echo", { id })) as { id: number };
      if (response.id !== id) throw new Error(`The reply to ${id} was that to ${response.id}.`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, oneAfterAnother));
}

function trial({ label, inFlight, pushes, quick }: Load, size: Size): Trial {
  const count = size === "quick" ? quick : pushes;
  return {
    name: label,
    async measure(side, url) {
      const { connect } = await loadSide(side);
      const socket = await connect(url);
      const channel = socket.channel("room:lobby", {});
      await channel.join();
      await pushAndAwait(channel, Math.ceil(count / 4), inFlight);
      const pace = await paceOf(count, () => pushAndAwait(channel, count, inFlight));
      await socket.disconnect();
      return [{ case: label, value: pace.perSecond, unit: "replies/s", busy: pace.busy }];
    },
  };
}

export const pushReply: Bench = {
  name: "push-reply",
  about: "pushes and the server's replies",
  sides: clientSides,
  flags: [],
  trials: (size) => LOADS.map((load) => trial(load, size)),
};
