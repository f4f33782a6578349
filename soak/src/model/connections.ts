// P1 and P4: every attempt ends once, before the next one begins, for a reason of the closed set that
// something in this soak can have caused; nothing is tried after disconnect(), which is done in time.
import type { ConnectionEnd, SessionState } from "@slipstream/client";
import { SLACK } from "../settings.ts";
import { LifeBook, MEMORY, type Check } from "./check.ts";
import type { ClientObservation, Observation } from "./observation.ts";
import type { Verdicts } from "./verdicts.ts";

interface Page {
  attempts: number;
  opened: number;
  ends: Map<string, number>;
  /** The user wants a connection: connect() was called after the last disconnect(). */
  wanted: boolean;
  everUnwanted: boolean;
  credentialsFailed: boolean;
  hugeSent: boolean;
  readonly closedByServer: Set<number>;
  readonly disconnecting: Map<number, number>;
  readonly connecting: Set<number>;
  readonly pings: Map<number, number>;
  readonly loops: Set<number>;
  closeTimeout: number;
  connectTimeout: number;
}

/** Codes that the server sends by itself: idle or disconnect(id), and drained. */
const ALWAYS = [1000, 1012];

export class Connections implements Check {
  readonly #verdicts: Verdicts;
  readonly #book = new LifeBook<Page>(() => ({
    attempts: 0,
    opened: 0,
    ends: new Map(),
    wanted: false,
    everUnwanted: false,
    credentialsFailed: false,
    hugeSent: false,
    closedByServer: new Set(ALWAYS),
    disconnecting: new Map(),
    connecting: new Set(),
    pings: new Map(),
    loops: new Set(),
    closeTimeout: 0,
    connectTimeout: 0,
  }));
  /** Ends by reason, and connections opened, for the report. */
  readonly ends: Map<string, number> = new Map();
  attempts = 0;
  opened = 0;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  see(observation: Observation, at: number): void {
    if (!("life" in observation)) return;
    if (observation.type === "lifeBegan") {
      this.#book.begin(observation.life);
      const page = this.#book.of(observation.life);
      if (page === undefined) return;
      page.closeTimeout = observation.options.closeTimeout;
      page.connectTimeout = observation.options.connectTimeout;
      return;
    }
    const page = this.#book.of(observation.life);
    if (page !== undefined) this.#seePage(page, observation, at);
  }

  tick(at: number): void {
    for (const [life, page] of this.#book.entries()) {
      const bound = 2 * page.closeTimeout + SLACK;
      for (const since of page.disconnecting.values()) {
        this.#verdicts.hold(
          at - since < bound,
          "P1",
          life,
          () =>
            `a disconnect is not done ${Math.round(at - since)} ms after its call; closeTimeout is ${page.closeTimeout}.`,
        );
      }
    }
    this.#book.forget(at - MEMORY);
  }

  #seePage(page: Page, observation: Exclude<Observation, { type: "broadcast" }>, at: number): void {
    switch (observation.type) {
      case "credentialsGiven":
        page.credentialsFailed ||= ["throws", "rejects", "tooLate"].includes(observation.mood);
        return;
      case "closedByServer":
        page.closedByServer.add(observation.code);
        return;
      case "hugeSent":
        page.hugeSent = true;
        return;
      case "connectCalled":
        page.wanted = true;
        page.connecting.add(observation.call);
        return;
      case "connectSettled":
        page.connecting.delete(observation.call);
        return;
      case "connectAborted":
        // Whether that ends the attempts depends on who else waits.
        page.everUnwanted = true;
        return;
      case "socketAborted":
        page.wanted = false;
        page.everUnwanted = true;
        return;
      case "disconnectCalled":
        page.wanted = false;
        page.everUnwanted = true;
        page.disconnecting.set(observation.call, at);
        return;
      case "disconnectSettled":
        return this.#disconnected(page, observation, at);
      case "sessionChanged":
        return this.#sessionChanged(page, observation);
      case "connectionEnded":
        return this.#ended(page, observation.life, observation.end);
      case "pingCalled":
        page.pings.set(observation.call, at);
        return;
      case "pingSettled":
        page.pings.delete(observation.call);
        return;
      case "loopOpened":
        page.loops.add(observation.loop);
        return;
      case "loopEnded":
        page.loops.delete(observation.loop);
        return;
      case "lifeEnded":
        return this.#lifeEnded(page, observation, at);
      default:
    }
  }

  #sessionChanged(page: Page, { life, state, isCurrent }: SessionChanged): void {
    const hold = (holds: boolean, promise: string, sentence: string): void => {
      this.#verdicts.hold(holds, promise, life, `${sentence} (${state.type}).`);
    };
    const isTrying = ["connecting", "open", "waiting"].includes(state.type);
    if (isCurrent && isTrying) hold(page.wanted, "P1", "something is tried after disconnect()");
    if (state.type === "open") {
      page.opened += 1;
      this.opened += 1;
    }
    if (state.type !== "connecting" || state.step !== "credentials") return;
    const ends = sum(page.ends);
    hold(
      ends === page.attempts,
      "P4",
      `${ends} of ${page.attempts} attempts ended before the next`,
    );
    page.attempts += 1;
    this.attempts += 1;
  }

  #ended(page: Page, life: string, { reason, code, clean }: ConnectionEnd): void {
    const hold = (holds: boolean, sentence: string): void => {
      this.#verdicts.hold(holds, "P4", life, `a connection ended as ${reason.type}, ${sentence}.`);
    };
    count(page.ends, reason.type);
    count(this.ends, reason.type);
    hold(sum(page.ends) <= page.attempts, `which is one end more than attempts, ${page.attempts}`);
    hold(!clean || code !== null || reason.type === "requested", "clean, and without a close code");
    switch (reason.type) {
      case "requested":
        return hold(page.everUnwanted, "and nobody asked for it");
      case "closedByRemote":
        return hold(page.closedByServer.has(reason.code), `with ${reason.code}, never sent`);
      case "credentialsFailed":
        return hold(page.credentialsFailed, "and they were always given");
      case "protocolError":
        return hold(reason.code === 1009 && page.hugeSent, `with ${reason.code}`);
      case "connectionLost":
      case "heartbeatTimeout":
      case "upgradeRejected":
      case "connectFailed":
      case "connectTimeout":
        return;
      case "overflow":
      case "pageHidden":
      case "ownerGone":
        return hold(false, "for which there is no cause here");
    }
  }

  #disconnected(page: Page, { life, call, result, state }: DisconnectSettled, at: number): void {
    const since = page.disconnecting.get(call) ?? at;
    page.disconnecting.delete(call);
    const hold = (holds: boolean, sentence: string): void => {
      this.#verdicts.hold(holds, "P1", life, `a disconnect is done, ${sentence}.`);
    };
    hold(at - since < 2 * page.closeTimeout + SLACK, `after ${Math.round(at - since)} ms`);
    if ("type" in result) return hold(false, "by a rejection");
    hold(page.wanted || AT_REST.has(state), `and the socket is ${state}`);
    hold(!result.clean || result.code === null || result.code >= 1000, `with ${result.code}`);
  }

  #lifeEnded(page: Page, { life, stats, state }: LifeEnded, at: number): void {
    const hold = (holds: boolean, promise: string, sentence: string): void => {
      this.#verdicts.hold(holds, promise, life, `at the end of a life, ${sentence}.`);
    };
    const { counters } = stats;
    const counted = Object.values(counters.endsByReason).reduce((all, one) => all + one, 0);
    const told = sum(page.ends);
    hold(AT_REST.has(state.type), "P1", `the socket is ${state.type}`);
    hold(counters.attempts === page.attempts, "P4", `${counters.attempts} attempts are counted`);
    hold(counted === counters.attempts, "P4", `${counted} of ${counters.attempts} attempts ended`);
    hold(told === counted, "P4", `${counted} ends are counted, and ${told} were told`);
    for (const [reason, times] of Object.entries(counters.endsByReason)) {
      hold(times === (page.ends.get(reason) ?? 0), "P4", `${reason} is counted ${times} times`);
    }
    hold(counters.opened === page.opened, "P4", `${counters.opened} opened are counted`);
    hold(stats.channels === 0, "P3", `${stats.channels} channels are left`);
    hold(stats.bufferedAmount === 0, "P3", `${stats.bufferedAmount} bytes are left`);
    hold(page.connecting.size === 0, "P1", "a connect is not settled");
    hold(page.disconnecting.size === 0, "P1", "a disconnect is not settled");
    hold(page.pings.size === 0, "P5", "a ping is not settled");
    hold(page.loops.size === 0, "P3", "a loop over states has no end");
    this.#book.end(life, at);
  }
}

type SessionChanged = Extract<ClientObservation, { type: "sessionChanged" }>;
type DisconnectSettled = Extract<ClientObservation, { type: "disconnectSettled" }>;
type LifeEnded = Extract<ClientObservation, { type: "lifeEnded" }>;

const AT_REST: ReadonlySet<SessionState["type"]> = new Set(["idle", "ended"]);

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const one of counts.values()) total += one;
  return total;
}
