// What the session says of a channel, in the words of npm phoenix. The session decides; the states and
// callbacks that programs know are derived here, and nowhere else.
import type {
  ChannelEndReason,
  ChannelMachine,
  ChannelState,
  Push as CorePush,
  ServerMessage,
} from "@slipstream/core";
import type { Timer } from "@slipstream/client/engine";
import { call, report } from "./call.ts";
import type { Channel, TransportReason } from "./channel.ts";
import type { Engine } from "./engine.ts";
import { EVENT, handedOver } from "./message.ts";
import type { Pending } from "./pending.ts";
import type { Push } from "./push.ts";

/** A push that was made while another channel was leaving the topic, and when. */
interface Early {
  readonly push: Push;
  readonly at: number;
}

export class Member {
  readonly channel: Channel;
  readonly messages: { readonly waiting: number } = { waiting: 0 };
  readonly #unsettled = new Set<Push>();
  #machine: ChannelMachine<Member, Pending> | null = null;
  #leaves: Push[] = [];
  /** While the topic is still another channel's, which is leaving it. */
  #early: Early[] | null = null;
  /** Runs while a join waits for its first connection. */
  #timer: Timer | null = null;

  constructor(channel: Channel) {
    this.channel = channel;
  }

  get topic(): string {
    return this.channel.topic;
  }

  get machine(): ChannelMachine<Member, Pending> {
    return (this.#machine ??= this.#engine.session.channel(this.topic, this));
  }

  get waiting(): Push[] {
    return [...this.#unsettled].filter((push) => !push.sent);
  }

  get #engine(): Engine {
    return this.channel.socket.engine;
  }

  /** Evaluates what is sent with a join. */
  params(): unknown {
    return this.channel.joinPush.payload();
  }

  join(timeout: number): void {
    const engine = this.#engine;
    this.machine.joinPatience = timeout;
    const holder = engine.holder(this.topic);
    if (holder !== this && holder?.channel.isLeaving() === false) holder.channel.leave();
    const heir = engine.heirs.get(this.topic);
    if (heir !== undefined && heir !== this) heir.channel.leave();
    const still = engine.holder(this.topic);
    if (still !== undefined && still !== this) {
      this.#early ??= [];
      engine.heirs.set(this.topic, this);
      return;
    }
    engine.handle({ type: "joinTopic", channel: this.machine });
    if (this.machine.state.type === "waiting" && this.#timer === null) {
      this.#timer = engine.options.clock.setTimer(Math.max(1, timeout), waitedLong, this);
    }
    const early = this.#early ?? [];
    this.#early = null;
    for (const { push, at } of early) this.#send(push, push.timeout - (engine.now - at));
  }

  /** There is a connection, or soon will be: what is not joined, and should be, is joined. */
  revive(): void {
    const { channel } = this;
    const { type } = this.machine.state;
    if (this.#early !== null) return;
    const out = type === "left" || type === "errored" || type === "idle";
    if (out && channel.joinedOnce && (channel.isErrored() || channel.isJoining())) {
      this.join(channel.timeout);
    }
  }

  leave(push: Push): void {
    const engine = this.#engine;
    this.#stopTimer();
    this.#leaves.push(push);
    if (engine.heirs.get(this.topic) === this) engine.heirs.delete(this.topic);
    const early = this.#early ?? [];
    this.#early = null;
    engine.handle({ type: "leaveTopic", channel: this.machine, timeout: push.timeout });
    // Where it is left already, no change of state tells of it.
    if (this.machine.state.type === "left") this.#left(true);
    for (const { push: waiting } of early) this.#send(waiting, waiting.timeout);
  }

  push(push: Push): void {
    if (this.#early !== null && this.#early.length < this.#engine.options.maxQueued) {
      this.#unsettled.add(push);
      this.#early.push({ push, at: this.#engine.now });
    } else {
      this.#send(push, push.timeout);
    }
  }

  giveUp(push: CorePush<Pending>): void {
    this.#engine.handle({ type: "cancelPush", push, code: "aborted" });
  }

  #send(push: Push, timeout: number): void {
    const engine = this.#engine;
    const { machine } = this;
    const sent = engine.session.push(machine, push, push.event, push.payload(), "reply");
    push.inSession = sent;
    this.#unsettled.add(push);
    if (engine.isCongested) engine.handle({ type: "refusePush", push: sent, code: "queueFull" });
    else engine.handle({ type: "pushMessage", channel: machine, push: sent, timeout });
  }

  settled(push: Push): void {
    this.#unsettled.delete(push);
  }

  /** Whether a message is one of the membership at hand. */
  concerns(message: ServerMessage): boolean {
    const { joinRef } = { joinRef: null, ...message };
    return this.channel.isMember(message.topic, EVENT.reply, null, joinRef);
  }

  /** A message for members has come. */
  heard(event: string, payload: unknown, joinRef: string | number | null): void {
    if (this.channel.isJoined()) this.#tell(event, payload, joinRef);
  }

  /** The session's channel has another state. */
  changed(state: ChannelState): void {
    const { channel } = this;
    if (state.type !== "waiting" || state.for === "delay") this.#stopTimer();
    if (state.type === "left" || state.type === "errored") this.#engine.freed(this.topic);
    if (state.type === "left" && state.by === "leave") return this.#left(state.confirmed);
    // Whatever was under way when it was left is over with that.
    if (channel.isLeaving()) return;
    switch (state.type) {
      case "joining":
        channel.state = "joining";
        channel.joinPush.reset();
        channel.joinPush.sentAs(state.joinRef);
        return;
      case "joined":
        channel.state = "joined";
        channel.joinPush.trigger("ok", handedOver(state.response));
        return;
      case "waiting":
        // What ended it was told when it ended; now its delay is over, and there is no connection.
        if (state.for === "connection" && state.cause?.type !== "disconnected") return;
        if (state.cause !== null) this.#ended(state.cause);
        return;
      case "errored":
        this.#ended(state.reason);
        return;
      case "left":
        this.lost("connection_closed");
        return;
      case "idle":
      case "leaving":
    }
  }

  #ended(cause: ChannelEndReason): void {
    const { channel } = this;
    switch (cause.type) {
      case "disconnected": {
        const silent = cause.reason?.type === "heartbeatTimeout";
        return this.lost(silent ? "heartbeat_timeout" : "connection_closed");
      }
      case "closed":
        return this.#close(this.#engine.said);
      case "crashed":
        return this.#fail(this.#engine.said);
      case "refused":
        channel.state = "errored";
        channel.joinPush.trigger(cause.status, handedOver(cause.response));
        return;
      case "timeout":
        channel.state = "errored";
        channel.joinPush.trigger("timeout", {});
        return;
      case "paramsFailed":
      case "unsendable":
      case "duplicate":
        channel.state = "errored";
        report("cause" in cause ? cause.cause : cause.type, `the join of ${this.topic}`);
        channel.joinPush.trigger("error", { reason: cause.type, source: "client" });
    }
  }

  /** The connection is gone, or could not be made. */
  lost(reason: TransportReason["reason"]): void {
    const { channel } = this;
    this.#stopTimer();
    if (channel.isJoined() || channel.isJoining()) this.#fail({ source: "transport", reason });
  }

  #fail(reason: unknown): void {
    const { channel } = this;
    if (channel.isJoining()) channel.joinPush.reset();
    channel.state = "errored";
    channel.socket.log("channel", `error ${this.topic}`, reason);
    this.#tell(EVENT.error, reason);
  }

  /** All that asked for the leave are told of its end. */
  #left(confirmed: boolean): void {
    const leaves = this.#leaves;
    if (leaves.length === 0) return;
    this.#leaves = [];
    this.#close("leave");
    for (const push of leaves) push.trigger(confirmed ? "ok" : "timeout", {});
  }

  #close(reason: unknown): void {
    const { channel } = this;
    channel.socket.log("channel", `close ${this.topic}`);
    channel.state = "closed";
    channel.socket.remove(channel);
    this.#tell(EVENT.close, reason);
  }

  #tell(event: string, payload: unknown, joinRef: string | number | null = null): void {
    const { channel } = this;
    call(`onMessage on ${this.topic}`, () => channel.trigger(event, payload, null, joinRef));
  }

  /** A join has waited for a connection for as long as it may wait for an answer. It goes on waiting. */
  waitedLong(): void {
    this.#timer = null;
    const { channel } = this;
    channel.state = "errored";
    channel.joinPush.trigger("timeout", {});
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#engine.options.clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}

function waitedLong(member: Member): void {
  member.waitedLong();
}
