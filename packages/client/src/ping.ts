// A ping: asks the server for a sign of life, and tells how long that took.
import { PushError } from "./errors.ts";
import { Outcome, type Tally } from "./outcome.ts";
import { PendingPush } from "./pending-push.ts";
import type { ChannelHost } from "./channel-core.ts";
import type { Observed } from "./telemetry/probe.ts";

/** The socket that is asked. */
type PingHost = Pick<ChannelHost, "session" | "handle"> & Observed & Tally;

/** Resolves with the latency, in ms. */
export function ping(socket: PingHost, timeout: number): Outcome<number> {
  const { clock, telemetry } = socket.options;
  const pinged = new Outcome<number>(socket);
  const pending = new PendingPush(socket, "phoenix", "heartbeat");
  const push = socket.session.ping(pending);
  const sent = clock.now();
  const answered = (): void => {
    const latency = clock.now() - sent;
    telemetry?.answered(socket, "ping", latency);
    pinged.resolve(latency);
  };
  void pending.then(answered, (error: unknown) => {
    // Any answer is a sign of life, whatever its status.
    if (error instanceof PushError && error.code === "refused") answered();
    else pinged.reject(error);
  });
  socket.handle({ type: "pingServer", push, timeout });
  return pinged;
}
