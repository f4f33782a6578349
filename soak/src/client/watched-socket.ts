// One socket of the client, every call on it and all that it tells reported to the model.
import type { Disconnected, Socket } from "@slipstream/client";
import type { ChannelObservation, ClientObservation, LifeName } from "../model/observation.ts";
import { watchPromise } from "./settled.ts";
import { WatchedChannel } from "./watched-channel.ts";

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An observation, its life left out. */
type Told = DistributiveOmit<ClientObservation, "life">;

export class WatchedSocket {
  readonly socket: Socket;
  readonly #life: LifeName;
  readonly #see: (observation: ClientObservation) => void;
  readonly #channels = new Map<string, WatchedChannel>();
  readonly #allChannels: WatchedChannel[] = [];
  readonly #loops = new Set<{ return?: () => unknown }>();
  #number = 0;

  constructor(socket: Socket, life: LifeName, see: (observation: ClientObservation) => void) {
    this.socket = socket;
    this.#life = life;
    this.#see = see;
    socket.onState((state) => {
      this.tell({ type: "sessionChanged", state, isCurrent: state === socket.state });
    });
    socket.onConnectionEnd((end) => this.tell({ type: "connectionEnded", end }));
  }

  tell(observation: Told): void {
    this.#see({ ...observation, life: this.#life });
  }

  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  connect(signal: AbortSignal | undefined): void {
    const call = this.nextNumber();
    this.tell({ type: "connectCalled", call });
    const connected = this.socket.connect(signal === undefined ? {} : { signal });
    watchPromise(connected, (settled) => this.tell({ type: "connectSettled", call, settled }));
  }

  /** Resolves when the disconnect does, however it does. */
  disconnect(code: number, reason: string): Promise<void> {
    return this.#end("disconnect", () => this.socket.disconnect({ code, reason }));
  }

  /** Resolves when the reset does, however it does. */
  reset(): Promise<void> {
    return this.#end("reset", () => this.socket.reset());
  }

  #end(how: "disconnect" | "reset", end: () => Promise<Disconnected>): Promise<void> {
    const call = this.nextNumber();
    this.tell({ type: "disconnectCalled", call, how });
    return new Promise((resolve) => {
      watchPromise(end(), (settled) => {
        const result = settled.type === "resolved" ? (settled.value as never) : settled;
        const state = this.socket.state.type;
        this.tell({ type: "disconnectSettled", call, result, state });
        resolve();
      });
    });
  }

  ping(timeout: number): void {
    const call = this.nextNumber();
    this.tell({ type: "pingCalled", call, timeout });
    watchPromise(this.socket.ping({ timeout }), (settled) => {
      this.tell({ type: "pingSettled", call, settled });
    });
  }

  async followStates(count: number): Promise<void> {
    const loop = this.nextNumber();
    this.tell({ type: "loopOpened", loop });
    const states = this.socket.states();
    this.#loops.add(states);
    let left = count;
    for await (const _state of states) {
      left -= 1;
      if (left === 0) break;
    }
    this.#loops.delete(states);
    this.tell({ type: "loopEnded", loop });
  }

  /** The channel of a topic: ours, unless the socket has another one by now. */
  channel(topic: string, params?: unknown): WatchedChannel {
    const channel = this.socket.channel(topic, params);
    const known = this.#channels.get(topic);
    if (known?.channel === channel) return known;
    if (known !== undefined) this.tell({ type: "channelReplaced", topic });
    const watched = new WatchedChannel(
      channel,
      (observation: ChannelObservation) => this.#see({ ...observation, topic, life: this.#life }),
      () => this.socket.state.type === "open",
      () => this.nextNumber(),
    );
    this.#channels.set(topic, watched);
    this.#allChannels.push(watched);
    return watched;
  }

  /** Ends the loops that wait for what will never come, since nobody connected or joined. */
  endLoops(): void {
    for (const channel of this.#allChannels) channel.endLoops();
    if (this.socket.state.type !== "idle") return;
    for (const loop of this.#loops) void loop.return?.();
  }
}
