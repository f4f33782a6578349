// What a pool has counted: the sums over its sockets, those that are gone included.
import type { Counters } from "@slipstream/core";
import type { Tally } from "../outcome.ts";
import type { SocketStats } from "../socket.ts";

/** The counters of all sockets, added up. */
export type PoolCounters = Readonly<
  Pick<
    Counters,
    | "attempts"
    | "opened"
    | "messagesReceived"
    | "messagesSent"
    | "endsByReason"
    | "pushes"
    | "ignored"
  >
>;

/** As a socket's stats, at the moment when they were asked for. */
export interface PoolStats extends Readonly<Tally> {
  /** How many sockets there are, those that are being closed included. */
  readonly sockets: number;
  /** How many channels the server knows of or soon will. */
  readonly channels: number;
  /** Bytes that wait to be handed to the operating system. */
  readonly bufferedAmount: number;
  readonly counters: PoolCounters;
}

/** Nested numbers, by name. */
export type Numbers = { readonly [name: string]: number | Numbers };

/** The stats of one socket as nested numbers. */
export function numbersOf({ counters, transport: _transport, ...rest }: SocketStats): Numbers {
  const { attempts, opened, messagesReceived, messagesSent } = counters;
  const { endsByReason, pushes, ignored } = counters;
  const groups = { endsByReason, pushes, ignored };
  return { ...rest, counters: { attempts, opened, messagesReceived, messagesSent, ...groups } };
}

/** Adds up numbers of the same names. */
export function sum(one: Numbers, other: Numbers): Numbers {
  const names = Object.entries(other).map(([name, value]) => {
    const before = one[name];
    if (typeof value === "number") return [name, value + (typeof before === "number" ? before : 0)];
    return [name, typeof before === "object" ? sum(before, value) : value];
  });
  return Object.fromEntries(names) as Numbers;
}
