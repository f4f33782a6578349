// A WebSocket of the library `ws`, reduced to the few things a transport must know. The library
// reports by `emit` and by calling its own methods, so those are what is overridden here: there are
// no listeners and no closures per connection, and the two things that `ws` emits no event for (a
// close frame came, it wants to end TCP) are seen.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { TextFrames, type FrameOwner } from "./text-frames.ts";
import type { ConnectionOptions, ConnectionOwner } from "./connection-owner.ts";

const CONNECTION = Symbol("connection");
interface HeldStream extends Duplex {
  [CONNECTION]?: WsConnection;
}

/** How the library listens to a stream: with the same functions for all. */
interface StreamListeners {
  readonly data: (this: Duplex, chunk: Buffer) => void;
  readonly end: (this: Duplex) => void;
  readonly close: (this: Duplex) => void;
}

let library: StreamListeners | null = null;

export class WsConnection extends WebSocket implements FrameOwner {
  readonly #owner: ConnectionOwner;
  /** Null while nothing is read, and where the library reads by itself. */
  #stream: HeldStream | null = null;
  readonly #frames: TextFrames;

  constructor(
    url: string,
    protocols: readonly string[],
    options: ConnectionOptions,
    owner: ConnectionOwner,
  ) {
    super(url, [...protocols], options as object);
    this.#owner = owner;
    this.#frames = new TextFrames(this, options.maxPayload);
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const owner = this.#owner;
    switch (event) {
      case "message":
        owner.message(first as Buffer, second as boolean);
        break;
      case "upgrade": {
        const stream: HeldStream = (first as IncomingMessage).socket;
        stream[CONNECTION] = this;
        stream.end = endAfterPeer as Duplex["end"];
        this.#stream = stream;
        owner.upgraded(stream);
        break;
      }
      case "open":
        this.#takeOver();
        owner.opened();
        break;
      case "unexpected-response":
        owner.refused(second as IncomingMessage);
        break;
      case "error":
        owner.failed(first as Error);
        break;
      case "close":
        owner.closed(first as number, second as Buffer);
        break;
      default:
        // ping and pong: the library answers pings by itself.
        break;
    }
    return true;
  }

  /** Called by the library to echo the peer's close frame, and to fail the connection. */
  override close(code?: number, reason?: string | Buffer): void {
    this.finishing();
    super.close(code, reason);
  }

  /** The peer's close frame has come, or there can be none: nothing more is read. */
  finishing(): void {
    this.#stream = null;
    this.#owner.finishing();
  }

  /** Called by the library when the peer floods it. */
  override terminate(): void {
    this.#owner.abandoned();
  }

  /** Starts the closing handshake. */
  startClose(code: number, reason: string): void {
    super.close(code, reason);
    this.resume();
  }

  /** Aborts a dial. */
  abort(): void {
    super.terminate();
  }

  text(text: string): void {
    this.#owner.text(text);
  }

  other(bytes: Buffer): void {
    if (this.#stream !== null) library?.data.call(this.#stream, bytes);
  }

  /** What comes over the stream goes through TextFrames first, and then to the library. */
  #takeOver(): void {
    const stream = this.#stream;
    // What is compressed is told when it has been decompressed: nothing may overtake it.
    if (stream === null || this.extensions !== "") return;
    const found = {
      data: last(stream, "data"),
      end: last(stream, "end"),
      close: last(stream, "close"),
    };
    library ??= found as StreamListeners;
    const { data, end, close } = library;
    if (data !== found.data || end !== found.end || close !== found.close) return;
    // In this order, since Node makes room for more than 20 listeners where there are three of one event.
    stream.off("data", data).on("data", readFrames);
    stream.off("end", end).on("end", endStream);
    stream.off("close", close).on("close", closeStream);
  }

  /** Takes what has come over the stream. */
  read(chunk: Buffer): void {
    if (this.#stream !== null) this.#frames.read(chunk);
  }

  /** Whether the peer may say more. */
  get isReading(): boolean {
    return this.#stream !== null;
  }

  /** The stream has closed. The library may find something unread in it, and must know what it continues. */
  surrender(): void {
    this.#frames.surrender();
  }
}

/** The listener that was added last: it is the library's, which is adding them just now. */
function last(stream: Duplex, event: string): unknown {
  return stream.listeners(event).at(-1);
}

function readFrames(this: HeldStream, chunk: Buffer): void {
  this[CONNECTION]?.read(chunk);
}

/** After a close frame the library knows the end already, and would make an error of hearing it twice. */
function endStream(this: HeldStream): void {
  if (this[CONNECTION]?.isReading === true) library?.end.call(this);
  else this.end();
}

function closeStream(this: HeldStream): void {
  this[CONNECTION]?.surrender();
  library?.close.call(this);
}

/**
 * Stands in for `end` of the stream. `ws` calls it as soon as close frames have gone both ways, but
 * the server ends TCP first (RFC 6455 7.1.1), so our FIN waits for the server's. When that comes,
 * `ws` and Node call this again.
 */
function endAfterPeer(this: HeldStream): HeldStream {
  this[CONNECTION]?.finishing();
  if (this.readableEnded) {
    const { end } = Object.getPrototypeOf(this) as { end: (this: Duplex) => Duplex };
    end.call(this);
  }
  return this;
}
