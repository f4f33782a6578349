// Writes down what the client says of itself while the demo runs, and wakes whoever waits for it to
// get somewhere. It decides nothing.
import type { ChannelEndReason, ChannelState, ConnectionEnd, Socket } from "@slipstream/client";

/** Something that waits was waiting for longer than it may. */
export class WaitedTooLongError extends Error {
  override readonly name = "WaitedTooLongError";
  readonly code = "waited_too_long";

  constructor(what: string, patience: number) {
    super(`${what} did not come about within ${patience / 1_000} s.`);
  }
}

/** A channel, whatever is said on it. */
export interface Observed {
  readonly topic: string;
  readonly state: ChannelState;
  onState(handler: (state: ChannelState) => void): () => void;
}

/** What was seen since some moment. */
export interface Seen {
  readonly ends: readonly ConnectionEnd[];
  readonly channelEnds: readonly { readonly topic: string; readonly reason: ChannelEndReason }[];
}

export class Observer {
  readonly #ends: ConnectionEnd[] = [];
  readonly #channelEnds: { topic: string; reason: ChannelEndReason }[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #socket: Socket;
  readonly #channels: readonly Observed[];
  readonly #signal: AbortSignal;
  #mark = { ends: 0, channelEnds: 0 };

  /** @param signal ends every wait. */
  constructor(socket: Socket, channels: readonly Observed[], signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
    this.#channels = channels;
    socket.onConnectionEnd((end) => {
      this.#ends.push(end);
      this.wake();
    });
    socket.onState(() => this.wake());
    for (const channel of channels) {
      channel.onState((state) => {
        if (state.type === "waiting" && state.cause !== null) {
          this.#channelEnds.push({ topic: channel.topic, reason: state.cause });
        }
        this.wake();
      });
    }
  }

  /** From now on only what comes later is seen. */
  forget(): void {
    this.#mark = { ends: this.#ends.length, channelEnds: this.#channelEnds.length };
  }

  get seen(): Seen {
    return {
      ends: this.#ends.slice(this.#mark.ends),
      channelEnds: this.#channelEnds.slice(this.#mark.channelEnds),
    };
  }

  /** The connection is open and every channel is joined. */
  get joined(): boolean {
    return (
      this.#socket.state.type === "open" &&
      this.#channels.every(({ state }) => state.type === "joined")
    );
  }

  /** Something may have changed. */
  wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /**
   * Resolves when `isSo`, which is asked whenever something changed.
   * @throws {WaitedTooLongError} (by rejection) after `patience` ms; what the signal was aborted with.
   */
  until(what: string, isSo: () => boolean, patience: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#signal.removeEventListener("abort", abort);
        this.#waiters.delete(look);
      };
      const look = (): void => {
        if (!isSo()) return;
        stop();
        resolve();
      };
      const timer = setTimeout(() => {
        stop();
        reject(new WaitedTooLongError(what, patience));
      }, patience);
      const abort = (): void => {
        stop();
        reject(this.#signal.reason as Error);
      };
      this.#waiters.add(look);
      this.#signal.addEventListener("abort", abort);
      if (this.#signal.aborted) abort();
      else look();
    });
  }
}
