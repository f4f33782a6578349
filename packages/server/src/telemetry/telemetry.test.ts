// What is told over Node's own channels: the order of events, and that it is the same everywhere.
import { tracingChannel as nodeChannel } from "node:diagnostics_channel";
import { expect, onTestFinished, test } from "vitest";
import { ChannelsServer } from "../server.ts";
import { ok, reply } from "../channel/results.ts";
import { connect } from "../testing/index.ts";
import { tracingChannel, type CallbackTrace, type Traces } from "./index.ts";

function newServer(): ChannelsServer {
  const server = new ChannelsServer({ logger: false });
  server.socket("/socket", {
    channels: {
      "*": {
        join: () => ok(),
        handleIn: {
          now: () => reply(),
          later: () => Promise.resolve().then(() => reply()),
          crash() {
            throw new Error("on purpose");
          },
          crashLater: () => Promise.reject(new Error("on purpose")),
        },
      },
    },
  });
  onTestFinished(() => server.close());
  return server;
}

test.each([
  ["now", ["start", "end", "asyncStart", "asyncEnd"]],
  ["later", ["start", "end", "asyncStart", "asyncEnd"]],
  ["crash", ["start", "end", "error", "asyncStart", "asyncEnd"]],
  ["crashLater", ["start", "end", "error", "asyncStart", "asyncEnd"]],
])("%s: one object goes through %j, as Node tells it", async (event, order) => {
  const told: [string, CallbackTrace][] = [];
  const hear = (name: string) => (trace: unknown) => void told.push([name, trace as CallbackTrace]);
  const subscribers = {
    start: hear("start"),
    end: hear("end"),
    error: hear("error"),
    asyncStart: hear("asyncStart"),
    asyncEnd: hear("asyncEnd"),
  };
  const channel = nodeChannel("slipstream.server.handleIn");
  channel.subscribe(subscribers);
  onTestFinished(() => channel.unsubscribe(subscribers));
  const server = newServer();
  const socket = await connect(server, "/socket");
  const room = await socket.join("a");
  room.push(event, {});
  await socket.close();
  expect(told.map(([name]) => name)).toEqual(order);
  expect(new Set(told.map(([, trace]) => trace)).size).toBe(1);
  const [, trace] = told[0] as [string, CallbackTrace];
  expect(trace).toMatchObject({ server, path: "/socket", channel: "*", topic: "a", event });
  expect(trace.duration).toBeGreaterThanOrEqual(0);
  expect(trace.error).toEqual(order.includes("error") ? { code: "threw" } : undefined);
});

test("it is told whoever subscribes, and nothing is made while nobody does", async () => {
  const names: (keyof Traces)[] = [
    "slipstream.server.connect",
    "slipstream.server.join",
    "slipstream.server.handleIn",
    "slipstream.server.handleInfo",
    "slipstream.server.handleOut",
    "slipstream.server.terminate",
  ];
  expect(names.map((name) => tracingChannel(name).hasSubscribers)).toEqual(names.map(() => false));
  const heard: unknown[] = [];
  const subscribers = { asyncEnd: ({ path }: { path: string }) => void heard.push(path) };
  const channel = tracingChannel("slipstream.server.connect");
  const server = newServer();
  await connect(server, "/socket");
  expect(heard).toEqual([]);
  channel.subscribe(subscribers);
  await connect(server, "/socket");
  expect(heard).toEqual(["/socket/websocket"]);
  channel.unsubscribe(subscribers);
  await connect(server, "/socket");
  expect(heard).toEqual(["/socket/websocket"]);
});
