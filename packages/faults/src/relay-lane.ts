// One direction of a relayed connection: bytes, a FIN or a RST go from `source` to `sink`, in order,
// as soon as nothing holds them. It knows nothing of the other direction.
import type { Socket } from "node:net";
import type { CloseFrameFinder } from "./close-frame-finder.ts";
import { resetNow, whenTrulyEnded } from "./reset.ts";

/** How a lane carries what it is given. */
export interface LaneBehaviour {
  readonly flow: "pass" | "silent" | "stopAtClose";
  /** Ms that everything takes. */
  readonly latency: number;
  /** Infinity for no limit. */
  readonly bytesPerSecond: number;
}

type Cargo =
  | { readonly type: "bytes"; readonly bytes: Buffer; readonly isClose: boolean }
  | { readonly type: "fin" }
  | { readonly type: "rst" };

const MAX_QUEUED = 1024 * 1024;

export class Lane {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #finder: CloseFrameFinder | undefined;
  #behaviour: LaneBehaviour;
  readonly #queue: { due: number; cargo: Cargo }[] = [];
  #queued = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;
  #sinkIsFull = false;

  constructor(source: Socket, sink: Socket, behaviour: LaneBehaviour, finder?: CloseFrameFinder) {
    this.#source = source;
    this.#sink = sink;
    this.#behaviour = behaviour;
    this.#finder = finder;
    source.on("data", (chunk: Buffer) => this.#takeBytes(chunk));
    const ended = (): void => whenTrulyEnded(source, source, () => this.#take({ type: "fin" }));
    // The client may have ended while the target was being dialled.
    if (source.readableEnded) ended();
    else source.on("end", ended);
    source.on("error", () => this.#take({ type: "rst" }));
    sink.on("drain", () => {
      this.#sinkIsFull = false;
      this.#move();
    });
    sink.on("close", () => this.stop());
    this.#move();
  }

  behave(behaviour: LaneBehaviour): void {
    this.#behaviour = behaviour;
    this.#move();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#empty();
    // Read on, so that the source's own end is noticed.
    this.#source.resume();
  }

  /** What a RST overtakes is lost, as it is in a receiver's buffer. */
  #empty(): void {
    this.#queue.length = 0;
    this.#queued = 0;
  }

  #takeBytes(chunk: Buffer): void {
    const close = this.#finder?.find(chunk) ?? -1;
    if (close === -1) return this.#take({ type: "bytes", bytes: chunk, isClose: false });
    if (close > 0) this.#take({ type: "bytes", bytes: chunk.subarray(0, close), isClose: false });
    this.#take({ type: "bytes", bytes: chunk.subarray(close), isClose: true });
  }

  #take(cargo: Cargo): void {
    if (this.#sink.destroyed) return;
    if (cargo.type === "rst") this.#empty();
    const { latency, bytesPerSecond } = this.#behaviour;
    const size = cargo.type === "bytes" ? cargo.bytes.length : 0;
    const now = performance.now();
    this.#lastDue = Math.max(now + latency, this.#lastDue + (size / bytesPerSecond) * 1_000);
    this.#queue.push({ due: this.#lastDue, cargo });
    this.#queued += size;
    this.#move();
  }

  /** Hands over all that is due and not held, then reads on or waits. */
  #move(): void {
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || !this.#mayGo(next.cargo)) break;
      const wait = next.due - performance.now();
      if (wait > 0) {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.#move();
        }, wait);
        break;
      }
      this.#queue.shift();
      this.#deliver(next.cargo);
    }
    const full = this.#sinkIsFull || this.#queued >= MAX_QUEUED;
    if (full || this.#behaviour.flow === "silent") this.#source.pause();
    else this.#source.resume();
  }

  #mayGo(cargo: Cargo): boolean {
    switch (this.#behaviour.flow) {
      case "silent":
        return false;
      case "stopAtClose":
        return cargo.type === "bytes" && !cargo.isClose && !this.#sinkIsFull;
      case "pass":
        return cargo.type === "rst" || !this.#sinkIsFull;
    }
  }

  #deliver(cargo: Cargo): void {
    switch (cargo.type) {
      case "bytes":
        this.#queued -= cargo.bytes.length;
        this.#sinkIsFull = !this.#sink.write(cargo.bytes);
        return;
      case "fin":
        this.#sink.end();
        return;
      case "rst":
        resetNow(this.#sink);
        return;
    }
  }
}
