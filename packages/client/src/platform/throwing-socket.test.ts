// WebSockets of the platform's that do what none should: throw from `close`, and hand over what is
// neither text nor bytes. The real one of `ws` does everything else, against a real server.
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { failureOf } from "../fixtures/failure.ts";
import { serve, serveRaw } from "../fixtures/servers.ts";
import { Log, newSocket, openSocket } from "../fixtures/sockets.ts";
import type { NodeSocketOptions } from "../index.ts";
import { dialPlatform, type PlatformWebSocketClass } from "./platform-transport.ts";

class Odd extends Error {}

/** Those that were made: whoever throws from `close` leaves them to us. */
const made = new Set<WebSocket>();
afterEach(() => {
  for (const socket of made) socket.terminate();
  made.clear();
});

class Unclosable extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    made.add(this);
  }
  override close(): void {
    throw new Odd("as asked");
  }
}

function over(webSocket: unknown): NodeSocketOptions {
  return { transport: dialPlatform(webSocket as PlatformWebSocketClass), reconnect: false };
}

const GONE = { code: null, reason: "", clean: false };

test("close throws: a disconnect resolves, and nothing is uncaught", async () => {
  const { url } = await serve();
  const log = new Log();
  const socket = await openSocket(url, { ...over(Unclosable), logger: log });
  expect(await socket.disconnect()).toEqual(GONE);
  expect(socket.state.type).toBe("ended");
  expect(await socket.disconnect()).toEqual({ code: null, reason: "", clean: true });
  await socket.connect();
  expect(await socket.reset()).toEqual(GONE);
  const errors = log.lines.filter(([level]) => level === "error");
  expect(errors.map(([, , details]) => details)).toEqual([expect.any(Odd)]);
});

test("close throws while it dials", async () => {
  const server = await serveRaw();
  const socket = newSocket(`${server.url}/socket`, over(Unclosable));
  const connecting = failureOf(socket.connect());
  await server.peer();
  expect(await socket.reset()).toEqual(GONE);
  expect(await connecting).toMatchObject({ code: "requested" });
});

/** One that hands over these first, and only then what came. */
function handingOver(...odd: unknown[]): unknown {
  class Odd extends WebSocket {}
  const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(Odd.prototype, "onmessage", {
    ...own,
    set(this: WebSocket, listener: ((event: WebSocket.MessageEvent) => void) | null) {
      own?.set?.call(
        this,
        listener &&
          ((event: WebSocket.MessageEvent) => {
            for (const data of odd.splice(0)) {
              listener({ ...event, data } as WebSocket.MessageEvent);
            }
            listener(event);
          }),
      );
    },
  });
  return Odd;
}

test("messages that are neither text nor bytes are ignored and counted, and nothing else is lost", async () => {
  const { url } = await serve();
  const odd = [null, undefined, 7, {}, { byteLength: "7" }, new Blob(["text"])];
  const socket = await openSocket(url, over(handingOver(...odd)));
  const room = await socket.join("room:a");
  expect(await room.push("echo", "again")).toBe("again");
  const { ignored, attempts } = socket.stats.counters;
  expect([ignored.undecodable, attempts]).toEqual([odd.length, 1]);
});
