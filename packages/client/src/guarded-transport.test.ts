// Transports that throw where they must not: the connection is taken to be gone, whoever waits is told,
// and what the transport does afterwards changes nothing.
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "./fixtures/failure.ts";
import { Log, newSocket, nextEnd, untilState } from "./fixtures/sockets.ts";
import type { NodeSocketOptions, Socket } from "./index.ts";
import { TestServer } from "./testing/index.ts";
import type { Dial, Transport, TransportEvents } from "./transport.ts";

class Odd extends Error {}

interface Made {
  readonly server: TestServer;
  readonly socket: Socket;
  readonly log: Log;
  /** Where each transport reports what becomes of it. */
  readonly events: TransportEvents[];
}

/** A socket whose transports are the kit's, except that these throw, before or after they have done it. */
function faulty(
  throwing: readonly (keyof Transport)[],
  when: "instead" | "afterwards",
  options: NodeSocketOptions = {},
): Made {
  const server = new TestServer();
  const log = new Log();
  const events: TransportEvents[] = [];
  const transport: Dial = (request, told) => {
    events.push(told);
    return new Proxy(server.transport(request, told), {
      get(link, name) {
        const value: unknown = Reflect.get(link, name, link);
        const throws = throwing.includes(name as keyof Transport);
        if (typeof value !== "function") {
          if (throws) throw new Odd(String(name));
          return value;
        }
        return (...told: unknown[]): unknown => {
          if (!throws) return value.apply(link, told);
          if (when === "afterwards") value.apply(link, told);
          throw new Odd(String(name));
        };
      },
    });
  };
  const socket = newSocket(server.url, {
    ...server.socketOptions,
    transport,
    logger: log,
    ...options,
  });
  onTestFinished(async () => {
    await server.clock.advanceUntil(socket.disconnect());
  });
  return { server, socket, log, events };
}

/** The same, connected. */
async function opened(...made: Parameters<typeof faulty>): Promise<Made> {
  const all = faulty(...made);
  const connecting = all.socket.connect();
  await all.server.acceptConnect();
  await connecting;
  return all;
}

const GONE = { code: null, reason: "", clean: false };

function errorsOf({ lines }: Log): unknown[] {
  return lines.filter(([level]) => level === "error").map(([, , details]) => details);
}

describe.each(["instead", "afterwards"] as const)("throws %s", (when) => {
  test.each([[["close"]], [["close", "reset"]]] as const)(
    "%s: disconnect resolves",
    async (names) => {
      const { server, socket, log, events } = await opened(names, when);
      const room = socket.channel("room:a");
      const joining = failureOf(room.join());
      expect(await socket.disconnect()).toEqual(GONE);
      expect(socket.state).toMatchObject({ type: "ended", reason: { type: "requested" } });
      expect(await joining).toMatchObject({ code: "disconnected" });
      expect(errorsOf(log)).toEqual([expect.any(Odd)]);
      expect(server.clock.pending).toBe(0);

      // It can connect again, and the old transport's word counts no more.
      const connecting = socket.connect();
      await server.acceptConnect();
      await connecting;
      events[0]?.received('[null,null,"room:a","late",{}]');
      events[0]?.closeReceived();
      events[0]?.closed(GONE);
      await server.clock.rest();
      expect(socket.state.type).toBe("open");
      expect(socket.stats.counters).toMatchObject({ attempts: 2, opened: 2, messagesReceived: 0 });
    },
  );

  test("reset, when the server does not answer the close", async () => {
    const { server, socket, log } = await opened(["reset"], when);
    server.connections[0]?.goSilent();
    expect(await server.clock.advanceUntil(socket.disconnect())).toEqual(GONE);
    expect([socket.state.type, errorsOf(log).length]).toEqual(["ended", 1]);
    expect(server.clock.pending).toBe(0);
  });

  test("reset, by socket.reset(), twice", async () => {
    const { socket } = await opened(["reset"], when);
    expect(await Promise.all([socket.reset(), socket.reset()])).toEqual([GONE, GONE]);
  });

  test("reset, when the dial takes too long and when the server is silent: it comes back", async () => {
    const { server, socket } = faulty(["reset"], when, { reconnect: [1] });
    const connecting = socket.connect();
    await server.assertConnect();
    const first = nextEnd(socket);
    await server.clock.advanceUntil(first);
    expect((await first).reason.type).toBe("connectTimeout");
    await server.clock.advance(1);
    const connection = await server.acceptConnect();
    await connecting;
    connection.goSilent();
    const second = nextEnd(socket);
    await server.clock.advanceUntil(second);
    expect((await second).reason.type).toBe("heartbeatTimeout");
    await server.clock.advance(1);
    await server.acceptConnect();
    await untilState(socket, "open");
  });

  test.each(["pause", "resume"] as const)(
    "%s: the connection is lost, by that cause",
    async (name) => {
      const { socket } = await opened([name], when, { reconnect: false });
      const end = nextEnd(socket);
      socket.pause();
      socket.resume();
      expect((await end).reason).toEqual({ type: "connectionLost", cause: expect.any(Odd) });
    },
  );
});

test("bufferedAmount: the push fails as disconnected, and the connection is lost by that cause", async () => {
  const { server, socket } = faulty(["bufferedAmount"], "instead", { reconnect: false });
  const connecting = socket.connect();
  const connection = await server.acceptConnect();
  await connecting;
  const joining = socket.join("room:a");
  await connection.assertJoin("room:a");
  const room = await joining;
  const end = nextEnd(socket);
  expect(await failureOf(room.push("event"))).toMatchObject({ code: "disconnected" });
  expect((await end).reason).toEqual({ type: "connectionLost", cause: expect.any(Odd) });
});

test.each(["kind", "answered"] as const)(
  "%s, which is asked for as it opens: the connection is lost by that cause",
  async (name) => {
    const { server, socket } = faulty([name], "instead", { reconnect: false });
    const end = nextEnd(socket);
    const connecting = socket.connect();
    await server.acceptConnect();
    await connecting;
    expect((await end).reason).toEqual({ type: "connectionLost", cause: expect.any(Odd) });
  },
);

test("a dial that throws has failed to connect, and is tried again", async () => {
  const server = new TestServer();
  let dials = 0;
  const transport: Dial = (...told) => {
    dials += 1;
    if (dials < 3) throw new Odd("dial");
    return server.transport(...told);
  };
  const socket = newSocket(server.url, { ...server.socketOptions, transport });
  onTestFinished(async () => {
    await server.clock.advanceUntil(socket.disconnect());
  });
  const end = nextEnd(socket);
  const connecting = socket.connect();
  expect((await end).reason).toEqual({ type: "connectFailed", cause: expect.any(Odd) });
  await server.clock.advance(2);
  await server.acceptConnect();
  await connecting;
  expect(dials).toBe(3);
});
