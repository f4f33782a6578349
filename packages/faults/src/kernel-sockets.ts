// The kernel's own list of TCP sockets, which also knows those that no process holds any more.
import { readFileSync } from "node:fs";

/** One end of a TCP connection, or a listener, on this machine. */
export interface KernelSocket {
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: TcpState;
}

const STATES = [
  "UNKNOWN",
  "ESTABLISHED",
  "SYN-SENT",
  "SYN-RECV",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
  "TIME-WAIT",
  "CLOSE",
  "CLOSE-WAIT",
  "LAST-ACK",
  "LISTEN",
  "CLOSING",
  "NEW-SYN-RECV",
] as const;

/** As Linux names them (include/net/tcp_states.h). */
export type TcpState = (typeof STATES)[number];

/**
 * The sockets that have `port` at either end, or undefined where the kernel has no such list (it is
 * read from /proc/net/tcp and tcp6, so Linux only).
 */
export function kernelSockets(port: number): KernelSocket[] | undefined {
  const v4 = readTable("/proc/net/tcp");
  if (v4 === undefined) return undefined;
  // The second table is missing where there is no IPv6.
  const v6 = readTable("/proc/net/tcp6") ?? [];
  return socketsOf([...v4, ...v6]).filter(
    (socket) => socket.localPort === port || socket.remotePort === port,
  );
}

/**
 * The sockets of the lines of a table, each once. The kernel writes a table piece by piece, and lists
 * a socket again if others come meanwhile; what it says last is kept.
 */
export function socketsOf(lines: readonly string[]): KernelSocket[] {
  return [...new Map(lines.map((line) => [identityOf(line), parseLine(line)])).values()];
}

/** Both ends tell connections apart, and the inode the listeners. */
function identityOf(line: string): string {
  const [, local = "", remote = "", state = ""] = line.trim().split(/\s+/);
  const inode = STATES[Number.parseInt(state, 16)] === "LISTEN" ? line.trim().split(/\s+/)[9] : "";
  return `${local} ${remote} ${inode}`;
}

function readTable(path: string): string[] | undefined {
  try {
    return readFileSync(path, "latin1").trim().split("\n").slice(1);
  } catch {
    return undefined;
  }
}

function parseLine(line: string): KernelSocket {
  const [, local = "", remote = "", state = "0"] = line.trim().split(/\s+/);
  return {
    localPort: Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16),
    remotePort: Number.parseInt(remote.slice(remote.lastIndexOf(":") + 1), 16),
    state: STATES[Number.parseInt(state, 16)] ?? "UNKNOWN",
  };
}
