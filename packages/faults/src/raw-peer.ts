// The server's end of one TCP connection, for a script to drive frame by frame. It does nothing by
// itself: no pong, no answer to a close, no FIN after a FIN.
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { FrameReader, type ReadFrame } from "./frame-reader.ts";
import { encodeFrame, type RawFrame } from "./frames.ts";
import {
  type AcceptOptions,
  acceptResponse,
  readRequestHead,
  refusalResponse,
  type Refusal,
  type RequestHead,
} from "./handshake.ts";
import { resetNow, whenTrulyEnded } from "./reset.ts";
import { describeFrame, WireLog } from "./wire-log.ts";

/** What a script waits for cannot come any more: the connection has ended. */
export class PeerGoneError extends Error {
  override readonly name = "PeerGoneError";
  readonly code = "peer_gone";
}

/** Frames that a script has not taken. More than this is a script that waits for the wrong thing. */
const MAX_UNREAD_FRAMES = 100_000;
const MAX_REQUEST_HEAD = 64 * 1024;

interface Wait {
  /** "input" can come only until the client's FIN, "end" until the connection is over. */
  readonly from: "input" | "end";
  /** Settles the wait if it can, and says whether it did. */
  attempt(): boolean;
  fail(error: Error): void;
}

export class RawPeer {
  readonly wire: WireLog = new WireLog();
  /** What is read and written: TCP, or the TLS on it. */
  readonly #socket: Duplex;
  readonly #tcp: Socket;
  readonly #reader = new FrameReader();
  readonly #unread: ReadFrame[] = [];
  readonly #waits = new Set<Wait>();
  #head: RequestHead | undefined;
  #beforeHead: Buffer[] = [];
  #bytesReceived = 0;
  #finReceived = false;
  #rstReceived = false;
  #closed = false;

  constructor(tcp: Socket, socket: Duplex = tcp) {
    this.#tcp = tcp;
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => {
      whenTrulyEnded(socket, tcp, () => {
        this.#finReceived = true;
        this.wire.note("client", "fin");
        this.#settle();
        this.#failWaits("input");
      });
    });
    const failed = (error: NodeJS.ErrnoException): void => {
      if (this.#closed || this.#rstReceived) return;
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") return;
      this.#rstReceived = true;
      this.wire.note("client", "rst");
    };
    // Some errors of TCP do not reach the TLS on it.
    tcp.on("error", failed);
    if (socket !== tcp) socket.on("error", failed);
    socket.on("close", () => {
      this.#closed = true;
      this.#settle();
      this.#failWaits("input");
      this.#failWaits("end");
    });
  }

  /** The client's port, to find its end of the connection in the kernel's tables. */
  get remotePort(): number | undefined {
    return this.#tcp.remotePort;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves with the number of bytes received so far, once there is one. */
  bytes(): Promise<number> {
    return this.#until("input", () => this.#bytesReceived || undefined);
  }

  /** The head of the client's HTTP request. */
  request(): Promise<RequestHead> {
    return this.#until("input", () => this.#head);
  }

  /** Answers the upgrade: rightly, or as `options` say. */
  async accept(options: AcceptOptions = {}): Promise<RequestHead> {
    const request = await this.request();
    this.wire.note("server", "response", String(options.status ?? 101));
    await this.#send(acceptResponse(request, options));
    return request;
  }

  /** Answers the upgrade with another status. The connection stays as it is: `end` it, or do not. */
  async refuse(refusal: Refusal): Promise<RequestHead> {
    const request = await this.request();
    this.wire.note("server", "response", String(refusal.status));
    await this.#send(refusalResponse(refusal));
    return request;
  }

  /** The next frame that the client sent. */
  frame(): Promise<ReadFrame> {
    return this.#until("input", () => this.#unread.shift());
  }

  /** Sends a frame, or any bytes. Resolves when the kernel has them. */
  async write(frame: RawFrame | Uint8Array | string): Promise<void> {
    if (typeof frame === "string" || frame instanceof Uint8Array) {
      this.wire.note("server", "bytes", `bytes ${frame.length}`);
      return this.#send(frame);
    }
    this.wire.note("server", "frame", describeFrame(frame));
    return this.#send(encodeFrame(frame));
  }

  /** Sends our FIN. Reading goes on. */
  end(): void {
    this.wire.note("server", "fin");
    this.#socket.end();
  }

  /** Ends the connection with a RST. */
  reset(): void {
    if (this.#closed) return;
    this.wire.note("server", "rst");
    resetNow(this.#tcp);
  }

  /** Resolves when the client's FIN has come. */
  async fin(): Promise<void> {
    await this.#until("end", () => this.#finReceived || undefined);
  }

  /** Resolves when nothing is left of the connection here: FINs went both ways, or a RST one way. */
  async gone(): Promise<void> {
    await this.#until("end", () => this.#closed || undefined);
  }

  /** Stops taking bytes from the kernel: the client's writes will fill the buffers and then wait. */
  stopReading(): void {
    this.#socket.pause();
  }

  startReading(): void {
    this.#socket.resume();
  }

  #receive(chunk: Buffer): void {
    this.#bytesReceived += chunk.length;
    let rest = chunk;
    if (this.#head === undefined) {
      this.#beforeHead.push(chunk);
      const bytes = Buffer.concat(this.#beforeHead);
      const read = readRequestHead(bytes);
      if (read === undefined) {
        // Something else than HTTP, such as TLS. It is counted and not kept.
        this.#beforeHead = bytes.length > MAX_REQUEST_HEAD ? [] : [bytes];
        return this.#settle();
      }
      this.#head = read.head;
      this.#beforeHead = [];
      this.wire.note("client", "request", `${read.head.method} ${read.head.target.split("?")[0]}`);
      rest = bytes.subarray(read.length);
    }
    this.#reader.push(rest);
    for (let frame = this.#reader.read(); frame !== undefined; frame = this.#reader.read()) {
      this.wire.note("client", "frame", describeFrame(frame));
      if (this.#unread.length < MAX_UNREAD_FRAMES) this.#unread.push(frame);
    }
    this.#settle();
  }

  #send(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error)
          reject(
            new PeerGoneError("The connection ended before all was written.", { cause: error }),
          );
        else resolve();
      });
    });
  }

  #settle(): void {
    for (const wait of this.#waits) if (wait.attempt()) this.#waits.delete(wait);
  }

  #failWaits(from: Wait["from"]): void {
    for (const wait of this.#waits) {
      if (wait.from !== from) continue;
      this.#waits.delete(wait);
      wait.fail(new PeerGoneError("The connection ended before what was waited for."));
    }
  }

  #until<T>(from: Wait["from"], take: () => T | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const attempt = (): boolean => {
        const value = take();
        if (value !== undefined) resolve(value);
        return value !== undefined;
      };
      if (attempt()) return;
      this.#waits.add({ from, attempt, fail: reject });
      if (this.#closed) this.#failWaits("end");
      if (this.#closed || this.#finReceived) this.#failWaits("input");
    });
  }
}
