// What lives on a connection: channels, and pings, which are pushes of the socket itself. Tells them
// what becomes of it. What each of them makes of that is its own affair.
import type { ChannelEvent, ChannelInputOf } from "../channel/input.ts";
import type { ChannelMachine, Directory } from "../channel/machine.ts";
import type { Context } from "../context.ts";
import type { EndReason } from "../end-reason.ts";
import { Pushes } from "../push/pushes.ts";
import { SmallMap } from "../small-map.ts";
import type { ConnectionOwner } from "./connection.ts";
import type { SessionState } from "./state.ts";

export class Members<C, P> implements ConnectionOwner {
  readonly channels: Directory<C, P> = new SmallMap();
  readonly #context: Context<C, P>;
  #pings: Pushes<C, P> | null = null;

  constructor(context: Context<C, P>) {
    this.#context = context;
  }

  /** Made when first needed: most sockets never ping. */
  get pings(): Pushes<C, P> {
    this.#pings ??= new Pushes(this.#context);
    return this.#pings;
  }

  connectionChanged(previous: SessionState, next: SessionState): void {
    if (previous.type === "open") this.#pings?.failInFlight("disconnected");
    if (next.type === "open") this.#tellChannels({ type: "connectionOpened" });
    else if (isOver(next)) this.#tellChannels(sessionEnded(next));
    else if (previous.type === "open") {
      this.#tellChannels({ type: "connectionLost", reason: lossReason(next) });
    }
  }

  /** A channel joined. Where the session is over, it is told so: nothing else would. */
  joined(channel: ChannelMachine<C, P>, state: SessionState): void {
    if (isOver(state)) channel.handle(sessionEnded(state));
  }

  #tellChannels(event: ChannelEvent): void {
    // Channels that are told may give up their place in the directory.
    for (const channel of [...this.channels.values()]) channel.handle(event);
  }
}

/** Whether the channels of the session have nothing to wait for any more. */
function isOver(state: SessionState): boolean {
  return state.type === "ended" || (state.type === "closing" && state.then === "end");
}

function sessionEnded(state: SessionState): ChannelInputOf<never, "sessionEnded"> {
  const reason: EndReason = state.type === "ended" ? state.reason : { type: "requested" };
  return { type: "sessionEnded", reason };
}

function lossReason(state: SessionState): EndReason | null {
  switch (state.type) {
    case "closing":
      return state.reason;
    case "waiting":
      return state.cause;
    default:
      return null;
  }
}
