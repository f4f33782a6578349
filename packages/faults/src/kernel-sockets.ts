// The kernel's own list of TCP sockets, which also knows those that no process holds any more.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** One end of a TCP connection, or a listener, on this machine. */
export interface KernelSocket {
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: TcpState;
  /** Tells which process holds it; 0 where none does any more. */
  readonly inode: number;
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
 * The same, without those that other processes hold: a port that is free again may be anybody's.
 * Those that nobody holds any more are among them.
 */
export function ownKernelSockets(port: number): KernelSocket[] | undefined {
  const sockets = kernelSockets(port);
  if (sockets === undefined) return undefined;
  const ours = ownInodes();
  return sockets.filter(({ inode }) => inode === 0 || ours.has(inode));
}

/** The inodes of the sockets that this process holds. */
function ownInodes(): Set<number> {
  const links = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The one that the folder was read by is closed again.
      return "";
    }
  });
  return new Set(links.map((link) => Number(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? -1)));
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
  const [, local = "", remote = "", state = "0", , , , , , inode = "0"] = line.trim().split(/\s+/);
  return {
    localPort: Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16),
    remotePort: Number.parseInt(remote.slice(remote.lastIndexOf(":") + 1), 16),
    state: STATES[Number.parseInt(state, 16)] ?? "UNKNOWN",
    inode: Number.parseInt(inode, 10),
  };
}
