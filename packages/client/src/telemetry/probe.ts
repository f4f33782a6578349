// What telemetry may see of a socket: numbers and states. Made for a socket when somebody first
// listens; everything else of it stays out of reach of whoever prints an event.
import type { ChannelState, Session, SessionState, SmallMap } from "@slipstream/core";
import type { Clock } from "../clock.ts";
import type { Telemetry } from "./telemetry.ts";

/** What telemetry needs of the program's object for a channel. */
export interface ObservedChannel {
  readonly topic: string;
  /** `waiting` is how many messages wait for readers. */
  readonly messages: { readonly waiting: number };
}

/** What telemetry needs of the program's object for a push. */
export interface ObservedPush {
  /** What judges a response with the status "ok", and tells what it found; null if nothing does. */
  readonly judge: unknown;
}

/** What telemetry needs of a channel's machine. */
export interface ObservedMachine {
  readonly topic: string;
  readonly owner: ObservedChannel;
  readonly state: ChannelState;
  readonly pushes: { readonly queued: number; readonly inFlight: number };
}

/** What telemetry needs of a socket. */
export interface Observed {
  readonly session: Pick<Session<ObservedChannel, object>, "state" | "counters"> & {
    readonly channels: Pick<SmallMap<ObservedMachine>, "size" | "values">;
  };
  readonly bufferedAmount: number;
  readonly options: { readonly clock: Clock; readonly telemetry: Telemetry | null };
  /** The URL without its query. */
  readonly place: string;
}

/** How much waits where, in one socket. */
export interface QueueLengths {
  /** Pushes that wait for their channels to join. */
  readonly queued: number;
  /** Pushes that wait for the server's reply. */
  readonly inFlight: number;
  /** Messages that wait for readers. */
  readonly waiting: number;
}

let probes = 0;

/** One socket, for telemetry: says how it stands at the moment when it is asked. */
export class SocketProbe {
  /** Tells the sockets of this process apart. */
  readonly id: number;
  readonly #socket: Observed;

  constructor(socket: Observed) {
    probes += 1;
    this.id = probes;
    this.#socket = socket;
  }

  /** The socket's URL without its query. */
  get url(): string {
    return this.#socket.place;
  }

  get state(): SessionState["type"] {
    return this.#socket.session.state.type;
  }

  /** What carries the frames, such as "websocket" or "longpoll"; undefined unless it is open. */
  get transport(): string | undefined {
    const { state } = this.#socket.session;
    return state.type === "open" ? state.transport : undefined;
  }

  /** Bytes that wait to be handed to the operating system. */
  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  /** How many channels the server knows of or soon will. */
  get channels(): number {
    return this.#socket.session.channels.size;
  }

  /** Counts through the channels, so ask as often as you read the figures, not more often. */
  queues(): QueueLengths {
    let [queued, inFlight, waiting] = [0, 0, 0];
    for (const { owner, pushes } of this.#socket.session.channels.values()) {
      queued += pushes.queued;
      inFlight += pushes.inFlight;
      waiting += owner.messages.waiting;
    }
    return { queued, inFlight, waiting };
  }
}
