// A history for the model, told by hand: a good one, into which tests put what must be found.
import type { SessionState, SocketStats } from "@slipstream/client";
import type { Stats } from "@slipstream/server";
import type { LifeOptions } from "../decisions/life-options.ts";
import { Model } from "../model/model.ts";
import type { ClientObservation, Observation, ServerObservation } from "../model/observation.ts";

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** What a client tells, its life left out. */
export type ToldByClient = DistributiveOmit<ClientObservation, "life">;

export const LIFE = "c1.0";
const TOPIC = "room:1";

const OPTIONS: LifeOptions = {
  connectTimeout: 500,
  joinTimeout: 500,
  closeTimeout: 500,
  heartbeat: false,
  maxQueued: 2,
  maxPayload: 100_000,
  serializer: "V2",
  reconnect: "table",
  rejoin: "table",
  jitter: 0,
};

interface Failure {
  readonly response?: unknown;
  readonly sent?: unknown;
}

/** What is known before anything is sent. */
const UNSENT: ReadonlySet<string> = new Set(["notJoined", "queueFull", "unsendable"]);

/** A model with a clock of its own, and words for what happens. */
export class TestHistory {
  now = 0;
  readonly model: Model;
  #soon: (() => void)[] = [];

  constructor() {
    this.model = new Model(
      () => this.now,
      (check) => this.#soon.push(check),
    );
    this.client({ type: "lifeBegan", options: OPTIONS });
  }

  /** The sentences of what was found, each behind its promise. */
  found(): string[] {
    return this.model.verdicts.kept.map(({ promise, sentence }) => `${promise}: ${sentence}`);
  }

  see(...observations: readonly Observation[]): this {
    for (const observation of observations) this.model.see(observation);
    return this;
  }

  /** Of the one life and the one topic. */
  client(...observations: readonly (ToldByClient | Omit<ToldByClient, "topic">)[]): this {
    for (const observation of observations) {
      this.model.see({ topic: TOPIC, ...observation, life: LIFE } as ClientObservation);
    }
    return this;
  }

  server(...observations: readonly DistributiveOmit<ServerObservation, "life" | "topic">[]): this {
    for (const observation of observations) {
      this.model.see({ life: LIFE, topic: TOPIC, ...observation } as ServerObservation);
    }
    return this;
  }

  /** All that was under way has been told. */
  settle(): this {
    for (const check of this.#soon.splice(0)) check();
    return this;
  }

  pass(ms: number): this {
    this.now += ms;
    this.model.tick();
    return this;
  }

  connected(): this {
    return this.client(
      { type: "connectCalled", call: 1 },
      { type: "credentialsGiven", mood: "good" },
      session({ type: "connecting", step: "credentials", attempt: 0, refusal: null }),
      session({ type: "open", attempt: 0, transport: "websocket" }),
      { type: "connectSettled", call: 1, settled: { type: "resolved", value: undefined } },
    );
  }

  /** A member by the number `m`, whose first message has come. */
  joined(m = 1): this {
    return this.letIn(m)
      .client(
        { type: "tapped", listen: "early" },
        { type: "channelChanged", state: joinedAs(m), isCurrent: true },
      )
      .item({ m, seq: 1 });
  }

  letIn(m: number): this {
    return this.server({ type: "letIn", m, g: 0, attempt: 1 });
  }

  item({ m, seq, b = 0 }: { m: number; seq: number; b?: number }): this {
    return this.client({ type: "messageSeen", event: "item", stamp: { m, seq, g: 0, b } });
  }

  /** The server sends a broadcast; `except` is not to get it. */
  broadcast(b: number, except: number | null = null): this {
    return this.see({ type: "broadcast", g: 0, topic: TOPIC, b, except });
  }

  news(b: number): this {
    return this.client({ type: "messageSeen", event: "news", stamp: { g: 0, b } });
  }

  pushed(
    push: string,
    options: Partial<Extract<ClientObservation, { type: "pushCalled" }>> = {},
  ): this {
    return this.client({
      type: "pushCalled",
      push,
      expects: "reply",
      timeout: 100,
      form: "json",
      look: "observed",
      state: "joined",
      ...options,
    });
  }

  handled(push: string, m = 1): this {
    return this.server({ type: "handled", push, m });
  }

  replied(push: string, status = "ok"): this {
    return this.server({ type: "replied", push, status });
  }

  ok(push: string, answer: object = {}): this {
    const value = { p: push, m: 1, seq: 1, g: 0, b: 0, ...answer };
    return this.client({ type: "pushSettled", push, settled: { type: "resolved", value } });
  }

  /** @param sent what the error says of it; the truth, for a push of a member, if left out. */
  failed(push: string, code: string, { response, sent = !UNSENT.has(code) }: Failure = {}): this {
    return this.client({
      type: "pushSettled",
      push,
      settled: { type: "rejected", code, response, sent },
    });
  }
}

export function session(state: SessionState): ToldByClient {
  return { type: "sessionChanged", state, isCurrent: true };
}

export function joinedAs(
  m: number,
): Extract<Extract<ClientObservation, { type: "channelChanged" }>["state"], { type: "joined" }> {
  return { type: "joined", joinRef: String(m), attempt: 0, response: { m } };
}

/** What a socket says that has done nothing, but for `counted`. */
export function socketStats(counted: Record<string, unknown> = {}): SocketStats {
  const counters = { attempts: 0, opened: 0, endsByReason: {}, pushes: {}, ...counted };
  return {
    unobservedFailures: 0,
    unclaimedMessages: 0,
    droppedMessages: 0,
    bufferedAmount: 0,
    channels: 0,
    counters,
  } as unknown as SocketStats;
}

/** What a server says that has done nothing, but for `counted`. */
export function serverStats(counted: Record<string, unknown> = {}): Stats {
  return {
    live: { websocket: 0, longpoll: 0, channel: 0 },
    opened: 0,
    ended: 0,
    endsByReason: { malformedMessage: 0, protocolError: 0 },
    channelsOpened: 0,
    channelsEnded: 0,
    channelEndsByReason: {},
    joins: { ok: 0 },
    ...counted,
  } as unknown as Stats;
}
