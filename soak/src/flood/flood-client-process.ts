// The process of the consumer: 1 ms for each message, while it pings and pushes on another topic.
// Its arguments are the server's URL, what it does, and how many messages it asks for.
import { setTimeout as wait } from "node:timers/promises";
import { connect, type Channel, type Messages, type Socket } from "@slipstream/client";
import { MemoryWatch } from "./memory-watch.ts";
import { LIMIT, LOOKS, type ClientReport, type Consumer } from "./protocol.ts";

const [url = "", consumer = "loop", count = "0"] = process.argv.slice(2);

let taken = 0;
let pauses = 0;
const over = new AbortController();

/** Messages for whose time one waits at once: whoever sleeps is woken late on a busy machine. */
const AT_ONCE = 10;

async function take(): Promise<void> {
  taken += 1;
  if (taken % AT_ONCE === 0) await wait(AT_ONCE);
}

/** A loop that takes until no more comes, and what waits. */
function loop(flood: Channel, limit: number): Messages<unknown> {
  const messages = flood.messages("n", { limit, overflow: "dropOldest" });
  void (async () => {
    for await (const _ of messages) await take();
  })();
  return messages;
}

/** Where the socket is paused, and where it is resumed. */
const HIGH = 100;
const LOW = 20;

/** Keeps what waits between two marks by pausing the socket. */
function pausingLoop(socket: Socket, flood: Channel): Messages<unknown> {
  const messages = flood.messages("n", { limit: LIMIT, overflow: "fail" });
  flood.on("n", () => {
    if (messages.size < HIGH || socket.reading.type === "paused") return;
    pauses += 1;
    socket.pause("flood");
  });
  void (async () => {
    for await (const _ of messages) {
      await take();
      if (messages.size < LOW) socket.resume("flood");
    }
  })();
  return messages;
}

function consume(socket: Socket, flood: Channel, how: Consumer): Messages<unknown> | null {
  switch (how) {
    case "loop":
      return loop(flood, LIMIT);
    case "hoarding loop":
      return loop(flood, Number.MAX_SAFE_INTEGER);
    case "pausing loop":
      return pausingLoop(socket, flood);
    case "handler":
      flood.on("n", take);
      return null;
  }
}

/** One after the other, for as long as the flood lasts. */
async function repeat(ask: () => Promise<unknown>): Promise<number> {
  let answered = 0;
  while (!over.signal.aborted) {
    await ask();
    if (!over.signal.aborted) answered += 1;
  }
  return answered;
}

// Whoever pauses the socket waits for replies too: they are behind all that is not read.
const socket = await connect(url, { maxPause: 60_000, pushTimeout: 3_600_000 });
const ends: string[] = [];
socket.onConnectionEnd(({ reason }) => ends.push(reason.type));
const flood = await socket.join("flood");
const room = await socket.join("room");
const messages = consume(socket, flood, consumer as Consumer);
const done = new Promise<void>((resolve) => {
  flood.on("done", () => {
    over.abort();
    resolve();
  });
});
const watch = new MemoryWatch();
const lookEvery = Math.ceil(Number(count) / LOOKS);
flood.on("n", (message) => {
  if ((message as { n: number }).n % lookEvery === 0) watch.look();
});
await flood.send("flood", Number(count));
let n = 0;
const [pings, pushes] = await Promise.all([
  repeat(() => socket.ping()),
  repeat(() => room.push("echo", (n += 1))),
  done,
]);
watch.look();
const waiting = messages?.size ?? 0;
const report: ClientReport = {
  type: "report",
  taken,
  dropped: messages?.dropped ?? 0,
  waiting,
  pauses,
  pings,
  pushes,
  ends: [...ends],
  held: watch.held,
};
await messages?.return?.();
await socket.disconnect();
process.send?.(report, () => process.disconnect());
