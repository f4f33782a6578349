// The server: what its user calls. It holds the sockets' definitions and the live connections, and
// leaves the rest to the files that it names.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Server as TcpServer } from "node:net";
import type { Duplex } from "node:stream";
import { attachTo, checkHttpServer, type HttpServer } from "./handshake/attachment.ts";
import type { MessageArguments, Untyped } from "./channel/channel-types.ts";
import { clusterOptions } from "./cluster-options.ts";
import { Connections } from "./connection/connections.ts";
import { Counters } from "./counters.ts";
import { Distribution } from "./broadcast/distribution.ts";
import { setDoor } from "./handshake/door.ts";
import { drainAll } from "./connection/drain.ts";
import { defineEndpoint, type Endpoint, type SocketDefinition } from "./endpoint.ts";
import { Entrance } from "./handshake/entrance.ts";
import { OptionError, ServerClosedError } from "./errors.ts";
import { DEFAULT_LIMITS, type Limits, withLimits } from "./limits.ts";
import { consoleLogger, guarded } from "./logger.ts";
import { answerPlainly } from "./handshake/plain-answer.ts";
import { checkKnown } from "./option-checks.ts";
import type { PresenceList } from "./presence/presence-table.ts";
import {
  SERVER_OPTIONS,
  type CloseOptions,
  type ServerOptions,
  type ServerStats,
} from "./server-options.ts";
import { serverScope, type ServerScope } from "./server-scope.ts";
import { checkListenOptions, listenOn, type ListenOptions } from "./handshake/listening.ts";
import { LongPoll } from "./longpoll/long-poll.ts";
import {
  decideUpgrade,
  findEndpoint,
  findLongPoll,
  noUpgrade,
  NOT_FOUND,
  splitTarget,
} from "./handshake/upgrade-decision.ts";
import { answerUnreadable } from "./handshake/unreadable-requests.ts";
import { refuse, Upgrader } from "./handshake/upgrade.ts";

/**
 * A server of Phoenix Channels.
 *
 * @example
 * ```ts
 * const server = new ChannelsServer();
 * server.socket("/socket", {
 *   connect: ({ params }) => (params["token"] === "good" ? accept({ user: "u1" }) : refuse(403)),
 *   id: ({ user }) => `user:${user}`,
 *   channels: { "room:*": RoomChannel },
 * });
 * const { port } = await server.listen({ port: 4000 });
 * server.broadcast("room:lobby", "news", { text: "hi" });
 * await server.close({ drain: 10_000 });
 * ```
 */
export class ChannelsServer {
  readonly #limits: Limits;
  readonly #scope: ServerScope;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #upgraders = new Map<Endpoint, Upgrader>();
  readonly #longPolls = new Map<Endpoint, LongPoll>();
  readonly #entrances = new Map<Endpoint, Entrance>();
  readonly #connections = new Connections();
  readonly #distribution: Distribution;
  /** How each is left again. */
  readonly #attached = new Map<HttpServer, () => void>();
  readonly #owned = new Set<Server>();
  #closing: Promise<void> | null = null;

  /** @throws {OptionError} A limit that cannot be one. */
  constructor(options: ServerOptions = {}) {
    checkKnown(options, SERVER_OPTIONS);
    this.#limits = withLimits(DEFAULT_LIMITS, options);
    const logger = guarded(options.logger === false ? {} : (options.logger ?? consoleLogger));
    const counters = new Counters();
    this.#distribution = new Distribution(
      clusterOptions(options),
      counters,
      (id) => this.#connections.disconnect(id),
      logger,
    );
    const { pubSub, presences } = this.#distribution;
    this.#scope = serverScope(this, counters, pubSub, presences, logger);
    setDoor(this, {
      scope: this.#scope,
      registry: this.#connections,
      endpoints: this.#endpoints,
      entrances: this.#entrances,
      isClosing: () => this.#closing !== null,
    });
  }

  /**
   * Serves a socket at `path`; clients connect to `path` + "/websocket".
   * @throws {OptionError} Something in the definition cannot be used, or the path is taken.
   */
  socket<A>(path: string, definition: SocketDefinition<A>): this {
    if (this.#endpoints.has(path)) {
      throw new OptionError("path", path, "a path that no other socket of this server has");
    }
    const endpoint = defineEndpoint(path, definition, this.#limits);
    this.#endpoints.set(path, endpoint);
    const entrance = new Entrance(this.#scope, endpoint);
    this.#entrances.set(endpoint, entrance);
    this.#longPolls.set(endpoint, new LongPoll(this.#scope, this.#connections, endpoint, entrance));
    this.#upgraders.set(endpoint, new Upgrader(this.#scope, this.#connections, endpoint, entrance));
    return this;
  }

  /**
   * Listens with an HTTP server of its own, which `close` closes.
   * @throws {ListenError} The port is taken, or may not be used.
   * @throws {ServerClosedError} `close` was called.
   */
  async listen(options: ListenOptions): Promise<{ readonly port: number }> {
    checkListenOptions(options);
    if (this.#closing !== null) throw new ServerClosedError();
    const { connectTimeout } = this.#limits;
    const http = createServer(
      {
        headersTimeout: connectTimeout,
        requestTimeout: connectTimeout,
        connectionsCheckingInterval: Math.min(30_000, Math.ceil(connectTimeout / 4)),
      },
      (request, response) => {
        if (!this.handleRequest(request, response)) answerPlainly(response, NOT_FOUND);
      },
    );
    answerUnreadable(http, this.#limits.closeTimeout);
    this.attach(http);
    let port: number;
    try {
      port = await listenOn(http, options);
    } catch (error) {
      this.#detach(http);
      throw error;
    }
    if (this.#closing !== null) {
      http.close();
      throw new ServerClosedError();
    }
    this.#owned.add(http);
    return { port };
  }

  /**
   * Serves the sockets on an HTTP or HTTPS server that exists, beside whatever else it does.
   * Upgrades to paths of the sockets are told to none of its other listeners (those of `ws`, or of
   * plugins for WebSockets of a framework); all others are left to them. If it has none, WebSockets
   * are answered 404, and what asks for something else (`Upgrade: h2c`) is a request like any other,
   * which the server may ignore to upgrade (RFC 9110 7.8); before Node 22.21 and 24.9, which do not ask
   * us, it is answered 400. `close` ends the connections and leaves the HTTP server to its owner.
   *
   * @throws {OptionError} No HTTP server, such as an app of a framework.
   * @throws {ServerClosedError} `close` was called.
   * @example
   * ```ts
   * const http = createServer(app);
   * server.attach(http);
   * http.listen(4000);
   * ```
   */
  attach(http: HttpServer): void {
    checkHttpServer(http);
    if (this.#closing !== null) throw new ServerClosedError();
    if (this.#attached.has(http)) return;
    const detach = attachTo(http, {
      isOurs: ({ url }) => findEndpoint(splitTarget(url).path, this.#endpoints) !== undefined,
      take: (request, socket, head) => this.#upgrade(request, socket, head),
    });
    this.#attached.set(http, detach);
  }

  /**
   * Answers an HTTP request to the path of a socket: long polling, and 400 for what should have been
   * an upgrade. False for any other path, which is then for the caller to answer. Call it before the
   * body is read, with `listen` it is called by itself.
   * @throws {OptionError} The body was read, as by a body parser that stands in front.
   *
   * @example
   * ```ts
   * const http = createServer((request, response) => {
   *   if (!server.handleRequest(request, response)) app(request, response);
   * });
   * server.attach(http);
   * ```
   */
  handleRequest(request: IncomingMessage, response: ServerResponse): boolean {
    const { path, query } = splitTarget(request.url);
    const polled = findLongPoll(path, this.#endpoints);
    if (polled !== undefined) {
      const { answers } = this.#scope;
      answers.began();
      response.once("close", () => answers.finished());
      const phase = this.#closing === null ? "open" : "closing";
      this.#longPolls.get(polled)?.handle(request, response, query, phase);
      return true;
    }
    if (findEndpoint(path, this.#endpoints) === undefined) return false;
    answerPlainly(response, noUpgrade(request));
    return true;
  }

  /**
   * Sends a message to all members of a topic, on whatever socket they are.
   * @typeParam C The channel's interface: the compiler checks the event and the payload by it.
   * @param payload A JSON value, or bytes (an ArrayBuffer or any view on one).
   * @throws {EncodeError} The payload cannot be written: nobody was sent it. Where nobody would get
   * it (no member of the topic, no cluster), it is not looked at.
   * @throws {ReservedEventError} The event is the protocol's own, such as "phx_close".
   */
  broadcast<C = Untyped>(topic: string, ...[event, payload]: MessageArguments<C>): void {
    this.#scope.pubSub.broadcast(topic, event, payload);
  }

  /**
   * Closes (with 1000) all connections whose socket's `id` made this of them, on every node; says
   * how many there were on this one.
   */
  disconnect(id: string): number {
    return this.#distribution.disconnect(id);
  }

  /** Who is present on a topic, on every node. Objects have no prototype. */
  presences(topic: string): PresenceList {
    return this.#distribution.presences.list(topic);
  }

  /** Resolves when the cluster's broker was reached; at once where there is no cluster. */
  ready(): Promise<void> {
    return this.#distribution.ready();
  }

  /** What is live and what was counted. A copy, which does not change. */
  stats(): ServerStats {
    return { ...this.#scope.counters.snapshot(), cluster: this.#distribution.stats };
  }

  /**
   * Takes no new connection, tells all clients to come back elsewhere (1012) over `drain` ms, lets
   * callbacks finish, and resolves when nothing is left: no socket, no timer, no listener. Every
   * step is bounded by `closeTimeout`. To be called once; later calls wait for the first.
   */
  close(options: CloseOptions = {}): Promise<void> {
    checkKnown(options, ["drain"]);
    const { drain = 0 } = options;
    if (!(drain >= 0 && drain < 2 ** 31)) {
      throw new OptionError("drain", drain, "a number of ms of at least 0");
    }
    this.#closing ??= this.#close(drain);
    return this.#closing;
  }

  async #close(drain: number): Promise<void> {
    const released = [...this.#owned].map(
      // That of HTTP would also cut off answers that are on their way to clients.
      (http) =>
        new Promise<void>((resolve) => TcpServer.prototype.close.call(http, () => resolve())),
    );
    for (const entrance of this.#entrances.values()) entrance.close();
    const allGone = this.#connections.empty();
    await drainAll(this.#connections, drain, allGone);
    await allGone;
    for (const http of this.#attached.keys()) this.#detach(http);
    const { activity, answers, logger } = this.#scope;
    const { closeTimeout } = this.#limits;
    const left = await activity.idle(closeTimeout);
    if (left > 0) {
      const callbacks = left === 1 ? "1 callback was" : `${left} callbacks were`;
      logger.error(`The server was closed while ${callbacks} at work: closeTimeout was over.`);
    }
    this.#connections.close();
    await answers.idle(closeTimeout);
    await this.#distribution.close(closeTimeout);
    for (const http of this.#owned) {
      http.close();
      http.closeAllConnections();
    }
    await Promise.all(released);
  }

  #detach(http: HttpServer): void {
    this.#attached.get(http)?.();
    this.#attached.delete(http);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const decision = decideUpgrade(request, this.#endpoints);
    const { closeTimeout } = this.#limits;
    if (decision.type === "refuse") {
      return refuse(this.#scope, socket, decision.reason, decision.answer, closeTimeout);
    }
    if (this.#closing !== null) {
      return refuse(this.#scope, socket, "closing", { status: 503 }, closeTimeout);
    }
    this.#upgraders.get(decision.endpoint)?.upgrade(request, socket, head, decision);
  }
}
