// How many messages a second a client hands to handlers, by their size and by how many channels
// share the socket. A message's cost should not grow with the number of channels.
import type { Bench, Figure, Size, Trial } from "../bench.ts";
import { clientSides, loadSide } from "../sides/load-side.ts";
import type { SideChannel } from "../sides/side.ts";
import { paceOf } from "./pace.ts";

interface Load {
  readonly label: string;
  /** The length of each payload. */
  readonly bytes: number;
  /** Messages that are counted; a quarter as many come before, for the compiler. */
  readonly messages: number;
}

const LOADS: readonly Load[] = [
  { label: "100 B", bytes: 100, messages: 400_000 },
  { label: "1 KB", bytes: 1_024, messages: 200_000 },
  // Not 25 pages of 4 KiB: then the processor takes a string and its copy for one another's cache
  // lines, and the figure depends on how many bytes a side happens to allocate between the two.
  { label: "100 KB", bytes: 100_000, messages: 4_000 },
];
const CHANNELS = [1, 100, 1_000];
const QUICK_MESSAGES = 2_000;

/** Counts what arrives, and resolves when all has. */
class Arrivals {
  #left: number;
  #characters = 0;
  #done: () => void = () => {};
  readonly all: Promise<void>;

  constructor(messages: number) {
    this.#left = messages;
    this.all = new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  get characters(): number {
    return this.#characters;
  }

  add(payload: { readonly body: string }): void {
    this.#characters += payload.body.length;
    this.#left -= 1;
    if (this.#left === 0) this.#done();
  }
}

/** Joins so many channels, has them flooded, and tells how fast that went. */
export async function receiveFlood(
  side: string,
  url: string,
  { bytes, messages, channels: count }: { bytes: number; messages: number; channels: number },
): Promise<{ perSecond: number; busy: number; characters: number }> {
  const { connect } = await loadSide(side);
  const socket = await connect(url);
  let arrivals = new Arrivals(0);
  const channels: SideChannel[] = [];
  for (let index = 0; index < count; index++) {
    const channel = socket.channel(`room:${index}`, {});
    channel.on("message", (payload) => arrivals.add(payload as { body: string }));
    channels.push(channel);
  }
  await Promise.all(channels.map((channel) => channel.join()));
  const flood = async (count: number): Promise<void> => {
    arrivals = new Arrivals(count);
    await Promise.all([channels[0]?.push("flood", { count, bytes }), arrivals.all]);
  };
  await flood(Math.ceil(messages / 4));
  const pace = await paceOf(messages, () => flood(messages));
  await socket.disconnect();
  return { ...pace, characters: arrivals.characters };
}

function trial(load: Load, channels: number, size: Size): Trial {
  const name = `${load.label}, ${channels.toLocaleString("en")} channel${channels === 1 ? "" : "s"}`;
  const messages = size === "quick" ? QUICK_MESSAGES : load.messages;
  return {
    name,
    async measure(side, url): Promise<readonly Figure[]> {
      const flood = { bytes: load.bytes, messages, channels };
      const { perSecond, busy } = await receiveFlood(side, url, flood);
      return [{ case: name, value: perSecond, unit: "messages/s", busy }];
    },
  };
}

export const receive: Bench = {
  name: "receive",
  about: "V2 JSON pushes from the server, handed to handlers",
  sides: clientSides,
  flags: [],
  trials: (size) =>
    LOADS.flatMap((load) => CHANNELS.map((channels) => trial(load, channels, size))),
};
