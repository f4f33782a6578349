// One direction of a relayed connection that follows a script. Where relay-lane.ts does what it is
// told while it runs, this one knows from the start what it will do after how many bytes.
import type { Socket } from "node:net";
import type { FaultKind, Interruption, LaneScript } from "./fault-script.ts";
import { FrameSplitter, type Piece } from "./frame-splitter.ts";
import { OPCODE } from "./frames.ts";
import { resetNow, whenTrulyEnded } from "./reset.ts";

/** What a lane asks of its connection. */
export interface LaneHost {
  /** A fault took effect. */
  fault(kind: FaultKind): void;
  /** Resets both sides. */
  reset(): void;
  /** Silences both lanes. */
  silence(): void;
}

interface Cargo {
  readonly due: number;
  /** Null for a FIN. */
  readonly piece: Piece | null;
}

/** More than this waits at the sender, not here. */
const MAX_QUEUED = 64 * 1024;

export class ScriptedLane {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #script: LaneScript;
  readonly #host: LaneHost;
  readonly #splitter = new FrameSplitter();
  readonly #interruptions: Interruption[];
  /** "dropping": what comes is read and thrown away; FIN and RST too. */
  #flow: "passing" | "dropping" = "passing";
  #queue: Cargo[] = [];
  #queued = 0;
  #passed = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;
  #sinkIsFull = false;
  #closeMet = false;

  constructor(source: Socket, sink: Socket, script: LaneScript, host: LaneHost) {
    this.#source = source;
    this.#sink = sink;
    this.#script = script;
    this.#host = host;
    this.#interruptions = [...script.interruptions];
    if (script.latency > 0) host.fault("latency");
    if (script.bytesPerSecond < Infinity) host.fault("throttle");
    source.on("data", (chunk: Buffer) => this.#takeBytes(chunk));
    const ended = (): void => whenTrulyEnded(source, source, () => this.#takeFin());
    // The client may have ended while the server was being dialled.
    if (source.readableEnded) ended();
    else source.on("end", ended);
    source.on("error", () => this.#takeReset());
    sink.on("drain", () => {
      this.#sinkIsFull = false;
      this.#move();
    });
    sink.on("close", () => this.#drop());
  }

  /** Nothing will pass any more. */
  get isStopped(): boolean {
    return this.#flow === "dropping";
  }

  /** Nothing passes from now on, a FIN or a RST neither. */
  stop(): void {
    this.#drop();
  }

  #drop(): void {
    this.#stopWaiting();
    this.#flow = "dropping";
    this.#queue = [];
    this.#queued = 0;
    // Read on, so that the source's own end is noticed.
    this.#source.resume();
  }

  #takeBytes(chunk: Buffer): void {
    if (this.#flow === "dropping") return;
    const now = performance.now();
    const { latency, bytesPerSecond } = this.#script;
    for (const piece of this.#splitter.split(chunk)) {
      const cost = (piece.bytes.length / bytesPerSecond) * 1_000;
      this.#lastDue = Math.max(now + latency, this.#lastDue + cost);
      this.#queue.push({ due: this.#lastDue, piece });
      this.#queued += piece.bytes.length;
      if (piece.opcode === OPCODE.close && piece.ends) this.#overtake();
    }
    this.#move();
  }

  #takeFin(): void {
    if (this.#flow === "dropping") return;
    this.#queue.push({ due: this.#lastDue, piece: null });
    this.#move();
  }

  /** What a RST overtakes is lost, as it is in a receiver's buffer. */
  #takeReset(): void {
    if (this.#flow === "dropping") return;
    this.#drop();
    resetNow(this.#sink);
  }

  /** Moves the close frame that has just come to where the next frame begins. */
  #overtake(): void {
    if (this.#script.closing.type !== "overtake") return;
    const isClose = ({ piece }: Cargo): boolean => piece?.opcode === OPCODE.close;
    const close = this.#queue.filter(isClose);
    const others = this.#queue.filter((cargo) => !isClose(cargo));
    const place = others.findIndex(({ piece }) => piece?.begins === true);
    if (place === -1) return;
    const now = close.map(({ piece }) => ({ due: 0, piece }));
    this.#queue = [...others.slice(0, place), ...now, ...others.slice(place)];
    if (!this.#isPaused) this.#stopWaiting();
    this.#host.fault("close overtook data");
  }

  /** Hands over all that is due, then reads on or waits. */
  #move(): void {
    while (this.#timer === undefined && this.#flow === "passing" && !this.#sinkIsFull) {
      const next = this.#queue[0];
      if (next === undefined) break;
      const wait = next.due - performance.now();
      if (wait > 0) {
        this.#wait(wait);
        break;
      }
      this.#queue.shift();
      if (next.piece === null) this.#sink.end();
      else this.#deliver(next.piece);
    }
    if (this.#flow === "dropping") return;
    if (this.#sinkIsFull || this.#queued >= MAX_QUEUED) this.#source.pause();
    else this.#source.resume();
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#stopWaiting();
      this.#move();
    }, ms);
  }

  #pause(ms: number): void {
    this.#isPaused = true;
    this.#wait(ms);
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isPaused = false;
  }

  #deliver(piece: Piece): void {
    const { bytes } = piece;
    if (piece.opcode === OPCODE.close && !this.#meetClose(piece)) return;
    const [next] = this.#interruptions;
    if (next === undefined || this.#passed + bytes.length <= next.at) {
      this.#queued -= bytes.length;
      return this.#write(bytes);
    }
    const before = Math.max(0, next.at - this.#passed);
    this.#interruptions.shift();
    this.#queued -= before;
    const rest = bytes.subarray(before);
    this.#queue.unshift({
      due: 0,
      piece: { ...piece, bytes: rest, begins: before === 0 && piece.begins },
    });
    this.#write(bytes.subarray(0, before));
    this.#interrupt(next);
  }

  #write(bytes: Buffer): void {
    this.#passed += bytes.length;
    if (bytes.length > 0 && this.#sink.writable) this.#sinkIsFull = !this.#sink.write(bytes);
  }

  #interrupt(interruption: Interruption): void {
    switch (interruption.type) {
      case "pause":
        this.#host.fault("pause");
        return this.#pause(interruption.ms);
      case "fin":
        this.#host.fault("fin");
        return this.#end("fin");
      case "rst":
        this.#host.fault("rst");
        return this.#end("rst");
      case "silence":
        this.#host.fault(interruption.ways === "both" ? "silence" : "one-way silence");
        if (interruption.ways === "both") this.#host.silence();
        else this.#drop();
    }
  }

  #end(by: "fin" | "rst"): void {
    this.#drop();
    if (by === "fin") this.#sink.end();
    else this.#host.reset();
  }

  /** Does what the script has for the close frame. True if this piece of it is to be delivered. */
  #meetClose(piece: Piece): boolean {
    const { closing } = this.#script;
    switch (closing.type) {
      case "pass":
      case "overtake":
        return true;
      case "delay":
        if (this.#closeMet) return true;
        this.#closeMet = true;
        this.#host.fault("close delayed");
        this.#queue.unshift({ due: 0, piece });
        this.#pause(closing.ms);
        return false;
      case "withhold":
        this.#host.fault("close withheld");
        this.#drop();
        return false;
      case "lose":
        if (piece.begins) this.#host.fault("close lost");
        this.#queued -= piece.bytes.length;
        return false;
      case "break":
        this.#host.fault("close broken");
        this.#write(piece.bytes.subarray(0, closing.bytes));
        this.#end(closing.by);
        return false;
    }
  }
}
