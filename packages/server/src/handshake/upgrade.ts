// The opening handshake of a WebSocket: from an HTTP upgrade request to a connection or a refusal.
// What the request's head says is decided in upgrade-decision.ts, who may come in by entrance.ts.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type PerMessageDeflateOptions } from "ws";
import { CHANNELS_PROTOCOL, readAuthToken } from "./auth-token.ts";
import { Connection, type Handshake } from "../connection/connection.ts";
import { connectRequest } from "./connect-request.ts";
import type { Endpoint } from "../endpoint.ts";
import type { UpgradeRefusal } from "../end-reason.ts";
import type { Admission, Entrance } from "./entrance.ts";
import { refuseRequest } from "./refusal.ts";
import type { ServerScope } from "../server-scope.ts";
import type { HttpAnswer, UpgradeDecision } from "./upgrade-decision.ts";
import type { Registry } from "../connection/registry.ts";
import { resetSocket } from "../connection/reset.ts";
import { isAnswering } from "./unreadable-requests.ts";
import { ServerWebSocket } from "../connection/web-socket.ts";
import { webSocketCarrier } from "../connection/web-socket-carrier.ts";

type Ask = Extract<UpgradeDecision, { type: "ask" }>;

/** What is small is not worth it, and each connection keeps less than half of zlib's usual memory. */
const DEFLATE: PerMessageDeflateOptions = {
  threshold: 1_024,
  serverMaxWindowBits: 13,
  zlibDeflateOptions: { memLevel: 7, level: 6 },
};

/** A timer that is asked to wait longer fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Shakes hands for one endpoint. */
export class Upgrader {
  readonly #scope: ServerScope;
  readonly #registry: Registry;
  readonly #endpoint: Endpoint;
  readonly #entrance: Entrance;
  readonly #webSockets: WebSocketServer;

  constructor(scope: ServerScope, registry: Registry, endpoint: Endpoint, entrance: Entrance) {
    this.#scope = scope;
    this.#registry = registry;
    this.#endpoint = endpoint;
    this.#entrance = entrance;
    const options = {
      noServer: true,
      WebSocket: ServerWebSocket,
      clientTracking: false,
      perMessageDeflate: endpoint.compress ? DEFLATE : false,
      maxPayload: endpoint.limits.maxPayload,
      // As many fragments as a message of 4 MiB in the smallest sensible ones has.
      maxFragments: 65_536,
      // Ours resets what is left; that of `ws` must not come first.
      closeTimeout: Math.min(endpoint.limits.closeTimeout * 2 + 1_000, LONGEST_TIMER),
      handleProtocols: (offered: Set<string>) =>
        offered.has(CHANNELS_PROTOCOL) ? CHANNELS_PROTOCOL : false,
    } as const;
    this.#webSockets = new WebSocketServer(options);
    this.#webSockets.on("wsClientError", (error, socket) => {
      this.#refuse(socket, "badRequest", { status: 400, type: "text/plain", body: error.message });
    });
  }

  /** Asks who it is, and goes on with what is decided. */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { params, serializer }: Ask,
  ): void {
    if (isAnswering(socket)) return this.#refuse(socket, "badRequest", { status: 400 });
    const authToken = readAuthToken(request.headers["sec-websocket-protocol"]);
    const asked = connectRequest(request, params, authToken);
    const onGone = (gone: () => void): (() => void) => {
      socket.on("error", gone).on("close", gone);
      return () => void socket.off("error", gone).off("close", gone);
    };
    this.#entrance.ask(asked, onGone, (admission) => {
      switch (admission.type) {
        case "refused":
          return this.#refuse(socket, admission.reason, admission.answer);
        case "abandoned":
          socket.destroy();
          this.#scope.counters.upgradesRefused.abandoned += 1;
          return;
        case "accepted":
          this.#accept(request, socket, head, serializer, admission);
      }
    });
  }

  #accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    serializer: Ask["serializer"],
    { assigns, id, release }: Extract<Admission, { type: "accepted" }>,
  ): void {
    const handshake = { endpoint: this.#endpoint, serializer, assigns, id };
    let hasOpened = false;
    // It calls back before it returns, or not at all.
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      hasOpened = true;
      this.#open(handshake, webSocket as ServerWebSocket, socket, release);
    });
    if (!hasOpened) release();
  }

  #open(handshake: Handshake, webSocket: ServerWebSocket, raw: Duplex, release: () => void): void {
    const carrier = webSocketCarrier(webSocket, raw, this.#endpoint.limits);
    const connection = new Connection(this.#scope, handshake, carrier, (gone) => {
      release();
      this.#registry.gone(gone);
    });
    webSocket.listen(connection, raw);
    this.#registry.opened(connection);
  }

  #refuse(socket: Duplex, reason: UpgradeRefusal, answer: HttpAnswer): void {
    refuse(this.#scope, socket, reason, answer, this.#endpoint.limits.closeTimeout);
  }
}

/** Counts a refusal, and sends it, unless an earlier answer is due. A close of the server waits until its socket is gone. */
export function refuse(
  { counters, answers }: ServerScope,
  socket: Duplex,
  reason: UpgradeRefusal,
  answer: HttpAnswer,
  closeTimeout: number,
): void {
  counters.upgradesRefused[reason] += 1;
  if (socket.destroyed) return;
  if (isAnswering(socket)) return resetSocket(socket);
  answers.began();
  socket.once("close", () => answers.finished());
  refuseRequest(socket, answer, closeTimeout);
}
