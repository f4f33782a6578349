// What is left of sockets when all is over, by everybody's own account: both libraries', the relay's,
// this process's and the kernel's.
import { setTimeout as sleep } from "node:timers/promises";
import type { Socket } from "@slipstream/client";
import { ownKernelSockets, type KernelSocket } from "@slipstream/faults";

export interface SocketsLeft {
  /** Connections of the client that are not over, by its counters: attempts begun less ends. */
  readonly client: number;
  /** WebSockets and channels that the servers count as live. */
  readonly server: number;
  /** TCP connections of the relay between them. */
  readonly relay: number;
  /** TCP sockets and listeners that Node holds for this process. */
  readonly process: number;
  /** Sockets of our ports in the kernel's table, FIN-WAIT included; null where it has none to read (it is Linux's). */
  readonly kernel: number | null;
  /** Beside these: ends that the kernel remembers for a minute, as TCP wants it of the side that closed first. */
  readonly timeWait: number | null;
}

/** How many attempts of a socket have not come to their end. */
export function attemptsAlive({ counters }: Socket["stats"]): number {
  const ended = Object.values(counters.endsByReason).reduce((sum, count) => sum + count, 0);
  return counters.attempts - ended;
}

/** Node's names for what is open: TCPSocketWrap, TCPServerWrap. The terminal and pipes are others. */
export function processSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP")).length;
}

/**
 * The kernel's sockets of ports that we listen on, at either end. Ports are used again: what other
 * processes hold is not counted, nor what was there already when a port became ours.
 */
export class KernelWatch {
  readonly #before = new Map<number, ReadonlySet<string>>();

  /** To be called when the port is listened on, and nobody has connected to it. */
  add(port: number): void {
    const there = (ownKernelSockets(port) ?? []).filter(({ state }) => state !== "LISTEN");
    this.#before.set(port, new Set(there.map(nameOf)));
  }

  counts(): Pick<SocketsLeft, "kernel" | "timeWait"> {
    // A connection has a port of ours at one end or at both: each entry of the table is counted once.
    const seen = new Set<string>();
    let kernel = 0;
    let timeWait = 0;
    for (const [port, before] of this.#before) {
      const sockets = ownKernelSockets(port);
      if (sockets === undefined) return { kernel: null, timeWait: null };
      for (const socket of sockets) {
        const name = nameOf(socket);
        if (seen.has(name) || before.has(name)) continue;
        seen.add(name);
        if (socket.state === "TIME-WAIT") timeWait += 1;
        else kernel += 1;
      }
    }
    return { kernel, timeWait };
  }
}

function nameOf({ localPort, remotePort }: KernelSocket): string {
  return `${localPort} ${remotePort}`;
}

export function total({ client, server, relay, process, kernel }: SocketsLeft): number {
  return client + server + relay + process + (kernel ?? 0);
}

/**
 * Looks until nothing is left, or it has looked once more after `patience` ms: the kernel takes a
 * moment over the last FIN. On a machine with many sockets one look may take longer than that, and
 * what it saw at its beginning is over by its end.
 */
export async function settle(look: () => SocketsLeft, patience: number): Promise<SocketsLeft> {
  const until = performance.now() + patience;
  for (;;) {
    const begin = performance.now();
    const left = look();
    if (total(left) === 0 || begin > until) return left;
    await sleep(20);
  }
}
