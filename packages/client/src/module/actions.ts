// What the callbacks of a client in module style can do. Checked arguments and words for the
// documentation; the work is done by Life and what is below it.
import type { PushEvent } from "../channel-types.ts";
import { OptionError } from "../errors.ts";
import {
  checkCloseCode,
  checkCloseReason,
  checkOptions,
  checkPushEvent,
  checkTimeout,
  checkTopic,
} from "../option-checks.ts";
import type { DisconnectOptions } from "../socket.ts";
import type { Disconnected } from "../socket-core.ts";
import type { Dial } from "../transport.ts";
import type { Turn } from "./mail.ts";
import { resolveModuleOptions, type AssignsOption, type ModuleOptions } from "./options.ts";
import { Supervisor } from "./supervisor.ts";
import type { JoinStatus } from "./topics.ts";
import type { JoinArguments, PushArguments, TopicOf } from "./types.ts";

/** Options of a push in module style. */
export interface ModulePushOptions {
  /** Ms to wait for the reply, from the call; Infinity for as long as it takes. Default: `pushTimeout`. */
  readonly timeout?: number;
  /** Whether the server replies. Where it does not, `handleReply` is told only if it cannot be sent. Default: "reply". */
  readonly expects?: "reply" | "none";
}

const supervisors = new WeakMap<object, Supervisor>();

/** What runs a client in module style, for the parts of its class alone. */
export function supervisorOf(client: object): Supervisor {
  return supervisors.get(client) as Supervisor;
}

/** All of it throws a NotRunningError when the client does not run. */
export abstract class ModuleActions<Assigns extends object, Topics> {
  #assigns: Assigns = {} as Assigns;

  /**
   * @param dial what carries the frames unless the option `transport` is given.
   * @param known names of options that belong to the transport.
   * @param handle runs the callback of a turn.
   */
  constructor(
    url: string | URL,
    options: ModuleOptions & AssignsOption<Assigns>,
    dial: Dial,
    known: readonly string[],
    handle: (turn: Turn) => unknown,
  ) {
    const resolved = resolveModuleOptions(options, known);
    const owner = {
      reset: (): void => {
        const { assigns } = resolved;
        this.#assigns = {} as Assigns;
        this.#assigns = { ...(typeof assigns === "function" ? assigns() : assigns) } as Assigns;
      },
      handle,
    };
    const supervisor = new Supervisor(owner, url, resolved, resolved.socket.transport ?? dial);
    supervisors.set(this, supervisor);
  }

  /** What was assigned. Not to be changed but by `assign` and `update`. */
  protected get assigns(): Readonly<Assigns> {
    return this.#assigns;
  }

  /** Keeps values until the client ends. */
  protected assign(values: Partial<Assigns>): void {
    this.#assigns = { ...this.#assigns, ...values };
  }

  /**
   * Replaces a value by what `change` makes of it.
   * @throws {OptionError} if nothing was assigned under this key.
   */
  protected update<K extends keyof Assigns>(
    key: K,
    change: (value: Assigns[K]) => Assigns[K],
  ): void {
    if (!Object.hasOwn(this.#assigns, key)) {
      throw new OptionError(
        "key",
        key,
        `a key of assigns. There are ${Object.keys(this.#assigns).join(", ") || "none"}`,
      );
    }
    this.#assigns = { ...this.#assigns, [key]: change(this.#assigns[key]) };
  }

  /** Connects now, unless there is a connection or an attempt. `handleConnect` or `handleDisconnect` is called. */
  protected connect(): void {
    supervisorOf(this).life.socket.connect();
  }

  /**
   * Connects again after the delay that the option `reconnect` says, or at once after a `disconnect()`.
   * Does nothing where there is a connection or an attempt.
   * @throws {ConnectError} if the option says to give up, or credentials were refused. A callback that
   * does not catch it ends the client as "gaveUp".
   */
  protected reconnect(): void {
    supervisorOf(this).life.socket.reconnect();
  }

  /** Ends the connection by RFC 6455, and resolves with how that went. `handleDisconnect` is called. */
  protected disconnect(options: DisconnectOptions = {}): Promise<Disconnected> {
    checkOptions(options, ["code", "reason"]);
    const { code = 1000, reason = "" } = options;
    checkCloseCode("code", code);
    checkCloseReason("reason", reason);
    return supervisorOf(this).life.socket.disconnect(code, reason);
  }

  /** Whether the connection is open. */
  protected isConnected(): boolean {
    return supervisorOf(this).life.socket.isConnected;
  }

  /**
   * Asks to be let in. `handleJoin` or `handleTopicClose` is called. Does nothing where that was asked
   * already, or there is no connection.
   */
  protected join<T extends TopicOf<Topics>>(topic: T, ...[params]: JoinArguments<Topics, T>): void {
    checkTopic(topic);
    supervisorOf(this).life.socket.topics.join(topic, params);
  }

  /**
   * Joins again with the params of the join before, or with `params`: after the delay that the option
   * `rejoin` says where the server closed the topic, and at once where the connection was lost.
   * @throws {OptionError} if the topic was never joined, or not in the last two connections.
   */
  protected rejoin<T extends TopicOf<Topics>>(
    topic: T,
    params?: JoinArguments<Topics, T>[0],
  ): void {
    this.#rejoin(topic, params);
  }

  /** Ends the membership, and a rejoin that waits. Nothing is delivered from here on. `handleLeave` is called. */
  protected leave(topic: TopicOf<Topics>): void {
    checkTopic(topic);
    supervisorOf(this).life.socket.topics.leave(topic);
  }

  /** Whether the server has let us in. */
  protected isJoined(topic: TopicOf<Topics>): boolean {
    return this.joinStatus(topic) === "joined";
  }

  /** Where the join of a topic stands; undefined if it was never asked for, or was left. */
  protected joinStatus(topic: TopicOf<Topics>): JoinStatus {
    checkTopic(topic);
    return supervisorOf(this).life.socket.topics.status(topic);
  }

  /**
   * Sends an event. What becomes of it is told to `handleReply` under the ref that is returned, or
   * awaited by `awaitReply(ref)`: the server's reply, or why there is none.
   */
  protected push<T extends TopicOf<Topics>, E extends PushEvent<Topics[T]>>(
    topic: T,
    event: E,
    ...[payload, options = {}]: PushArguments<Topics[T], E, ModulePushOptions>
  ): string {
    checkOptions(options, ["timeout", "expects"]);
    const { timeout = supervisorOf(this).options.socket.pushTimeout, expects = "reply" } = options;
    checkTopic(topic);
    checkPushEvent(event);
    checkExpects(expects);
    checkTimeout("timeout", timeout);
    return supervisorOf(this).life.socket.topics.push(topic, {
      event,
      payload: payload === undefined ? {} : payload,
      expects,
      timeout,
    });
  }

  /** Calls `handleContinue` with `message` right after this callback, before anything that waits. */
  protected continueWith(message: unknown): void {
    supervisorOf(this).runningLife.continueWith(message);
  }

  /**
   * Calls `handleInfo` with `message` in `delay` ms, unless the client has ended. If as much waits then as
   * may, the message is lost, counted and logged. Returns what takes it back.
   */
  protected sendAfter(delay: number, message: unknown): () => void {
    const { life } = supervisorOf(this);
    checkTimeout("delay", delay);
    return life.sendAfter(delay, message);
  }

  #rejoin(topic: string, params?: unknown): void {
    checkTopic(topic);
    if (supervisorOf(this).life.socket.topics.rejoin(topic, params)) return;
    throw new OptionError("topic", topic, "a topic that was joined before. Call join first");
  }
}

function checkExpects(expects: "reply" | "none"): void {
  if (expects === "reply" || expects === "none") return;
  throw new OptionError("expects", expects, '"reply" or "none"');
}
