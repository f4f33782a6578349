// What a connection of `ws` is given, and whom it reports to. Apart from the connection, since the types
// of `ws` are another package, which whoever uses ours need not have.
import type { Agent, ClientRequest, ClientRequestArgs, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { StreamReady } from "./tcp.ts";

/** What a connection reports to its owner, in this order. */
export interface ConnectionOwner {
  /** The server answered 101: this stream carries the frames from now on. */
  upgraded(stream: Duplex): void;
  opened(): void;
  text(text: string): void;
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
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly closeTimeout: number;
  /** As `http.request` takes it: gives the stream at once, or `ready` later. */
  readonly createConnection?: (target: ClientRequestArgs, ready: StreamReady) => Duplex | undefined;
  readonly finishRequest?: (request: ClientRequest) => void;
}
