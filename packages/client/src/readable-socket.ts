// A socket whose states, and whose channels' messages and states, can also be read in loops, and whose
// reading of the network can be paused.
import { Reader, type Reading, type SchemaParts, type SessionState } from "@slipstream/core";
import type { JoinOptions } from "./channel-types.ts";
import type { ChannelCore } from "./channel-core.ts";
import type {
  ClientTypes,
  JoinArguments,
  JoinParams,
  SchemaOptions,
  Untyped,
} from "./channel-types.ts";
import { quote } from "./describe.ts";
import { UnsupportedError } from "./errors.ts";
import { readsAlways } from "./guarded-transport.ts";
import { checkOptions, checkText } from "./option-checks.ts";
import type { Provided, SocketOptions } from "./options.ts";
import { Channel } from "./readable-channel.ts";
import { readLastState, readStates } from "./reading.ts";
import { BaseSocket } from "./socket.ts";
import type { Dial } from "./transport.ts";
import { withSchema } from "./with-schema.ts";

const PAUSE = "pause(): the WebSocket of this platform always reads. Bound your readers instead";

export class ReadableSocket extends BaseSocket {
  constructor(url: string | URL, options: SocketOptions, dial: Dial, known: readonly string[]) {
    super(url, options, dial, known, Reader);
  }

  /**
   * The channel of a topic. There is one per topic and socket: until it has been left, or has ended
   * for good, every call returns it, and `params`, if given, replace what its next join sends.
   * @param params sent with each join; a function is called for each, and may be async.
   * @throws {OptionError} if the channel has another schema, or has been joined without one.
   *
   * @example
   * ```ts
   * const room = socket.channel("room:lobby", { user: 1 });
   * room.on("new_msg", (payload) => console.log(payload));
   * await room.join();
   * ```
   */
  override channel<P extends SchemaParts>(
    topic: string,
    params: Provided<JoinParams<ClientTypes<P>>> | undefined,
    options: SchemaOptions<P>,
  ): Channel<ClientTypes<P>>;
  override channel<C = Untyped>(topic: string, params?: Provided<JoinParams<C>>): Channel<C>;
  override channel(topic: string, params?: unknown, options: Partial<SchemaOptions> = {}): Channel {
    checkOptions(options, ["schema"]);
    const { schema } = options;
    if (schema !== undefined) withSchema(super.channel(topic), schema);
    return super.channel(topic, params) as Channel;
  }

  /**
   * Joins a topic and resolves with its channel, once the server has let us in.
   * @throws {JoinError} (by rejection) as `channel.join` does.
   * @throws {OptionError} if the channel has another schema, or has been joined without one.
   *
   * @example
   * ```ts
   * const room = await socket.join("room:lobby", { user: 1 });
   * room.on("new_msg", (payload) => console.log(payload));
   * ```
   */
  override join<P extends SchemaParts>(
    topic: string,
    params: Provided<JoinParams<ClientTypes<P>>>,
    options: JoinOptions & SchemaOptions<P>,
  ): Promise<Channel<ClientTypes<P>>>;
  override join<C = Untyped>(topic: string, ...args: JoinArguments<C>): Promise<Channel<C>>;
  override join(
    topic: string,
    params?: unknown,
    options: JoinOptions & Partial<SchemaOptions> = {},
  ): Promise<Channel> {
    checkOptions(options, ["signal", "schema"]);
    const { schema, ...rest } = options;
    if (schema !== undefined) withSchema(super.channel(topic), schema);
    this.#warnOfOtherParams(topic, params);
    return super.join(topic, params, rest) as Promise<Channel>;
  }

  /** There is one channel per topic and socket: who joins it again shares it, and its params. */
  #warnOfOtherParams(topic: string, params: unknown): void {
    const core = BaseSocket.coreOf(this);
    const channel = core.session.channels.get(topic);
    if (channel?.state.type !== "joined" || params === undefined) return;
    if (areSame(params, channel.owner.joinParams)) return;
    core.options.logger.warn(
      `slipstream: ${quote(topic)} is joined already, with other params. There is one channel per topic and socket: the new params are sent with its next join. Leave it first, or join it on a socket of its own.`,
    );
  }

  /** The present state and every change, for a loop that ends when the socket has ended. */
  states(): AsyncIterableIterator<SessionState, undefined, undefined> {
    const { state } = this;
    return state.type === "ended"
      ? readLastState(state)
      : readStates(BaseSocket.coreOf(this).states, state);
  }

  /**
   * Stops reading the connection, so that the server has to wait: for at most `maxPause`, and not
   * beyond the connection. Everything of the socket waits, replies and other channels included, so
   * that a bounded reader (`channel.messages`) is nearly always better. What was read before may
   * still be delivered. The heartbeat's timeout stands still; timeouts of pushes and joins run.
   * Where no connection is open there is nothing to pause, and nothing happens.
   * @param holder who needs it. Reading goes on when each holder has called `resume`.
   * @throws {UnsupportedError} where the platform's WebSocket cannot stop reading.
   *
   * @example
   * ```ts
   * socket.pause("disk");
   * await disk.flush();
   * socket.resume("disk");
   * ```
   */
  pause(holder: string = "program"): void {
    const core = BaseSocket.coreOf(this);
    checkText("holder", holder);
    if (core.transport?.ask(readsAlways) === true) throw new UnsupportedError(PAUSE);
    core.handle({ type: "pauseReading", holder });
  }

  /** Takes back the holder's `pause()`. Harmless when there is none. */
  resume(holder: string = "program"): void {
    checkText("holder", holder);
    BaseSocket.coreOf(this).handle({ type: "resumeReading", holder });
  }

  /** Whether the connection is read, and if not, who has paused it. */
  get reading(): Reading {
    return BaseSocket.coreOf(this).session.reading;
  }

  /** @internal */
  protected override face(core: ChannelCore): Channel {
    return new Channel(core);
  }
}

/** Functions may give anything; values are the same if they are written the same. */
function areSame(one: unknown, other: unknown): boolean {
  if (one === other || typeof one === "function" || typeof other === "function") return true;
  try {
    return JSON.stringify(one ?? {}) === JSON.stringify(other ?? {});
  } catch {
    return true;
  }
}
