// What thousands of clients do together when their server is in trouble: an outage and a server that
// is short of room afterwards, a server that lets in and drops, and a machine that slept.
import {
  backoff,
  mayReconnect,
  PHOENIX_RECONNECT,
  seededRandom,
  tableDelay,
  type EndReason,
  type RetryPolicy,
  type SessionOptions,
} from "@slipstream/core";
import { Agenda } from "./agenda.ts";
import { SimulatedClient } from "./simulated-client.ts";
import { SimulatedServer, type Weather } from "./simulated-server.ts";

/** The policies that are compared: the first is the default of @slipstream/client, the other phoenix.js's table. */
const POLICIES: Readonly<Record<PolicyName, RetryPolicy<EndReason>>> = {
  default: ({ attempt, cause, random }) => mayReconnect(cause) && backoff(attempt, random),
  table: ({ attempt, cause, random }) =>
    mayReconnect(cause) && tableDelay(PHOENIX_RECONNECT, attempt, 0, random),
};

export type PolicyName = "default" | "table";

/** How many clients there are, and what determines every random choice. */
export interface Size {
  readonly count?: number;
  readonly seed?: number;
}

export const CLIENTS = 10_000;
/** What the server can take in 100 ms once it is back: all of them in 10 s. */
export const CAPACITY = 100;
/** Ms of the simulated outage, from the crash on. */
export const OUTAGE = 5_000;
/** Ms from the crash for which it is watched. */
export const WATCHED = 60_000;
/** Ms after which the server crashes: by then each connection has been stable. */
export const CRASH = 20_000;

const ROOMY: Weather = { type: "up", capacity: Infinity };

/** What a simulation is made of, when all clients are connected and have been for a while. */
export interface World {
  readonly agenda: Agenda;
  readonly server: SimulatedServer;
  readonly clients: readonly SimulatedClient[];
}

function settle(count: number, policy: RetryPolicy<EndReason>, seed: number): World {
  const agenda = new Agenda();
  const server = new SimulatedServer(agenda, seededRandom(seed), ROOMY);
  const clients = Array.from({ length: count }, (_, index) => {
    const options: SessionOptions = {
      connectTimeout: 10_000,
      closeTimeout: 5_000,
      joinTimeout: 10_000,
      heartbeat: { interval: 3_600_000, timeout: 10_000 },
      maxPause: 5_000,
      maxQueued: 1_000,
      maxInFlight: 10_000,
      reconnect: policy,
      credentialsMustChange: true,
      rejoin: () => false,
      random: seededRandom(seed * 1_000_003 + index),
    };
    const client = new SimulatedClient(agenda, server, options);
    client.connect();
    return client;
  });
  agenda.run(CRASH);
  return { agenda, server, clients };
}

/** The server crashes, is away for a while, and then has less room than clients want. */
export interface Outage extends World {
  /** Ms from the crash until the last client was back; null if not all are. */
  readonly backAfter: number | null;
}

export function outage(name: PolicyName, { count = CLIENTS, seed = 1 }: Size = {}): Outage {
  const world = settle(count, POLICIES[name], seed);
  const { agenda, server } = world;
  server.become({ type: "down" });
  server.crash();
  agenda.run(CRASH + OUTAGE);
  server.become({ type: "up", capacity: CAPACITY });
  let backAfter: number | null = null;
  for (let at = CRASH + OUTAGE; at < CRASH + WATCHED; at += 100) {
    agenda.run(at);
    if (server.live === count) backAfter ??= at - CRASH;
  }
  return { ...world, backAfter };
}

/** The server lets everybody in and drops them 200 ms later, for 10 minutes. */
export function flapping(name: PolicyName, { count = 100, seed = 1 }: Size = {}): World {
  const world = settle(count, POLICIES[name], seed);
  world.server.become({ type: "flapping", life: 200 });
  world.server.crash();
  world.agenda.run(CRASH + 600_000);
  return world;
}

export interface Awakening extends World {
  readonly wokeAt: number;
  /** How often credentials had been asked for by then. */
  readonly tokensBefore: number;
}

/**
 * A machine with many sockets sleeps for an hour; the server forgot them meanwhile. Half of them were
 * waiting for their next attempt when it fell asleep. It is watched for a minute afterwards.
 */
export function sleep({ count = 2_000, seed = 1 }: Size = {}): Awakening {
  const world = settle(count, POLICIES.default, seed);
  const { agenda, server, clients } = world;
  server.become({ type: "down" });
  server.crash();
  // Long enough for several attempts, so that delays have grown.
  agenda.run(CRASH + 20_000);
  server.become(ROOMY);
  const isDialling = ({ session }: SimulatedClient): boolean => session.state.type === "connecting";
  while (server.live < count / 2 || clients.some(isDialling)) agenda.run(agenda.now + 1);
  server.forget();
  agenda.sleep(3_600_000);
  const wokeAt = agenda.now;
  const tokensBefore = tokensOf(clients);
  agenda.run(wokeAt + 60_000);
  return { ...world, wokeAt, tokensBefore };
}

/** How often these clients have asked for credentials. */
export function tokensOf(clients: readonly SimulatedClient[]): number {
  return clients.reduce((sum, { tokens }) => sum + tokens, 0);
}
