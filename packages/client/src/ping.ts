// A ping: asks the server for a sign of life, and tells how long that took.
import type { PushOutcome } from "@slipstream/core";
import type { ChannelHost } from "./channel-core.ts";
import type { Outcome } from "./outcome.ts";
import { PendingPush } from "./pending-push.ts";

class PendingPing extends PendingPush {
  readonly #socket: ChannelHost;
  readonly #sentAt: number;

  constructor(socket: ChannelHost) {
    super(socket, "phoenix", "heartbeat");
    this.#socket = socket;
    this.#sentAt = socket.options.clock.now();
  }

  /** Any answer is a sign of life, whatever its status. */
  override settle(outcome: PushOutcome): void {
    if (outcome.type === "failed") return super.settle(outcome);
    const { clock, telemetry } = this.#socket.options;
    const latency = clock.now() - this.#sentAt;
    telemetry?.answered(this.#socket, "ping", latency);
    this.resolve(latency);
  }
}

/** Resolves with the latency, in ms. */
export function ping(
  socket: ChannelHost,
  timeout: number = socket.options.pushTimeout,
): Outcome<number> {
  const pinged = new PendingPing(socket);
  socket.handle({ type: "pingServer", push: socket.session.ping(pinged), timeout });
  return pinged as Outcome<unknown> as Outcome<number>;
}
