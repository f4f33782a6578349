// A client in module style, as its author and the rest of the program see it: the callbacks with
// their defaults, and the ways in from outside. What callbacks can do is in actions.ts and awaiting.ts.
import type { ChannelEndReason, EndReason } from "@slipstream/core";
import { supervisorOf } from "./actions.ts";
import { patienceOf, ModuleAwaits } from "./awaiting.ts";
import type { Dial } from "../transport.ts";
import type { AwaitOptions } from "./awaits.ts";
import type { AssignsOption, ModuleOptions } from "./options.ts";
import { REPLY_LATER, type Caller } from "./call.ts";
import { CallError } from "./errors.ts";
import { CALLBACKS, type Reply, type TerminateReason, type Turn } from "./mail.ts";
import type { ModuleState } from "./supervisor.ts";
import type { AnyTopics, JoinedArguments, MessageArguments, TopicOf } from "./types.ts";

/** What a client has counted, over all its lives. */
export interface ModuleStats {
  /** How much waits for its callbacks now. */
  readonly waiting: number;
  /** Messages of the server that the overflow policy has dropped. */
  readonly droppedMessages: number;
  /** What was sent and not handled: it waited when the client ended, or `sendAfter` found no room for it. */
  readonly lostMessages: number;
  /** Awaits and calls that failed, and that nobody has observed. */
  readonly unobservedFailures: number;
  /** How often it was started anew after a crash. */
  readonly restarts: number;
}

/**
 * A client as a class: what happens is told to its callbacks, one at a time, in order. A callback may be
 * async, and the next begins when it is done.
 *
 * `Assigns` is what it keeps between callbacks, and `Topics` what is said on which topics.
 */
export abstract class BaseSlipstream<
  Assigns extends object = object,
  Topics = AnyTopics,
> extends ModuleAwaits<Assigns, Topics> {
  /**
   * @param dial what carries the frames unless the option `transport` is given.
   * @param known names of options that belong to the transport.
   */
  constructor(
    url: string | URL,
    options: ModuleOptions & AssignsOption<Assigns>,
    dial: Dial,
    known: readonly string[],
  ) {
    super(url, options, dial, known, (turn) => this.#traced(turn));
  }

  // ---- Callbacks. What they throw ends the client, unless `restart` says otherwise.

  /** Called first. By default it connects. */
  protected init(): unknown {
    return this.connect();
  }

  /** Called when a connection is open: the place to join. By default it does nothing. */
  protected handleConnect(): unknown {
    return undefined;
  }

  /**
   * Called when a connection, or an attempt to make one, has ended. By default it connects again, with
   * the delays of the option `reconnect`, unless `disconnect()` was called; where there is nothing left
   * to try, the client ends as "gaveUp". Topics are not joined any more.
   */
  protected handleDisconnect(reason: EndReason): unknown {
    return reason.type === "requested" ? undefined : this.reconnect();
  }

  /** Called when the server has let us in. By default it does nothing. */
  protected handleJoin(...[_topic, _response]: JoinedArguments<Topics>): unknown {
    return undefined;
  }

  /** Called with each message of the server. By default that one came is logged. */
  protected handleMessage(...[topic, event]: MessageArguments<Topics>): unknown {
    return this.#unhandled(`the message ${event} of ${topic}`, "handleMessage");
  }

  /** Called with what became of each push, unless that was awaited. By default it does nothing. */
  protected handleReply(_ref: string, _reply: Reply): unknown {
    return undefined;
  }

  /**
   * Called when a channel crashed or was closed by the server, or could not be joined. By default it
   * joins again, with the delays of the option `rejoin`; a refusal is logged, and stands.
   */
  protected handleTopicClose(topic: TopicOf<Topics>, reason: ChannelEndReason): unknown {
    if (reason.type !== "refused" && reason.type !== "unsendable") return this.rejoin(topic);
    return this.#unhandled(
      `the join of ${topic}, which failed as ${reason.type},`,
      "handleTopicClose",
    );
  }

  /** Called when a topic has been left, as `leave` asked. By default it does nothing. */
  protected handleLeave(_topic: TopicOf<Topics>): unknown {
    return undefined;
  }

  /** Called with what the rest of the program sent by `send`. By default that something came is logged. */
  protected handleInfo(_message: unknown): unknown {
    return this.#unhandled("what was sent", "handleInfo");
  }

  /**
   * Called with each `call` of the rest of the program; what it returns is the answer. To answer later,
   * return REPLY_LATER and keep the caller. By default the call is rejected.
   */
  protected handleCall(_request: unknown, caller: Caller): unknown {
    caller.reject(new CallError({ type: "unhandled" }));
    return REPLY_LATER;
  }

  /** Called with what the rest of the program sent by `cast`. By default that something came is logged. */
  protected handleCast(_message: unknown): unknown {
    return this.#unhandled("a cast", "handleCast");
  }

  /** Called right after a callback that called `continueWith`. By default that is logged. */
  protected handleContinue(_message: unknown): unknown {
    return this.#unhandled("what was to be continued with", "handleContinue");
  }

  /**
   * Called last, with why the client ends. By default it disconnects, which is done behind it in any
   * case. It has `shutdownTimeout` ms.
   */
  protected terminate(_reason: TerminateReason): unknown {
    return this.disconnect();
  }

  // ---- For the rest of the program.

  /** Where the client stands. */
  get state(): ModuleState {
    return supervisorOf(this).state;
  }

  /** What was counted. */
  get stats(): ModuleStats {
    const { waiting, droppedMessages, lostMessages, unobservedFailures, restarts } =
      supervisorOf(this);
    return { waiting, droppedMessages, lostMessages, unobservedFailures, restarts };
  }

  /** Resolves with why the client has ended, once nothing of it is left and no restart is to come. */
  get stopped(): Promise<TerminateReason> {
    return supervisorOf(this).stopped;
  }

  /**
   * Starts the client, and resolves when its `init` is done. What runs already is not started again. One
   * that is ending begins anew behind its end, and resolves then, unless `stop()` takes that back.
   * @throws what `init` or the option `assigns` threw (by rejection). Then the client has ended.
   */
  start(): Promise<void> {
    return supervisorOf(this).start();
  }

  /**
   * Ends the client: the callback that runs is waited for, what waits is given up, `terminate` is called.
   * One that has crashed and is ending, or waits to start anew, does not start any more.
   * Resolves when nothing is left, also if it is awaited in a callback, after `shutdownTimeout`.
   */
  async stop(reason?: unknown): Promise<void> {
    await supervisorOf(this).stop({ type: "stopped", ...(reason === undefined ? {} : { reason }) });
  }

  /**
   * Hands a message to `handleInfo`.
   * @throws {NotRunningError} or {MailboxFullError}: nothing was sent.
   */
  send(message: unknown): void {
    supervisorOf(this).runningLife.send("info", message);
  }

  /**
   * Hands a message to `handleCast`.
   * @throws {NotRunningError} or {MailboxFullError}: nothing was sent.
   */
  cast(message: unknown): void {
    supervisorOf(this).runningLife.send("cast", message);
  }

  /**
   * Asks `handleCall`, and resolves with its answer.
   * @param options.timeout ms to wait; Infinity for as long as it takes. Default: 5,000.
   * @throws {CallError} (by rejection) if there is no answer; {NotRunningError} or {MailboxFullError} if
   * it was not asked; or what the client rejected the call with.
   */
  async call(request: unknown, options: AwaitOptions = {}): Promise<unknown> {
    return await supervisorOf(this).runningLife.call(request, patienceOf(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #unhandled(what: string, callback: string): void {
    const { logger } = supervisorOf(this).options.socket;
    logger.warn(`slipstream: ${what} was not handled: the client has no ${callback}.`);
  }

  /** Tells telemetry of the callback, if anybody listens. */
  #traced(turn: Turn): unknown {
    const { telemetry } = supervisorOf(this).options.socket;
    const callback = CALLBACKS[turn.type];
    if (telemetry === null || !telemetry.hears(callback)) return this.#handle(turn);
    const topic = "topic" in turn ? turn.topic : undefined;
    const event = "event" in turn ? turn.event : undefined;
    const begun = { client: this.constructor.name, callback, topic, event };
    return telemetry.callback(begun, () => this.#handle(turn));
  }

  /** The one place where callbacks are called. */
  #handle(turn: Turn): unknown {
    switch (turn.type) {
      case "init":
        return this.init();
      case "continue":
        return this.handleContinue(turn.message);
      case "connected":
        return this.handleConnect();
      case "disconnected":
        return this.handleDisconnect(turn.reason);
      case "joined":
        return this.handleJoin(...([turn.topic, turn.response] as JoinedArguments<Topics>));
      case "topicClosed":
        return this.handleTopicClose(turn.topic as TopicOf<Topics>, turn.reason);
      case "left":
        return this.handleLeave(turn.topic as TopicOf<Topics>);
      case "message":
        return this.handleMessage(
          ...([turn.topic, turn.event, turn.payload] as MessageArguments<Topics>),
        );
      case "replied":
        return this.handleReply(turn.ref, turn.reply);
      case "info":
        return this.handleInfo(turn.message);
      case "cast":
        return this.handleCast(turn.message);
      case "call":
        return this.handleCall(turn.request, turn.call);
      case "terminate":
        return this.terminate(turn.reason);
    }
  }
}
