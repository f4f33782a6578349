// The transport of Node: one WebSocket over the library `ws`. What it adds is the end: the right
// order of FINs, a RST from every state, and a report of what happened that is told once, last, and
// only when the socket is gone.
import type { ClientRequest, ClientRequestArgs, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import type { Frame } from "@slipstream/core";
import type { DialRequest, Transport, TransportClosed, TransportEvents } from "../transport.ts";
import { decodeText } from "./decode-text.ts";
import { gather, gathered } from "./gathering.ts";
import { watchSockets } from "./agent-sockets.ts";
import { protocolCode } from "./protocol-errors.ts";
import { Refusal } from "./refusal.ts";
import { ignore, openTcp, resetTcp, secureTcp, whenItIsKnown, type StreamReady } from "./tcp.ts";
import { TransportError } from "./transport-error.ts";
import type { ConnectionOwner } from "./connection-owner.ts";
import { WsConnection } from "./ws-connection.ts";
import type { FixedOptions, WsOptions } from "./ws-options.ts";

type Phase =
  | "dialling"
  | "open"
  /** We have sent a close frame, or the peer has, or the connection failed. Nothing is delivered. */
  | "closing"
  | "resetting"
  | "ended";

/** What OpenSSL says where the answer to its hello is no TLS. */
const NOT_TLS: ReadonlySet<string> = new Set([
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
]);

const MAX_INT32 = 2 ** 31 - 1;

export class WsTransport implements Transport, ConnectionOwner {
  readonly #events: TransportEvents;
  #phase: Phase = "dialling";
  #connection: WsConnection | null = null;
  /** The lowest layer that we know of: TCP, or what an agent gave us. */
  #tcp: Duplex | null = null;
  /** Listens to the end of TCP, where the library may not tell of it, or not in time. */
  #tcpClosed: (() => void) | null = null;
  /** What carries the frames: the TCP socket, or the TLS on it. */
  #stream: Duplex | null = null;
  #finishingTold = false;
  #refusal: Refusal | null = null;
  #failure: TransportClosed["error"];
  /** What the library said last: the code and the reason of the peer's close frame, or 1006. */
  #close: { readonly code: number; readonly reason: Buffer } | null = null;

  constructor(
    { url, headers, protocols, maxPayload }: DialRequest,
    events: TransportEvents,
    fixed: FixedOptions,
    { agent, tls = {}, socketPath }: WsOptions,
  ) {
    this.#events = events;
    const options = {
      ...fixed,
      headers: { ...headers },
      // `ws` takes 0 for no limit, and wraps what is beyond 31 bits.
      maxPayload: Math.min(Math.max(maxPayload, 1), MAX_INT32),
      finishRequest: (request: ClientRequest) => {
        if (agent !== undefined) {
          request.once("socket", (socket) => this.#given(socket));
          // What https-proxy-agent tells of the proxy's answer, before it plays it as the server's.
          request.once("proxyConnect", (answer: unknown) => this.#proxied(answer));
        }
        request.end();
      },
      ...(agent === undefined && {
        createConnection: (target: ClientRequestArgs, ready: StreamReady) =>
          this.#connect(socketPath === undefined ? target : { ...target, socketPath }, tls, ready),
      }),
    };
    try {
      // Checked here because the error of `ws` would show the whole URL.
      if (!URL.canParse(url)) throw new TransportError("invalid_url");
      const dial = (): WsConnection => new WsConnection(url, protocols, options, this);
      this.#connection =
        agent === undefined ? dial() : watchSockets((tcp) => this.#agentOpened(tcp), dial);
    } catch (cause) {
      this.#failure = { cause };
      this.#tcp?.destroy();
      process.nextTick(() => this.closed(1006, Buffer.alloc(0)));
    }
  }

  get bufferedAmount(): number {
    const stream = this.#stream;
    if (this.#phase === "ended" || stream === null) return 0;
    const held = gathered(stream);
    return (this.#connection?.bufferedAmount ?? 0) - held;
  }

  send(frame: Frame): void {
    if (this.#phase !== "open" || this.#stream === null) return;
    gather(this.#stream);
    this.#connection?.send(frame);
  }

  pause(): void {
    if (this.#phase === "open") this.#connection?.pause();
  }

  resume(): void {
    if (this.#phase === "open") this.#connection?.resume();
  }

  close(code: number, reason: string): void {
    if (this.#phase === "dialling") return this.reset();
    if (this.#phase !== "open") return;
    this.#connection?.startClose(code, reason);
    this.#phase = "closing";
  }

  reset(): void {
    if (this.#phase === "resetting" || this.#phase === "ended") return;
    const dialling = this.#phase === "dialling";
    this.#phase = "resetting";
    const tcp = this.#tcp;
    const free = (): void => {
      if (tcp !== null) resetTcp(tcp, this.#stream ?? tcp);
      if (dialling) this.#connection?.abort();
    };
    if (tcp === null) free();
    else whenItIsKnown(tcp, free);
  }

  upgraded(stream: Duplex): void {
    this.#stream = stream;
  }

  opened(): void {
    this.#phase = "open";
    // From here on the library listens itself, and says "close" after TCP does.
    if (this.#tcp === this.#stream) this.#letGoOfTcp();
    this.#events.opened();
  }

  text(text: string): void {
    if (this.#phase === "open") this.#events.received(text);
  }

  message(bytes: Buffer, isBinary: boolean): void {
    if (this.#phase !== "open") return;
    this.#events.received(
      isBinary ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : decodeText(bytes),
    );
  }

  refused(response: IncomingMessage): void {
    // It was the proxy's answer.
    if (this.#failure !== undefined) return this.reset();
    if (response.statusCode === 101) {
      // A 101 that does not say what it upgrades to. Node takes it for an answer like any other.
      this.#failure = { cause: new TransportError("bad_handshake") };
      return this.reset();
    }
    // Node takes it away from the response once that has ended.
    const { socket } = response;
    this.#refusal = new Refusal(response, (body) => {
      // All was said: a FIN is enough. An agent would otherwise keep the socket for another request.
      if (body === "ended") socket.destroySoon();
      else if (this.#tcp !== null) resetTcp(this.#tcp, this.#tcp);
    });
  }

  failed(error: Error): void {
    if (this.#phase === "resetting" || this.#failure !== undefined) return;
    // The parser's errors carry the bytes that it could not read, headers included.
    if ("rawPacket" in error) delete error.rawPacket;
    // Those of SOCKS carry the proxy's account.
    if ("options" in error) delete error.options;
    const protocol = protocolCode(error);
    if (NOT_TLS.has((error as NodeJS.ErrnoException).code ?? "")) {
      // What OpenSSL says of it names a line of its source.
      this.#failure = { cause: new TransportError("not_tls") };
      return;
    }
    this.#failure = protocol === undefined ? { cause: error } : { cause: error, protocol };
  }

  finishing(): void {
    if (this.#phase === "open") this.#phase = "closing";
    if (this.#phase !== "closing" || this.#finishingTold) return;
    this.#finishingTold = true;
    this.#events.closeReceived();
  }

  abandoned(): void {
    this.#failure ??= { cause: new TransportError("ping_flood") };
    this.reset();
  }

  closed(code: number, reason: Buffer): void {
    this.#close = { code, reason };
    this.#endWhenGone();
  }

  #connect(target: ClientRequestArgs, tls: TlsOptions, ready: StreamReady): Duplex | undefined {
    const tcp = openTcp(target);
    this.#holdTcp(tcp);
    if (target.defaultPort !== 443) return tcp;
    secureTcp(tcp, target, tls, ready);
    return undefined;
  }

  /** What an agent opens, a proxy's connection for example, is ours to end from the first moment. */
  #agentOpened(tcp: Socket): void {
    if (this.#phase === "dialling" && this.#tcp === null) this.#holdTcp(tcp);
  }

  /** Below TLS is the TCP that the agent opened; something else that it opened is its own affair. */
  #given(stream: Duplex): void {
    const tcp = this.#tcp;
    if (tcp === stream || (tcp !== null && Reflect.get(stream, "_parent") === tcp)) return;
    if (tcp !== null && this.#tcpClosed !== null) tcp.off("close", this.#tcpClosed);
    this.#holdTcp(stream);
  }

  #proxied(answer: unknown): void {
    const { statusCode: status } = answer as { readonly statusCode?: number };
    if (status !== 200) this.#failure = { cause: new TransportError("proxy_refused", status) };
  }

  #holdTcp(tcp: Duplex): void {
    this.#tcp = tcp;
    this.#tcpClosed = () => {
      this.#tcpClosed = null;
      this.#endWhenGone();
    };
    tcp.on("error", ignore);
    tcp.on("close", this.#tcpClosed);
  }

  #letGoOfTcp(): void {
    if (this.#tcpClosed === null) return;
    this.#tcp?.off("error", ignore);
    this.#tcp?.off("close", this.#tcpClosed);
    this.#tcpClosed = null;
  }

  #endWhenGone(): void {
    // The library says nothing more after a refusal, and may speak before the socket is gone.
    if (this.#tcpClosed !== null || (this.#close === null && this.#refusal === null)) return;
    if (this.#phase === "ended") return;
    const end = this.#end();
    this.#phase = "ended";
    this.#events.closed(end);
  }

  #end(): TransportClosed {
    if (this.#refusal !== null) {
      return { code: null, reason: "", clean: false, rejected: this.#refusal.result() };
    }
    const { code, reason } = this.#close ?? { code: 1006, reason: "" };
    const error = this.#failure ?? this.#unreported(code);
    const came = code !== 1006;
    return {
      code: came ? code : null,
      reason: reason.toString(),
      // Our own close frame went out with everything else if the writing side was finished in order.
      clean:
        came &&
        error === undefined &&
        this.#phase !== "resetting" &&
        this.#stream?.writableFinished === true,
      ...(error === undefined ? {} : { error }),
    };
  }

  /** What the library does not tell: why TCP ended. What our own reset caused is no reason. */
  #unreported(code: number): TransportClosed["error"] {
    if (this.#phase === "resetting") return undefined;
    const cause = this.#stream?.errored ?? this.#tcp?.errored;
    if (cause !== null && cause !== undefined) return { cause };
    if (code !== 1006) return undefined;
    const ended = this.#stream?.readableEnded === true;
    return { cause: new TransportError(ended ? "ended_without_close" : "destroyed") };
  }
}
