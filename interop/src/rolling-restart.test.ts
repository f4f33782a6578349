// P18: servers take turns under load, and no push that was answered "ok" is lost. Our client and npm
// `phoenix` push all the time, through a balancer that leads to whichever server is new.
import { setImmediate } from "node:timers/promises";
import { Socket } from "@slipstream/client";
import { Relay } from "@slipstream/faults";
import { ChannelsServer, ok, reply } from "@slipstream/server";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const DRAIN = 400;
const OURS = 12;
const THEIRS = 6;
const SERVERS = 3;

/** What handlers have finished, by the push's name, over all servers. */
const finished = new Map<string, number>();

/** What each end of a push was told, by its name. */
const answered = new Set<string>();

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

async function startServer(): Promise<{ server: ChannelsServer; port: number }> {
  const server = new ChannelsServer({ logger: false });
  onTestFinished(() => server.close());
  server.socket("/socket", {
    channels: {
      "room:*": {
        join: () => ok(),
        handleIn: {
          async work(payload) {
            // Work that a hasty close would cut in two.
            for (let turn = 0; turn < 20; turn++) await setImmediate();
            const { name } = payload as { name: string };
            finished.set(name, (finished.get(name) ?? 0) + 1);
            return reply({ name });
          },
        },
      },
    },
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  return { server, port };
}

interface Worker {
  readonly joined: boolean;
  readonly stop: () => Promise<void>;
}

function ourWorker(url: string, index: number): Worker {
  const socket = new Socket(url, { jitter: 1, reconnect: [50, 100], rejoin: [20], logger: {} });
  const room = socket.channel(`room:${index % 4}`);
  const stopping = new AbortController();
  const working = (async () => {
    await socket.connect();
    await room.join();
    for (let n = 0; !stopping.signal.aborted; n++) {
      const name = `ours ${index}.${n}`;
      try {
        await room.push("work", { name });
        answered.add(name);
      } catch {
        // Told that it may not have been done: whoever pushes decides whether to do so again.
        await setImmediate();
      }
    }
  })();
  return {
    get joined() {
      return room.state.type === "joined";
    },
    async stop() {
      stopping.abort();
      await working;
      await socket.disconnect();
    },
  };
}

interface PhoenixPush {
  receive(status: string, callback: (response: unknown) => void): PhoenixPush;
}

interface PhoenixSocket {
  connect(): void;
  disconnect(callback: () => void): void;
  channel(topic: string): {
    join(): PhoenixPush;
    push(event: string, payload: unknown, timeout?: number): PhoenixPush;
    readonly state: string;
  };
}

const phoenix = (await import("phoenix")) as unknown as {
  Socket: new (url: string, options: object) => PhoenixSocket;
};

function theirWorker(url: string, index: number): Worker {
  const socket = new phoenix.Socket(url, {
    transport: WebSocket,
    reconnectAfterMs: () => 50,
    rejoinAfterMs: () => 20,
  });
  const channel = socket.channel(`room:${index % 4}`);
  let stopped = false;
  let pushing = false;
  let n = 0;
  const next = (): void => {
    if (stopped || pushing) return;
    pushing = true;
    const name = `theirs ${index}.${n++}`;
    const over = (): void => {
      pushing = false;
      next();
    };
    // It does not fail what was in flight when a connection ends: only the timeout tells.
    channel
      .push("work", { name }, 200)
      .receive("ok", () => {
        answered.add(name);
        over();
      })
      .receive("timeout", over);
  };
  socket.connect();
  channel.join().receive("ok", next);
  return {
    get joined() {
      return channel.state === "joined";
    },
    async stop() {
      stopped = true;
      await until(() => !pushing);
      await new Promise<void>((resolve) => socket.disconnect(resolve));
    },
  };
}

test("a rolling restart under load", async () => {
  let current = await startServer();
  const relay = await Relay.listen({
    get targetPort() {
      return current.port;
    },
  });
  onTestFinished(() => relay.close());
  const url = `ws://127.0.0.1:${relay.port}/socket`;
  const workers = [
    ...Array.from({ length: OURS }, (_, index) => ourWorker(url, index)),
    ...Array.from({ length: THEIRS }, (_, index) => theirWorker(url, index)),
  ];
  for (let turn = 1; turn < SERVERS; turn++) {
    await until(() => workers.every(({ joined }) => joined));
    const before = answered.size;
    await until(() => answered.size > before + 200);
    const old = current;
    current = await startServer();
    let metBoth = 0;
    const closing = old.server.close({ drain: DRAIN });
    const watching = (async () => {
      while (old.server.stats().live.websocket > 0) {
        if (current.server.stats().live.websocket > 0) metBoth += 1;
        await setImmediate();
      }
    })();
    await Promise.all([closing, watching]);
    const { live, endsByReason, opened } = old.server.stats();
    expect(live).toEqual({ websocket: 0, longpoll: 0, channel: 0 });
    expect(endsByReason.drained).toBe(opened);
    // They come back one by one: the first is there before the last has gone.
    expect(metBoth).toBeGreaterThan(0);
  }
  await until(() => workers.every(({ joined }) => joined));
  await Promise.all(workers.map((worker) => worker.stop()));
  expect(answered.size).toBeGreaterThan(400);
  const lost = [...answered].filter((name) => finished.get(name) !== 1);
  expect(lost).toEqual([]);
  expect([...finished.values()].every((times) => times === 1)).toBe(true);
});
