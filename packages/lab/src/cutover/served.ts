// The server of a run, from outside: our own in a process of its own, or one that runs already.
import type { ChildProcess } from "node:child_process";
import { endChild, hear, startChild } from "./child.ts";
import type { Bounds } from "./options.ts";
import { ROLES, type FromServer, type Role, type ServerLook, type ToServer } from "./protocol.ts";
import type { ByRole, Counts } from "./sample.ts";

/** What one look at a server shows. */
export interface ServerState {
  /** The clients' ports of the TCP connections that it says it holds; none where it cannot say. */
  readonly ports: readonly number[];
  readonly arrivals: readonly (readonly [life: string, port: number])[];
  readonly live: ByRole<number>;
  readonly ends: ByRole<Counts>;
  readonly memory: number;
}

export interface Served {
  readonly port: number;
  /** The socket's path for a client. */
  url(role: Role): string;
  /** Whether it tells the two clients apart. Where it does not, everything is the first one's. */
  readonly tellsClientsApart: boolean;
  look(): Promise<ServerState>;
  close(): Promise<void>;
}

/** Ours, fresh. */
export async function startServer(bounds: Bounds): Promise<Served> {
  const child: ChildProcess = startChild("./server-process.js", [bounds]);
  const listening = await hear<FromServer>(child, ({ type }) => type === "listening");
  const port = listening.type === "listening" ? listening.port : 0;
  return {
    port,
    url: (role) => `ws://127.0.0.1:${port}/${role}`,
    tellsClientsApart: true,
    async look() {
      const answer = hear<FromServer>(child, ({ type }) => type === "look");
      const question: ToServer = { type: "look" };
      child.send(question);
      return stateOf((await answer) as ServerLook);
    },
    close: () => endChild(child),
  };
}

function stateOf({ ports, arrivals, stats, memory }: ServerLook): ServerState {
  const of = <T>(value: (role: Role) => T): ByRole<T> =>
    Object.fromEntries(ROLES.map((role) => [role, value(role)])) as Record<Role, T>;
  return {
    ports,
    arrivals,
    memory,
    // One connection of each is that of the changes.
    live: of((role) => Math.max(0, stats[role].live.websocket - 1)),
    ends: of((role) => stats[role].endsByReason),
  };
}
