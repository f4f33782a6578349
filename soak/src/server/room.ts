// The channel of the soak: does what joins and pushes order, stamps all that it sends, and tells the
// model what it was asked, what it did, and when it ended.
import {
  Channel,
  deny,
  noreply,
  ok,
  reply,
  stop,
  type ChannelClass,
  type ChannelEnd,
  type HandleInResult,
  type IncomingPush,
  type JoinResult,
  type Reply,
  type Untyped,
} from "@slipstream/server";
import {
  fromPayload,
  toBytes,
  type JoinMood,
  type JoinParams,
  type Order,
  type Stamp,
} from "../decisions/order.ts";
import type { ServerObservation } from "../model/observation.ts";
import type { Pace } from "../pace.ts";

/** What `connect` accepts a client with. */
export interface Assigns {
  readonly life: string;
  /** On which attempt of that life the client connected. */
  readonly attempt: number;
}

/** What all rooms of one server share. */
export interface RoomHost {
  readonly see: (observation: ServerObservation) => void;
  readonly pace: Pace;
  /** The server's generation. */
  readonly g: number;
  nextMembership(): number;
  /** The topic's broadcasts so far. */
  broadcasts(topic: string): number;
  /** Notes one more, and gives its number. */
  nextBroadcast(topic: string, except: number | null): number;
}

/** The reply, or none. */
type Deed = HandleInResult<Untyped> | undefined;

const HUGE = 2_000_000;

/** The class for one server. */
export function roomOf(host: RoomHost): ChannelClass<Assigns> {
  return class Room extends Channel<Untyped, Assigns> {
    static override readonly intercept = ["filtered"];
    readonly #m = host.nextMembership();
    #seq = 0;

    override join(params: unknown): JoinResult<Untyped> | Promise<JoinResult<Untyped>> {
      const { mood = "ok", ms = 0 } = fromPayload(params) as Partial<JoinParams>;
      if (mood === "slow") return host.pace.wait(ms).then(() => this.#decide(mood));
      return this.#decide(mood);
    }

    #decide(mood: JoinMood): JoinResult<Untyped> {
      if (mood === "crash") throw new Error("Ordered to crash.");
      const { life, attempt } = this.assigns;
      const { topic } = this;
      if (mood === "deny") {
        host.see({ type: "turnedAway", life, topic });
        return deny({ reason: "ordered" });
      }
      const m = this.#m;
      host.see({ type: "letIn", life, topic, m, g: host.g, attempt });
      // The first thing that is done once the join is granted.
      this.sendInfo(mood);
      return ok({ m });
    }

    override handleInfo(mood: unknown): void {
      this.#say("item");
      if (mood === "pushes") for (let i = 0; i < 20; i++) this.#say("item");
    }

    override handleIn(push: IncomingPush<Untyped>): Deed | Promise<Deed> {
      const order = fromPayload(push.payload) as unknown as Order;
      host.see({ ...this.#me, type: "handled", topic: this.topic, push: order.p });
      switch (order.deed) {
        case "ok":
          return this.#answer(order);
        case "error":
          return this.#answer(order, "error");
        case "otherStatus":
          return this.#answer(order, "maybe");
        case "binary":
          return this.#binary(order);
        case "never":
          return noreply();
        case "late":
          return this.#late(order);
        case "slow":
        case "crashLater":
        case "page":
          return this.#atWork(() => this.#slow(order));
        case "huge":
          host.see({ type: "hugeSent", life: this.assigns.life });
          this.#say("item", HUGE);
          return this.#answer(order);
        case "broadcast":
        case "broadcastFrom":
          this.#broadcast(order.deed);
          return this.#answer(order);
        case "filtered":
          this.broadcast("filtered", {});
          return this.#answer(order);
        case "crash":
          throw new Error("Ordered to crash.");
        case "invalid":
          return undefined;
        case "stop":
          return stop("ordered");
        case "stopWithReply":
          return stop("ordered", this.#answer(order));
        case "drop":
          this.socket.drop();
          return noreply();
        case "close":
          host.see({ type: "closedByServer", life: this.assigns.life, code: 4001 });
          this.socket.close(4001, "ordered");
          return noreply();
      }
    }

    /** A broadcast that each room tells its client in a message of its own. */
    override handleOut(): void {
      this.#say("item");
    }

    override terminate(reason: ChannelEnd): void {
      host.see({ ...this.#me, type: "terminated", reason: reason.type });
    }

    get #me(): { readonly life: string; readonly m: number } {
      return { life: this.assigns.life, m: this.#m };
    }

    #stamp(): Stamp {
      return { m: this.#m, seq: this.#seq, g: host.g, b: host.broadcasts(this.topic) };
    }

    #say(event: string, pad = 0): void {
      this.#seq += 1;
      const payload = { ...this.#stamp(), padding: "y".repeat(pad) };
      this.push(event, event === "bytes" ? toBytes(payload) : payload);
    }

    #answer({ p }: Order): Reply<unknown>;
    #answer({ p }: Order, status: string): Reply<never>;
    #answer({ p }: Order, status = "ok"): Reply<unknown> {
      host.see({ type: "replied", life: this.assigns.life, push: p, status });
      return reply(status, { p, ...this.#stamp() });
    }

    #binary(order: Order): Deed {
      // V1 has no bytes; whoever speaks it orders none.
      this.#say("bytes");
      const { response } = this.#answer(order);
      return reply(toBytes(response));
    }

    #late(order: Order): Deed {
      const later = this.replyLater();
      host.pace.later(order.ms, () => {
        const { status, response } = this.#answer(order);
        later.reply(status, response);
      });
      return noreply();
    }

    async #slow(order: Order): Promise<Deed> {
      if (order.deed === "page") {
        for (let i = 0; i < order.count; i++) {
          this.#say("page", order.pad);
          if (i % 8 === 7) await this.drained();
        }
      } else {
        await host.pace.wait(order.ms);
      }
      if (order.deed === "crashLater") throw new Error("Ordered to crash.");
      return this.#answer(order);
    }

    async #atWork(work: () => Promise<Deed>): Promise<Deed> {
      host.see({ ...this.#me, type: "working", by: 1 });
      try {
        return await work();
      } finally {
        host.see({ ...this.#me, type: "working", by: -1 });
      }
    }

    #broadcast(to: "broadcast" | "broadcastFrom"): void {
      const { g } = host;
      const isFrom = to === "broadcastFrom";
      const b = host.nextBroadcast(this.topic, isFrom ? this.#m : null);
      if (isFrom) this.broadcastFrom("others", { g, b, from: this.#m });
      else this.broadcast("news", { g, b });
    }
  };
}
