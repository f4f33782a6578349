// A TCP server that accepts nobody: its queue is full and its thread asleep, so that whoever connects
// stays in SYN-SENT for as long as the kernel repeats its SYN.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

/** Runs in a thread of its own, which sleeps from the moment it listens until it is woken to end. */
const THREAD = `
  const { createServer } = require("node:net");
  const { parentPort, workerData } = require("node:worker_threads");
  const server = createServer((socket) => socket.destroy());
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    // The message leaves this thread before it falls asleep.
    setImmediate(() => Atomics.wait(workerData, 0, 0));
    setImmediate(() => server.close());
  });
`;

/** How many connections Linux completes for a backlog of 1. */
const QUEUE = 2;

/**
 * @example
 * ```ts
 * const full = await FullServer.listen();
 * const socket = connect(full.port); // neither "connect" nor "error"
 * socket.destroy();
 * await full.close();
 * ```
 */
export class FullServer {
  static async listen(): Promise<FullServer> {
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(THREAD, { eval: true, workerData: gate });
    const [port] = (await once(worker, "message")) as [number];
    const queued = Array.from({ length: QUEUE }, () => connect({ port, host: "127.0.0.1" }));
    for (const socket of queued) socket.on("error", () => {});
    await Promise.all(queued.map((socket) => once(socket, "connect")));
    return new FullServer(port, worker, gate, queued);
  }

  readonly port: number;
  readonly #worker: Worker;
  readonly #gate: Int32Array;
  readonly #queued: readonly Socket[];

  private constructor(port: number, worker: Worker, gate: Int32Array, queued: readonly Socket[]) {
    this.port = port;
    this.#worker = worker;
    this.#gate = gate;
    this.#queued = queued;
  }

  /** Frees everything. Resolves when nothing is left. */
  async close(): Promise<void> {
    const closed = this.#queued.map((socket) => (socket.closed ? null : once(socket, "close")));
    for (const socket of this.#queued) socket.destroy();
    const exited = once(this.#worker, "exit");
    Atomics.store(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
    await Promise.all([exited, ...closed]);
  }
}
