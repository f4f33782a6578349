// A ping: asks the server for a sign of life, and tells how long that took.
import type { PushOutcome } from "@slipstream/core";
import { call } from "./call.ts";
import type { Engine } from "./engine.ts";
import type { Pending } from "./pending.ts";

export class Ping implements Pending {
  readonly #engine: Engine;
  readonly #callback: (latency: number) => unknown;
  readonly #sentAt: number;

  private constructor(engine: Engine, callback: (latency: number) => unknown) {
    this.#engine = engine;
    this.#callback = callback;
    this.#sentAt = engine.now;
  }

  /** Forgets the callback when no answer comes within `timeout` ms, or over this connection. */
  static send(engine: Engine, callback: (latency: number) => unknown, timeout: number): void {
    const push = engine.session.ping(new Ping(engine, callback));
    engine.handle({ type: "pingServer", push, timeout });
  }

  settle({ type }: PushOutcome): void {
    if (type === "failed") return;
    const latency = Math.round(this.#engine.now - this.#sentAt);
    call("the callback of ping", this.#callback, latency);
  }
}
