// What can be awaited, in a callback or outside of one. What an await takes is told to no callback.
import type { EndReason } from "@slipstream/core";
import type { JoinResponse, MessageEvent, MessagePayload } from "../channel-types.ts";
import {
  checkEvent,
  checkOptions,
  checkSignal,
  checkTimeout,
  checkTopic,
} from "../option-checks.ts";
import type { Outcome } from "../outcome.ts";
import { ModuleActions, supervisorOf } from "./actions.ts";
import type { Awaited, AwaitOptions, Patience } from "./awaits.ts";
import * as expected from "./expected.ts";
import type { TopicOf } from "./types.ts";

const DEFAULT_PATIENCE = 5_000;

export abstract class ModuleAwaits<Assigns extends object, Topics> extends ModuleActions<
  Assigns,
  Topics
> {
  /**
   * Waits until the connection is open.
   * @throws {ConnectError} (by rejection) if the attempt fails; then no callback is told.
   * @throws {AwaitError} (by rejection) if there is none in time.
   */
  protected awaitConnect(options?: AwaitOptions): Promise<void> {
    return this.#receive(expected.connect(supervisorOf(this).life.socket), options);
  }

  /**
   * Waits until the connection has ended, and resolves with why; with null where there is none.
   * @throws {AwaitError} (by rejection) if it has not in time.
   */
  protected awaitDisconnect(options?: AwaitOptions): Promise<EndReason | null> {
    return this.#receive(expected.disconnect(supervisorOf(this).life.socket), options);
  }

  /**
   * Waits for the answer to a join, and resolves with its response.
   * @throws {JoinError} (by rejection) if the server does not let us in.
   * @throws {AwaitError} (by rejection) if there is no answer in time, or no join was asked for.
   */
  protected awaitJoin<T extends TopicOf<Topics>>(
    topic: T,
    options?: AwaitOptions,
  ): Promise<JoinResponse<Topics[T]>> {
    checkTopic(topic);
    const { topics } = supervisorOf(this).life.socket;
    return this.#receive(expected.join(topics, topic), options) as Promise<unknown> as Promise<
      JoinResponse<Topics[T]>
    >;
  }

  /**
   * Waits until a topic has been left.
   * @throws {LeaveError} (by rejection) if the server has not confirmed it.
   * @throws {AwaitError} (by rejection) if it is joined and was not left in time.
   */
  protected awaitLeave(topic: TopicOf<Topics>, options?: AwaitOptions): Promise<void> {
    checkTopic(topic);
    return this.#receive(expected.leave(supervisorOf(this).life.socket.topics, topic), options);
  }

  /**
   * Waits for the reply to a push, and resolves with its response.
   * @throws {PushError} (by rejection) if the server replied with another status than "ok", or cannot.
   * @throws {AwaitError} (by rejection) if there is none in time, or it was told already.
   */
  protected awaitReply(ref: string, options?: AwaitOptions): Promise<unknown> {
    return this.#receive(expected.reply(supervisorOf(this).life.socket.topics, ref), options);
  }

  /**
   * Waits for a message of the server, and resolves with its payload. `where` says which it may be.
   * @throws {AwaitError} (by rejection) if there is none in time; or what `where` throws.
   */
  protected awaitMessage<
    T extends TopicOf<Topics>,
    E extends MessageEvent<Topics[T]>,
    P = MessagePayload<Topics[T], E>,
  >(
    topic: T,
    event: E,
    options: AwaitOptions & { readonly where?: (payload: P) => boolean } = {},
  ): Promise<P> {
    const { where = (): boolean => true, ...others } = options;
    const matches = where as (payload: unknown) => boolean;
    checkTopic(topic);
    checkEvent(event);
    const awaited = expected.message(topic, event, matches);
    return this.#receive(awaited, others) as Promise<unknown> as Promise<P>;
  }

  #receive<T>(awaited: Awaited<T>, options: AwaitOptions = {}): Outcome<T> {
    return supervisorOf(this).life.receive(awaited, patienceOf(options));
  }
}

/** The options of an await or a call, with nothing left open. */
export function patienceOf(options: AwaitOptions): Patience {
  checkOptions(options, ["timeout", "signal"]);
  const { timeout = DEFAULT_PATIENCE, signal } = options;
  checkTimeout("timeout", timeout);
  checkSignal("signal", signal);
  return { timeout, signal };
}
