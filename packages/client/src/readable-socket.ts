// A socket whose states, and whose channels' messages and states, can also be read in loops.
import type { SessionState } from "@slipstream/core";
import type { JoinOptions } from "./channel.ts";
import type { ChannelCore } from "./channel-core.ts";
import type { JoinParams, Untyped } from "./channel-types.ts";
import type { Provided } from "./options.ts";
import { Channel } from "./readable-channel.ts";
import { readLastState, readStates } from "./reading.ts";
import { BaseSocket } from "./socket.ts";

export class ReadableSocket extends BaseSocket {
  override channel<C = Untyped>(topic: string, params?: Provided<JoinParams<C>>): Channel<C> {
    return super.channel<C>(topic, params) as Channel<C>;
  }

  override join<C = Untyped>(
    topic: string,
    params?: Provided<JoinParams<C>>,
    options?: JoinOptions,
  ): Promise<Channel<C>> {
    return super.join<C>(topic, params, options) as Promise<Channel<C>>;
  }

  /** The present state and every change, for a loop that ends when the socket has ended. */
  states(): AsyncIterableIterator<SessionState, undefined, undefined> {
    const { state } = this;
    return state.type === "ended"
      ? readLastState(state)
      : readStates(BaseSocket.coreOf(this).states, state);
  }

  /** @internal */
  protected override face(core: ChannelCore, pushTimeout: number): Channel {
    return new Channel(core, pushTimeout);
  }
}
