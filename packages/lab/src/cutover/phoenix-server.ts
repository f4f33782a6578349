// A server that runs already on this machine and answers GET /stats, as interop's Phoenix app does. It
// says what lives and what has ended; which connections these are, the kernel's table knows.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { kernelSockets } from "@slipstream/faults";
import type { Served, ServerState } from "./served.ts";
import type { Counts } from "./sample.ts";

/** The server that was named cannot be used. */
export class ServerUnusableError extends Error {
  override readonly name = "ServerUnusableError";
  readonly code = "server_unusable";
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

interface PhoenixStats {
  readonly live: { readonly websocket: number };
  readonly endsByReason: Counts;
}

/**
 * @param url the socket's path, such as "ws://127.0.0.1:4100/socket".
 * @throws {ServerUnusableError}
 */
export async function findServer(url: string): Promise<Served> {
  const { hostname, port: named, host, protocol } = new URL(url);
  if (protocol !== "ws:" || !LOOPBACK.has(hostname)) {
    throw new ServerUnusableError(
      "Zombies are looked for in the kernel's own table: --url must be a ws:// address of this machine, such as ws://127.0.0.1:4100/socket.",
    );
  }
  const port = Number(named === "" ? 80 : named);
  const statsUrl = `http://${host}/stats`;
  const first = await readStats(statsUrl);
  const pid = listenerOf(port);
  return {
    port,
    url: () => url,
    tellsClientsApart: false,
    async look() {
      return stateOf(await readStats(statsUrl), first, pid);
    },
    close: async () => {},
  };
}

function stateOf(stats: PhoenixStats, before: PhoenixStats, pid: number | null): ServerState {
  return {
    ports: [],
    arrivals: [],
    // One is that of the changes; what was there before is nobody's of ours.
    live: {
      first: Math.max(0, stats.live.websocket - before.live.websocket - 1),
      second: 0,
    },
    ends: {
      first: Object.fromEntries(
        Object.entries(stats.endsByReason).map(([reason, count]) => [
          reason,
          count - (before.endsByReason[reason] ?? 0),
        ]),
      ),
      second: {},
    },
    memory: pid === null ? 0 : residentBytes(pid),
  };
}

async function readStats(url: string): Promise<PhoenixStats> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const stats = (await response.json()) as Partial<PhoenixStats>;
    if (typeof stats.live?.websocket === "number" && typeof stats.endsByReason === "object") {
      return stats as PhoenixStats;
    }
  } catch (cause) {
    throw new ServerUnusableError(
      `${url} cannot be read. The server of a cutover answers there as interop's do: npm run interop:server, or the Phoenix app in interop/phoenix.`,
      { cause },
    );
  }
  throw new ServerUnusableError(`${url} says nothing of live.websocket and endsByReason.`);
}

/** The process that listens on a port; null if it is not to be seen. */
function listenerOf(port: number): number | null {
  const inodes = new Set(
    (kernelSockets(port) ?? [])
      .filter(({ state, localPort }) => state === "LISTEN" && localPort === port)
      .map(({ inode }) => `socket:[${inode}]`),
  );
  if (inodes.size === 0) return null;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (linksOf(pid).some((link) => inodes.has(link))) return Number(pid);
  }
  return null;
}

/** What the descriptors of a process stand for; none of a process that is gone or another user's. */
function linksOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
