// The opening handshake: from an HTTP upgrade request to a connection or a refusal. What the
// request's head says is decided in upgrade-decision.ts.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Addresses } from "./addresses.ts";
import { CHANNELS_PROTOCOL, readAuthToken } from "./auth-token.ts";
import { Connection, type Handshake } from "./connection.ts";
import type { ConnectRequest, Endpoint } from "./endpoint.ts";
import type { UpgradeRefusal } from "./end-reason.ts";
import { InvalidResultError } from "./errors.ts";
import { refuseUpgrade } from "./refusal.ts";
import type { ServerScope } from "./server-scope.ts";
import type { HttpAnswer, UpgradeDecision } from "./upgrade-decision.ts";
import { isThenable } from "./thenable.ts";
import { ServerWebSocket } from "./web-socket.ts";

type Ask = Extract<UpgradeDecision, { type: "ask" }>;

/** Told about connections as they come and go. */
export interface Registry {
  opened(connection: Connection): void;
  gone(connection: Connection): void;
}

const INTERNAL_ERROR: HttpAnswer = {
  status: 500,
  type: "application/json",
  body: '{"error":"Internal Server Error"}',
};
const UNAVAILABLE: HttpAnswer = { status: 503 };
const FORBIDDEN: HttpAnswer = { status: 403 };
const REFUSALS = {
  full: UNAVAILABLE,
  addressLimited: { status: 429 },
} as const;

/** Shakes hands for one endpoint. */
export class Upgrader {
  readonly #scope: ServerScope;
  readonly #registry: Registry;
  readonly #endpoint: Endpoint;
  readonly #webSockets: WebSocketServer;
  /** Sockets whose `connect` has not been decided. */
  readonly #pending = new Set<() => void>();
  readonly #addresses: Addresses;
  #admitted = 0;

  constructor(scope: ServerScope, registry: Registry, endpoint: Endpoint) {
    this.#scope = scope;
    this.#registry = registry;
    this.#endpoint = endpoint;
    this.#addresses = new Addresses(endpoint.limits);
    const options = {
      noServer: true,
      WebSocket: ServerWebSocket,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: endpoint.limits.maxPayload,
      // As many fragments as a message of 4 MiB in the smallest sensible ones has.
      maxFragments: 65_536,
      // Ours resets what is left; that of `ws` must not come first.
      closeTimeout: endpoint.limits.closeTimeout * 2 + 1_000,
      handleProtocols: (offered: Set<string>) =>
        offered.has(CHANNELS_PROTOCOL) ? CHANNELS_PROTOCOL : false,
    } as const;
    this.#webSockets = new WebSocketServer(options);
    this.#webSockets.on("wsClientError", (error, socket) => {
      this.#refuse(socket, "badRequest", { status: 400, type: "text/plain", body: error.message });
    });
  }

  /** Asks `connect`, and goes on with what it says. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, decision: Ask): void {
    const { mayConnect } = this.#endpoint;
    if (!mayConnect(request.headers.origin, request.headers.host)) {
      return this.#refuse(socket, "forbiddenOrigin", FORBIDDEN);
    }
    const asked = connectRequest(request, decision);
    const refused = this.#admit(asked, socket);
    if (refused !== null) return this.#refuse(socket, refused, REFUSALS[refused]);
    let decided: unknown;
    try {
      const { connect } = this.#endpoint;
      decided = connect === null ? ACCEPT_ALL : connect(asked);
    } catch (error) {
      return this.#connectFailed(socket, error);
    }
    if (!isThenable(decided)) return this.#proceed(request, socket, head, decision, decided);
    this.#await(request, socket, head, decision, decided);
  }

  /** Refuses whoever waits for `connect`. */
  close(): void {
    for (const giveUp of this.#pending) giveUp();
  }

  /** Takes up room for the socket, as long as it lasts, or says why there is none. */
  #admit(asked: ConnectRequest, socket: Duplex): "full" | "addressLimited" | null {
    const { limits, addressOf } = this.#endpoint;
    if (this.#admitted >= limits.maxConnections) return "full";
    let address: string;
    try {
      address = addressOf(asked);
    } catch {
      return "addressLimited";
    }
    if (!this.#addresses.admit(address, performance.now())) return "addressLimited";
    this.#admitted += 1;
    socket.once("close", () => {
      this.#admitted -= 1;
      this.#addresses.release(address);
    });
    return null;
  }

  #await(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    decision: Ask,
    decided: PromiseLike<unknown>,
  ): void {
    const settle = (next: () => void): void => {
      if (!this.#pending.delete(giveUp)) return;
      clearTimeout(timer);
      socket.off("error", abandon).off("close", abandon);
      next();
    };
    const abandon = (): void => {
      settle(() => {
        socket.destroy();
        this.#scope.counters.upgradesRefused.abandoned += 1;
      });
    };
    const giveUp = (): void => settle(() => this.#refuse(socket, "closing", UNAVAILABLE));
    const timer = setTimeout(() => {
      settle(() => this.#refuse(socket, "connectTimeout", UNAVAILABLE));
    }, this.#endpoint.limits.connectTimeout);
    this.#pending.add(giveUp);
    socket.on("error", abandon).on("close", abandon);
    decided.then(
      (value) => settle(() => this.#proceed(request, socket, head, decision, value)),
      (error: unknown) => settle(() => this.#connectFailed(socket, error)),
    );
  }

  #proceed(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { serializer }: Ask,
    decided: unknown,
  ): void {
    if (isTagged(decided, "refused") && "status" in decided) {
      const status = Number(decided.status);
      return this.#refuse(socket, "refused", {
        status: status >= 400 && status < 600 ? status : 403,
      });
    }
    if (!isTagged(decided, "accepted") || !("assigns" in decided)) {
      const error = new InvalidResultError("connect", "accept(…) or refuse(…)");
      return this.#connectFailed(socket, error);
    }
    const { assigns } = decided;
    let id: string | null;
    try {
      id = this.#endpoint.idOf?.(assigns) ?? null;
    } catch (error) {
      return this.#connectFailed(socket, error);
    }
    const handshake = { endpoint: this.#endpoint, serializer, assigns, id };
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open(handshake, webSocket as ServerWebSocket, socket);
    });
  }

  #open(handshake: Handshake, webSocket: ServerWebSocket, raw: Duplex): void {
    const connection = new Connection(this.#scope, handshake, webSocket, raw, (gone) =>
      this.#registry.gone(gone),
    );
    webSocket.listen(connection);
    raw.on("end", () => connection.tcpEnded());
    this.#registry.opened(connection);
  }

  #connectFailed(socket: Duplex, error: unknown): void {
    this.#scope.logger.error(`The connect of the socket ${this.#endpoint.path} failed.`, error);
    this.#refuse(socket, "connectFailed", INTERNAL_ERROR);
  }

  #refuse(socket: Duplex, reason: UpgradeRefusal, answer: HttpAnswer): void {
    refuse(this.#scope, socket, reason, answer, this.#endpoint.limits.closeTimeout);
  }
}

/** Counts a refusal, and sends it. A close of the server waits until its socket is gone. */
export function refuse(
  { counters, activity }: ServerScope,
  socket: Duplex,
  reason: UpgradeRefusal,
  answer: HttpAnswer,
  closeTimeout: number,
): void {
  counters.upgradesRefused[reason] += 1;
  if (socket.destroyed) return;
  activity.began();
  socket.once("close", () => activity.finished());
  refuseUpgrade(socket, answer, closeTimeout);
}

const ACCEPT_ALL = { type: "accepted", assigns: {} };

function isTagged(value: unknown, tag: string): value is object {
  return typeof value === "object" && value !== null && "type" in value && value.type === tag;
}

function connectRequest(request: IncomingMessage, { params }: Ask): ConnectRequest {
  const { socket, headers } = request;
  const scheme = "encrypted" in socket ? "https" : "http";
  const host = headers.host ?? "localhost";
  const base = URL.canParse(`${scheme}://${host}`)
    ? `${scheme}://${host}`
    : `${scheme}://localhost`;
  return {
    params,
    headers,
    authToken: readAuthToken(headers["sec-websocket-protocol"]),
    url: new URL(request.url ?? "/", base),
    peer: { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 },
  };
}
