// A test in the server's seat: it sees every attempt of its clients to connect, and decides. There
// is no network; frames go through the real serializers.
import { V1, V2, type Serializer } from "@slipstream/core";
import { Mailbox, type Pattern } from "@slipstream/core/expectations";
import type { Clock } from "../clock.ts";
import type { Dial } from "../transport.ts";
import type { Answer } from "./answer.ts";
import { ConnectAttempt } from "./attempt.ts";
import { TestConnection, type AssertOptions, type RefuteOptions } from "./connection.ts";
import { anAttempt, type AttemptPattern } from "./expectations.ts";
import { MemoryLink } from "./memory-link.ts";
import { Peer } from "./peer.ts";
import { afterRealTime } from "./runtime.ts";
import type { Conduct, Seat } from "./seat.ts";
import { TestClock } from "./test-clock.ts";

export interface TestServerOptions {
  /** How long an assertion waits, in ms of the real clock. Default: 2,000. */
  readonly timeout?: number;
  /** Who answers heartbeats: the server by itself, or the test. Default: "auto". */
  readonly heartbeats?: Conduct;
  /** Who answers the close frames of clients. Default: "auto". */
  readonly closing?: Conduct;
  /** Serializers of your own, beside V1 and V2. A client's `vsn` says which one it speaks. */
  readonly serializers?: readonly Serializer[];
  /** A clock that several servers share. Default: one of its own. */
  readonly clock?: TestClock;
}

/**
 * The server of a test, for any number of sockets.
 *
 * @example
 * ```ts
 * import { Socket } from "@slipstream/client";
 * import { ok, TestServer } from "@slipstream/client/testing";
 *
 * const server = new TestServer();
 * const socket = new Socket(server.url, server.socketOptions);
 * void socket.connect();
 * const joining = socket.join("room:lobby");
 * const connection = await server.connectAndAssertJoin("room:lobby", {}, ok({ members: 3 }));
 * const room = await joining;
 * connection.push("room:lobby", "new_msg", { body: "hi" });
 * ```
 */
export class TestServer {
  /** A URL for clients. Any other does as well: whoever dials with `transport` comes here. */
  readonly url: string = "ws://slipstream.test/socket";
  /** The time of the clients. It stands still until the test lets it pass. */
  readonly clock: TestClock;
  /** The option `transport` of the clients. */
  readonly transport: Dial;
  readonly #seat: Seat;
  readonly #serializers: readonly Serializer[];
  readonly #attempts: Mailbox<ConnectAttempt>;
  readonly #connections = new Set<TestConnection>();

  constructor({
    timeout = 2_000,
    heartbeats = "auto",
    closing = "auto",
    serializers = [],
    clock = new TestClock(),
  }: TestServerOptions = {}) {
    this.clock = clock;
    this.transport = (request, events) => this.#dialled(new MemoryLink(request, events));
    this.#serializers = [...serializers, V2, V1];
    this.#seat = {
      heartbeats,
      closing,
      timeout,
      // Asking for the time is what the clock takes for a sign of life.
      active: () => void clock.now(),
      hint: () => hintOf(clock),
      pass: (within = 0) => clock.advance(within),
    };
    this.#attempts = new Mailbox("clients", afterRealTime, this.#seat.hint);
  }

  /** What makes a socket a client of this server: its options `transport` and `clock`. */
  get socketOptions(): { readonly transport: Dial; readonly clock: Clock } {
    const { transport, clock } = this;
    return { transport, clock };
  }

  /** The connections that are open, in the order in which they were accepted. */
  get connections(): readonly TestConnection[] {
    return [...this.#connections].filter(({ open }) => open);
  }

  /** A client tries to connect. Accept the attempt, refuse it, let it fail, or leave it waiting. */
  assertConnect(
    expected?: AttemptPattern,
    { timeout = this.#seat.timeout }: AssertOptions = {},
  ): Promise<ConnectAttempt> {
    return this.#attempts.take(anAttempt(expected), timeout);
  }

  /** By the time the clients are at rest, or `within` has passed, nobody has tried to connect. */
  async refuteConnect(expected?: AttemptPattern, { within }: RefuteOptions = {}): Promise<void> {
    await this.#seat.pass(within);
    this.#attempts.refute(anAttempt(expected));
  }

  /** A client tries to connect, and is accepted. */
  async acceptConnect(
    expected?: AttemptPattern,
    options: AssertOptions = {},
  ): Promise<TestConnection> {
    const attempt = await this.assertConnect(expected, options);
    return attempt.accept();
  }

  /** A client connects and joins a topic. It is let in, unless `answer` says otherwise. */
  async connectAndAssertJoin(
    topic: Pattern,
    params?: Pattern,
    answer?: Answer,
    options: AssertOptions = {},
  ): Promise<TestConnection> {
    const connection = await this.acceptConnect(undefined, options);
    await connection.assertJoin(topic, params, answer, options);
    return connection;
  }

  /** Sends an event to every client that has joined the topic. */
  broadcast(topic: string, event: string, payload: unknown = {}): void {
    for (const connection of this.connections) {
      if (connection.topics.includes(topic)) connection.broadcast(topic, event, payload);
    }
  }

  #dialled(link: MemoryLink): MemoryLink {
    const attempt = new ConnectAttempt(link, () => this.#accepted(attempt, link));
    link.server = {
      received: () => {},
      closeReceived: () => {},
      ended: () => {
        attempt.abandoned();
        this.#attempts.withdraw(attempt);
      },
    };
    this.#seat.active();
    this.#attempts.put(attempt);
    return link;
  }

  #accepted(attempt: ConnectAttempt, link: MemoryLink): TestConnection {
    const { vsn } = attempt.params;
    const serializer = this.#serializers.find((one) => one.vsn === vsn) ?? V2;
    const gone = (): void => void this.#connections.delete(connection);
    const peer = new Peer(link, serializer, this.#seat, gone);
    const connection = new TestConnection(attempt, peer);
    link.server = peer;
    this.#connections.add(connection);
    link.open();
    return connection;
  }
}

function hintOf(clock: TestClock): string {
  const { untilNext } = clock;
  if (untilNext === null) return "";
  return `The test's clock stands at ${clock.now()} ms, and a timer is due in ${untilNext} ms. If the client waits for it, let time pass: await server.clock.advance(${Math.ceil(untilNext)}).`;
}
