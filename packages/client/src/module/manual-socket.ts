// A socket on which nothing comes back by itself: it tells what happened, in order, and what is next
// is the program's word. The states are the core's; all that is kept here are delays that run.
import type { EndReason, RetryPolicy } from "@slipstream/core";
import type { ConnectError } from "../errors.ts";
import type { Outcome } from "../outcome.ts";
import { SocketCore, type Disconnected } from "../socket-core.ts";
import type { Dial } from "../transport.ts";
import type { Alarm } from "./alarms.ts";
import type { ControlMail, MessageMail } from "./mail.ts";
import type { ResolvedModuleOptions } from "./options.ts";
import { Topics } from "./topics.ts";

/** The core waits for the program's word after every end of a connection or a membership. */
const untilTold = (): number => Infinity;

export class ManualSocket {
  readonly topics: Topics;
  readonly core: SocketCore;
  /** What `reconnect` threw last, having given up; null if it has not. */
  gaveUp: ConnectError | null = null;
  readonly #reconnect: RetryPolicy<EndReason>;
  readonly #alarm: Alarm;
  #cancelReconnect: (() => void) | null = null;

  /** @param tell told, in order, of whatever happens. Must not throw. */
  constructor(
    url: string | URL,
    { socket, rejoin }: ResolvedModuleOptions,
    dial: Dial,
    alarm: Alarm,
    tell: (mail: MessageMail | ControlMail) => void,
  ) {
    const options = { ...socket, reconnect: untilTold, rejoin: untilTold, signal: undefined };
    this.core = new SocketCore(url, options, options, dial);
    this.#reconnect = socket.reconnect;
    this.#alarm = alarm;
    this.topics = new Topics(this.core, rejoin, alarm, tell);
    this.core.states.add((state) => {
      if (state.type !== "open") return;
      this.topics.connected();
      tell({ type: "connected" });
    });
    this.core.ends.add(({ reason }) => {
      this.topics.disconnected();
      tell({ type: "disconnected", reason });
    });
  }

  get isConnected(): boolean {
    return this.core.state.type === "open";
  }

  /** Whether there will be a connection, or word of why there is none, without anything being done. */
  get isConnecting(): boolean {
    const { state } = this.core;
    if (state.type === "closing") return state.then === "reconnect";
    return state.type === "connecting" || this.#cancelReconnect !== null;
  }

  /** Connects now, unless that is done or being done. */
  connect(): void {
    this.#cancelDelay();
    this.core.handle({ type: "connectSocket" });
  }

  /**
   * Connects again, after the delay that the policy says.
   * @throws {ConnectError} if the policy has given up.
   */
  reconnect(): void {
    const { state } = this.core;
    switch (state.type) {
      case "connecting":
      case "open":
        return;
      case "closing":
        // One that the server ended is told when it is over; until then there is nothing to retry.
        if (state.then === "end") this.connect();
        return;
      case "waiting":
        this.#connectAfter(state.attempt - 1, state.cause);
        return;
      case "ended":
        // Credentials that were refused, and that did not differ when they were asked for anew.
        if (state.reason.type !== "requested") this.#giveUp(state.reason);
        this.connect();
        return;
      case "idle":
        this.connect();
    }
  }

  disconnect(code: number, reason: string): Outcome<Disconnected> {
    this.#cancelDelay();
    return this.core.disconnect(code, reason);
  }

  #connectAfter(attempt: number, cause: EndReason): void {
    if (this.#cancelReconnect !== null) return;
    const delay = this.#reconnect({ attempt, cause, again: true, random: Math.random });
    if (delay === false) this.#giveUp(cause);
    this.#cancelReconnect = this.#alarm(delay, () => this.connect());
  }

  #giveUp(reason: EndReason): never {
    this.gaveUp = this.core.connectError(reason);
    throw this.gaveUp;
  }

  #cancelDelay(): void {
    this.#cancelReconnect?.();
    this.#cancelReconnect = null;
  }
}
