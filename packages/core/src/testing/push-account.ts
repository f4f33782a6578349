// The account of pushes and pings: the letters R of SPEC.md.
import type { ChannelState } from "../channel/state.ts";
import type { SessionOptions } from "../context.ts";
import type { ClientMessage, Ref } from "../message.ts";
import type { Push, PushOutcome } from "../push/push.ts";
import type { Session } from "../session/session.ts";
import { check, Tally } from "./check.ts";
import type { TestEffect } from "./driver.ts";
import type { Step } from "./oracle.ts";

interface Account {
  /** Null for a ping. */
  readonly channel: string | null;
  readonly push: Push<string>;
  readonly deadline: number;
  /** Its place in the order of the calls. */
  readonly order: number;
  ref: Ref | null;
  settled: boolean;
}

export class PushAccount {
  readonly #options: SessionOptions;
  readonly #stateOf: (channel: string) => ChannelState;
  readonly #accounts = new Map<string, Account>();
  readonly #unsettled = new Set<Account>();
  readonly #outcomes = new Tally();
  readonly #refs = new Set<Ref>();
  /** The last of each channel that was sent, by its place in the order. */
  readonly #lastSent = new Map<string, number>();

  /** `stateOf` tells the state of a channel, as the program was told. */
  constructor(options: SessionOptions, stateOf: (channel: string) => ChannelState) {
    this.#options = options;
    this.#stateOf = stateOf;
  }

  take(step: Step, now: number): void {
    if (step.type !== "pushMessage" && step.type !== "pingServer") return;
    const { push, timeout } = step;
    const channel = step.type === "pushMessage" ? step.channel.owner : null;
    const order = this.#accounts.size;
    const deadline = now + timeout;
    const account = { channel, push, deadline, order, ref: null, settled: false };
    this.#accounts.set(push.owner, account);
    this.#unsettled.add(account);
  }

  effect(effect: TestEffect, step: Step, now: number): void {
    if (effect.type === "sendMessage") this.#sent(effect.message, effect.push);
    else if (effect.type === "pushSettled") this.#settled(effect.push, effect.outcome, step, now);
  }

  #sent(message: ClientMessage, push: Push<string> | null): void {
    check(message.ref !== null && !this.#refs.has(message.ref), "R5: a ref is used again.");
    this.#refs.add(message.ref);
    if (push === null) return;
    const account = this.#accounts.get(push.owner);
    check(account !== undefined && account.ref === null, "R3: a push is sent twice.");
    check(!account.settled, "R4: a push that has its outcome is sent.");
    account.ref = message.ref;
    if (account.channel === null || message.type !== "push") return;
    const state = this.#stateOf(account.channel);
    const isMember = state.type === "joined" && state.joinRef === message.joinRef;
    check(isMember, "R2: a push is sent by no member.");
    check((this.#lastSent.get(account.channel) ?? -1) < account.order, "R2: a push overtakes.");
    this.#lastSent.set(account.channel, account.order);
  }

  #settled(name: string, outcome: PushOutcome, step: Step, now: number): void {
    const account = this.#accounts.get(name);
    check(account !== undefined && !account.settled, "R1: a push is settled twice.");
    account.settled = true;
    this.#unsettled.delete(account);
    this.#outcomes.add(outcome.type === "failed" ? outcome.code : outcome.type);
    switch (outcome.type) {
      case "ok":
      case "refused": {
        const isReply = step.type === "messageReceived" && step.message.type === "reply";
        check(isReply && step.message.ref === account.ref, "R5: settled by another's reply.");
        check((step.message.status === "ok") === (outcome.type === "ok"), "R5: not its status.");
        return;
      }
      case "sent":
        check(account.push.expectsReply === "none", "R6: a reply was expected.");
        return;
      case "failed":
        check(outcome.code !== "timeout" || now >= account.deadline, "R4: timed out early.");
        check(
          outcome.sent === (account.ref !== null && outcome.code !== "unsendable"),
          "R9: whether it was sent is not so.",
        );
    }
  }

  account({ counters }: Session<string, string>, isOpen: boolean): void {
    this.#outcomes.check(counters.pushes, "R1: outcomes");
    const queued = new Tally();
    const inFlight = new Tally();
    for (const { channel, ref, push } of this.#unsettled) {
      if (ref !== null) {
        const home = channel ?? "the socket";
        inFlight.add(home);
        check(inFlight.get(home) <= this.#options.maxInFlight, "R8: too many are in flight.");
      }
      if (channel === null) {
        check(isOpen, "R3: a ping outlives its connection.");
        continue;
      }
      const state = this.#stateOf(channel);
      if (ref !== null) {
        const isOnItsWay = state.type === "joined" || push.expectsReply === "none";
        check(isOnItsWay, "R3: a push outlives its membership.");
        continue;
      }
      const waits =
        state.type === "waiting" ||
        state.type === "joining" ||
        (state.type === "leaving" && state.then === "join");
      check(waits, `R2: a push waits in ${state.type}.`);
      queued.add(channel);
      check(queued.get(channel) <= this.#options.maxQueued, "R2: too many pushes wait.");
    }
  }

  timely(now: number): void {
    for (const { deadline } of this.#unsettled) {
      check(now < deadline, "R4: a push outlives its timeout.");
    }
  }

  /** At the end of everything. */
  settledAll(): void {
    check(this.#unsettled.size === 0, `R1: ${this.#unsettled.size} pushes have no outcome.`);
  }
}
