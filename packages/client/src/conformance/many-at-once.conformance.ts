// Many connections at once, let go of at any moment and in any way: nothing is left on either side.
import { closeFrame, RawServer, textFrame, type RawPeer } from "@slipstream/faults";
import { afterEach, describe, expect, test } from "vitest";
import {
  clientStates,
  expectKernelToBeEmpty,
  Recorder,
  type TransportUnderTest,
} from "./recorder.conformance.ts";

/** Ms. Over TLS the dials are a thousand handshakes: on a machine that is busy, more than the usual bound. */
const OVERLAPPING_TIMEOUT = 180_000;

export function describeManyAtOnce({ dial, servers }: TransportUnderTest): void {
  describe("many at once", () => {
    let server: RawServer;
    afterEach(async () => {
      await expectKernelToBeEmpty(server.port);
      await server.close();
    });

    test("200 connections whose server never answers the close, all reset: nothing is left", async () => {
      server = await RawServer.listen(async (peer) => {
        await peer.accept();
      }, servers);
      const clients = Array.from({ length: 200 }, () => new Recorder(dial, server.url));
      await Promise.all(clients.map((client) => client.until("opened")));
      for (const client of clients) client.close(1000, "bye");
      const peers = await Promise.all(clients.map((_, index) => server.peer(index)));
      await Promise.all(peers.map((peer) => peer.frame()));
      for (const client of clients) client.reset();
      const ends = await Promise.all(clients.map((client) => client.end()));
      expect(ends.every((end) => end.code === null && !end.clean)).toBe(true);
      // FIN-WAIT included: a RST leaves nothing.
      expect(clientStates(server.port) ?? []).toEqual([]);
      await Promise.all(peers.map((peer) => peer.gone()));
      expect(peers.every((peer) => peer.wire.story().at(-1) === "client: RST")).toBe(true);
      expect(server.live).toBe(0);
    });

    test("100 dials by name, given up at every moment of the lookup and of the attempts that follow", async () => {
      server = await RawServer.listen(() => {}, servers);
      const named = server.url.replace("127.0.0.1", "localhost");
      const clients = Array.from({ length: 100 }, () => new Recorder(dial, named));
      await Promise.all(
        clients.map(async (client, index) => {
          await turns(index % 25);
          client.reset();
        }),
      );
      await Promise.all(clients.map((client) => client.end()));
      // The server never ends TCP: a FIN of ours would be seen here for as long as anybody looks.
      expect(clientStates(server.port) ?? []).toEqual([]);
      // What the server has yet to accept, it accepts and finds reset.
      await expect.poll(() => server.live).toBe(0);
    });

    test(
      "1,000 overlapping dials, closed and reset at random moments: nothing is left",
      async () => {
        server = await RawServer.listen(serveAtRandom, servers);
        const random = seeded(1_000);
        const before = process.getActiveResourcesInfo().length;
        const clients: Recorder[] = [];
        for (let i = 0; i < 1_000; i++) {
          const client = new Recorder(dial, `${server.url}/`);
          clients.push(client);
          void rough(client, random);
          if (random() < 0.1) await turns(random() * 5);
        }
        const ends = await Promise.all(clients.map((client) => client.end()));
        expect(ends).toHaveLength(1_000);
        await Promise.all(server.peers.map((peer) => peer.gone()));
        expect(server.live).toBe(0);
        expect(clientStates(server.port) ?? []).toEqual([]);
        expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
      },
      OVERLAPPING_TIMEOUT,
    );
  });
}

/** A well-behaved server, a silent one, one that only echoes, one that refuses, one that drops. */
async function serveAtRandom(peer: RawPeer, index: number): Promise<void> {
  try {
    await serve(peer, index);
  } catch (error) {
    // As any server: a FIN before all was said is answered with a FIN.
    if (!peer.closed) peer.end();
    throw error;
  }
}

async function serve(peer: RawPeer, index: number): Promise<void> {
  if (index % 5 === 3) {
    await peer.refuse({ status: 503 });
    await peer.fin();
    return peer.end();
  }
  await peer.accept();
  if (index % 5 === 4) return peer.reset();
  await peer.write(textFrame("x".repeat(10_000)));
  if (index % 5 === 1) return;
  await peer.frame();
  await peer.write(closeFrame(1000));
  if (index % 5 === 0) peer.end();
}

/** Lets go of a connection at a random moment, in a random way, and resets it later in any case. */
async function rough(client: Recorder, random: () => number): Promise<void> {
  const choice = random();
  if (choice < 0.3) await client.until("opened").catch(() => {});
  else await turns(random() * 20);
  if (random() < 0.7) {
    client.close(1000, "bye");
    await turns(random() * 30);
  }
  client.reset();
}

/** A few turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Mulberry32: random numbers that are the same every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
