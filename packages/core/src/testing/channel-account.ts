// The account of a session's channels: the letters C of SPEC.md.
import type { ChannelState } from "../channel/state.ts";
import type { SessionOptions } from "../context.ts";
import type { ServerMessage } from "../message.ts";
import type { Session } from "../session/session.ts";
import { check } from "./check.ts";
import type { TestChannel, TestEffect } from "./driver.ts";
import type { Step } from "./oracle.ts";

/** Which states may follow which. "left" may be told in passing. */
const MOVES: Readonly<Record<ChannelState["type"], readonly ChannelState["type"][]>> = {
  idle: ["waiting", "joining", "left", "errored"],
  waiting: ["waiting", "joining", "left", "errored"],
  joining: ["joining", "joined", "leaving", "waiting", "left", "errored"],
  joined: ["leaving", "waiting", "left", "errored"],
  leaving: ["leaving", "left"],
  left: ["waiting", "joining", "left", "errored"],
  errored: ["waiting", "joining", "left", "errored"],
};

interface Account {
  readonly channel: TestChannel;
  state: ChannelState;
  since: number;
  leaveBy: number;
}

export class ChannelAccount {
  readonly #options: SessionOptions;
  readonly #accounts = new Map<string, Account>();
  readonly #joinRefs = new Set<string>();
  readonly #joinsSent = new Set<unknown>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  add(name: string, channel: TestChannel): void {
    this.#accounts.set(name, { channel, state: channel.state, since: 0, leaveBy: Infinity });
  }

  stateOf(name: string): ChannelState {
    return this.#of(name).state;
  }

  #of(name: string): Account {
    const account = this.#accounts.get(name);
    check(account !== undefined, `Nobody knows the channel ${name}.`);
    return account;
  }

  take(step: Step, now: number): void {
    if (step.type !== "leaveTopic") return;
    const account = this.#of(step.channel.owner);
    if (account.state.type !== "leaving") account.leaveBy = now + step.timeout;
  }

  effect(effect: TestEffect, step: Step, now: number): void {
    if (effect.type === "resolveParams") {
      check(!this.#joinRefs.has(effect.joinRef), "C3: a join_ref is used again.");
      this.#joinRefs.add(effect.joinRef);
    } else if (effect.type === "sendMessage" && effect.message.type === "join") {
      check(!this.#joinsSent.has(effect.message.joinRef), "C1: a join is sent twice.");
      this.#joinsSent.add(effect.message.joinRef);
    } else if (effect.type === "channelChanged") {
      this.#changed(this.#of(effect.channel), effect.state, step, now);
    }
  }

  #changed(account: Account, state: ChannelState, step: Step, now: number): void {
    const { type } = account.state;
    check(MOVES[type].includes(state.type), `A channel goes from ${type} to ${state.type}.`);
    if (state.type === "joined") {
      const isWord =
        step.type === "messageReceived" &&
        step.message.type === "reply" &&
        step.message.status === "ok" &&
        step.message.ref === state.joinRef;
      check(isWord, "C2: joined without the server's word.");
      check(this.#joinsSent.has(state.joinRef), "C2: joined without having asked.");
    }
    // A change of mind about what follows a leave does not begin anything.
    if (type !== "leaving" || state.type !== "leaving") account.since = now;
    account.state = state;
  }

  /** C10: the channel that must be given `message`, or null. */
  memberFor(message: ServerMessage): string | null {
    if (message.type !== "broadcast" && message.type !== "serverPush") return null;
    for (const [name, { channel, state }] of this.#accounts) {
      if (channel.topic !== message.topic || state.type !== "joined") continue;
      return message.type === "broadcast" || message.joinRef === state.joinRef ? name : null;
    }
    return null;
  }

  account({ channels }: Session<string, string>, isOpen: boolean): void {
    const holders = new Set<string>();
    for (const { channel, state } of this.#accounts.values()) {
      check(channel.state === state, "A state of a channel was not told.");
      const { type } = state;
      const needsConnection = type === "joining" || type === "joined" || type === "leaving";
      check(isOpen || !needsConnection, `C4: ${type} without a connection.`);
      if (!needsConnection && type !== "waiting") continue;
      check(!holders.has(channel.topic), "C3: two channels of one topic.");
      holders.add(channel.topic);
      check(channels.get(channel.topic) === channel, "C3: a channel is not found.");
    }
    check(holders.size === channels.size, "C3: a channel is kept for nothing.");
  }

  timely(now: number): void {
    for (const { state, since, leaveBy } of this.#accounts.values()) {
      const lasted = now - since;
      if (state.type === "joining") {
        check(lasted < this.#options.joinTimeout, "C5: it joins for ever.");
      } else if (state.type === "leaving") {
        check(now < leaveBy, "C7: it leaves for ever.");
      } else if (state.type === "waiting" && state.for === "delay") {
        check(lasted < state.delay, "C5: a rejoin is late.");
      }
    }
  }
}
