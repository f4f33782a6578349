// What is tried again is not tried in silence: a warning at the first failed attempt of a series.
import { inspect } from "node:util";
import { closeFrame, type Script } from "@slipstream/faults";
import { describe, expect, test } from "vitest";
import { relayTo, serve, serveRaw } from "./fixtures/servers.ts";
import { Log, newSocket, nextEnd } from "./fixtures/sockets.ts";
import type { NodeSocketOptions, Socket } from "./index.ts";

interface Tried {
  readonly socket: Socket;
  /** The warnings so far. */
  readonly warnings: () => string[];
  readonly log: Log;
}

/** A socket that has tried `attempts` times, and failed. */
async function tried(
  url: string,
  attempts: number,
  options: NodeSocketOptions = {},
): Promise<Tried> {
  const log = new Log();
  const socket = newSocket(url, { logger: log, ...options });
  void socket.connect();
  for (let ended = 0; ended < attempts; ended++) await nextEnd(socket);
  await expect.poll(() => socket.stats.counters.attempts).toBeGreaterThan(attempts);
  return {
    socket,
    log,
    warnings: () => log.lines.filter(([level]) => level === "warn").map(([, line]) => line),
  };
}

async function refusing(status: number): Promise<string> {
  const script: Script = async (peer) => {
    await peer.refuse({ status });
    peer.end();
  };
  return `${(await serveRaw(script)).url}/socket`;
}

describe("an attempt that fails", () => {
  test("is warned of once, with what to check and when it is tried again", async () => {
    const { warnings } = await tried(await refusing(404), 4, { reconnect: [7] });
    expect(warnings().length).toBe(1);
    expect(warnings()[0]).toContain("answered the upgrade with 404. Check the URL");
    expect(warnings()[0]).toContain("Trying again in 7 ms");
  });

  test("nobody listens", async () => {
    const { warnings } = await tried("ws://127.0.0.1:1/socket", 3);
    expect(warnings().length).toBe(1);
    expect(warnings()[0]).toContain("Check that the server runs");
  });

  test("a function for the token that throws", async () => {
    const error = new RangeError("no token today");
    const authToken = (): never => {
      throw error;
    };
    const { warnings, log } = await tried("ws://127.0.0.1:1/socket", 3, { authToken });
    expect(warnings().length).toBe(1);
    expect(warnings()[0]).toContain("a function for params, headers or authToken failed");
    expect(warnings()[0]).toContain("onConnectionEnd is told that cause.");
    const details = log.lines.map(([, , given]) => given as { readonly cause: unknown });
    for (const given of details) expect(given.cause).toBe(error);
    // It may quote a token: whoever prints the line prints its kind.
    expect(inspect(details[0])).toBe("Withheld { threw: 'RangeError' }");
  });

  test("after a new connect() it is a new series", async () => {
    const { socket, warnings } = await tried(await refusing(503), 2);
    await socket.disconnect();
    void socket.connect();
    await expect.poll(() => warnings().length).toBe(2);
  });
});

describe("a connection that was lost", () => {
  test("is none; what fails after it is", async () => {
    const { port } = await serve();
    const relay = await relayTo(port);
    const log = new Log();
    const socket = newSocket(relay.url, { logger: log });
    await socket.connect();
    await relay.close();
    const attempts = socket.stats.counters.attempts;
    await expect.poll(() => socket.stats.counters.attempts).toBeGreaterThan(attempts + 3);
    const warnings = log.lines.filter(([level]) => level === "warn").map(([, line]) => line);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toContain("ECONNREFUSED");
  });

  test("a server that accepts and drops, again and again, is warned of once", async () => {
    const server = await serveRaw(async (peer) => {
      await peer.accept();
      await peer.write(closeFrame(1011, "no"));
      await peer.frame();
      peer.end();
    });
    const { warnings } = await tried(`${server.url}/socket`, 4);
    expect(warnings().length).toBe(1);
    expect(warnings()[0]).toContain("closed the connection with code 1011");
  });
});
