// A WebSocket of the library `ws`, reduced to the few things a transport must know. The library
// reports by `emit` and by calling its own methods, so those are what is overridden here: there are
// no listeners and no closures per connection, and the two things that `ws` emits no event for (a
// close frame came, it wants to end TCP) are seen.
import type { Agent, ClientRequest, ClientRequestArgs, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import type { StreamReady } from "./tcp.ts";

/** What a connection reports to its owner, in this order. */
export interface ConnectionOwner {
  /** The server answered 101: this stream carries the frames from now on. */
  upgraded(stream: Duplex): void;
  opened(): void;
  message(bytes: Buffer, isBinary: boolean): void;
  /** The server answered with something else than 101. Nothing more follows from the connection. */
  refused(response: IncomingMessage): void;
  failed(error: Error): void;
  /** The peer's close frame has come, or the connection has failed, or TCP ends: no more messages. */
  finishing(): void;
  /** The library gives up and would destroy the socket. */
  abandoned(): void;
  /** Last. The code is 1006 if no close frame came. */
  closed(code: number, reason: Buffer): void;
}

/** Which of the options of `ws` are set; some of these its types leave out, or take to be narrower. */
export interface ConnectionOptions {
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
  readonly perMessageDeflate: boolean;
  readonly followRedirects: boolean;
  readonly skipUTF8Validation: boolean;
  readonly maxPayload?: number;
  readonly maxFragments: number;
  readonly closeTimeout: number;
  /** As `http.request` takes it: gives the stream at once, or `ready` later. */
  readonly createConnection?: (target: ClientRequestArgs, ready: StreamReady) => Duplex | undefined;
  readonly finishRequest?: (request: ClientRequest) => void;
}

const OWNER = Symbol("owner");
interface HeldStream extends Duplex {
  [OWNER]?: ConnectionOwner;
}

export class WsConnection extends WebSocket {
  readonly #owner: ConnectionOwner;

  constructor(
    url: string,
    protocols: readonly string[],
    options: ConnectionOptions,
    owner: ConnectionOwner,
  ) {
    super(url, [...protocols], options as object);
    this.#owner = owner;
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const owner = this.#owner;
    switch (event) {
      case "message":
        owner.message(first as Buffer, second as boolean);
        break;
      case "upgrade": {
        const stream: HeldStream = (first as IncomingMessage).socket;
        stream[OWNER] = owner;
        stream.end = endAfterPeer as Duplex["end"];
        owner.upgraded(stream);
        break;
      }
      case "open":
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
    this.#owner.finishing();
    super.close(code, reason);
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
}

/**
 * Stands in for `end` of the stream. `ws` calls it as soon as close frames have gone both ways, but
 * the server ends TCP first (RFC 6455 7.1.1), so our FIN waits for the server's. When that comes,
 * `ws` and Node call this again.
 */
function endAfterPeer(this: HeldStream): HeldStream {
  this[OWNER]?.finishing();
  if (this.readableEnded) {
    const { end } = Object.getPrototypeOf(this) as { end: (this: Duplex) => Duplex };
    end.call(this);
  }
  return this;
}
