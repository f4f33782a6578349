// Runs one case over one library, and says what was seen: by the client, on the wire, in the kernel.
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { kernelSockets, RawServer } from "@slipstream/faults";
import type { Case } from "./cases.ts";
import type { Dial, Tried, TriedEvents } from "./tried.ts";

export interface Observation {
  readonly case: string;
  /** What the client said of its end, and how long after it was asked for or began; null if nothing. */
  readonly closed: { readonly how: string; readonly after: number } | null;
  readonly opened: boolean;
  /** Whether the client was told to close. */
  readonly asked: boolean;
  readonly errors: number;
  /** Messages that were handed over after the client was told to close. */
  readonly late: number;
  /** What went over the wire once the connection was open, such as "client: close 1000", "server: FIN". */
  readonly story: readonly string[];
  /** The client's socket in the kernel's table at the end; null if there is none. */
  readonly left: string | null;
}

const SETTLE = 1_500;

/** @param bound how long is waited for an end, in ms. */
export async function observe(one: Case, dial: Dial, bound: number): Promise<Observation> {
  const server = await RawServer.listen((peer) => one.serve(peer));
  const url = one.unreachable === true ? await unreachable() : server.url;
  const seen = { opened: false, errors: 0, late: 0, closing: false };
  let closed: Observation["closed"] = null;
  const dialled: { tried?: Tried } = {};
  let began = performance.now();
  const over = new AbortController();
  const close = (): void => {
    if (seen.closing) return;
    seen.closing = true;
    began = performance.now();
    dialled.tried?.close();
  };
  const events: TriedEvents = {
    opened() {
      seen.opened = true;
      if (one.closes === "open") close();
    },
    received() {
      if (seen.closing) seen.late += 1;
      if (one.closes === "receiving") close();
    },
    failed: () => (seen.errors += 1),
    closed(how) {
      closed ??= { how, after: performance.now() - began };
      over.abort();
    },
  };
  dialled.tried = dial(url, events);
  if (one.closes === "at once") close();
  // Ours hands over no frame that is no message: it is told to close when the server has begun.
  if (one.closes === "receiving") void server.peer().then(() => setTimeout(close, 500));
  await delay(bound, undefined, { signal: over.signal }).catch(() => undefined);
  // What is on its way out once the end was told, and what the server still does.
  await delay(SETTLE);
  const peer = server.peers[0];
  const socket = (kernelSockets(server.port) ?? []).find(
    ({ remotePort, state }) => remotePort === server.port && state !== "TIME-WAIT",
  );
  const story = peer?.wire.story() ?? [];
  const observation: Observation = {
    case: one.name,
    closed,
    opened: seen.opened,
    asked: seen.closing,
    errors: seen.errors,
    late: seen.late,
    story: story.slice(story.indexOf("server: 101") + 1),
    left: socket?.state ?? null,
  };
  await server.close();
  return observation;
}

async function unreachable(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `ws://127.0.0.1:${port}`;
}
