// The events that are the protocol's own. A client that is sent one believes it: whoever broadcasts an
// event of a client's choosing would let that client close everybody's channels by "phx_close".
import { PROTOCOL_EVENTS } from "@slipstream/core";
import { OptionError, ReservedEventError } from "../errors.ts";

/** A heartbeat means something on the topic "phoenix" alone, which is nobody's channel. */
const { heartbeat: _, ...channelEvents } = PROTOCOL_EVENTS;
const RESERVED: ReadonlySet<string> = new Set(Object.values(channelEvents));

/**
 * @throws {OptionError} No text.
 * @throws {ReservedEventError}
 */
export function checkEvent(event: string): void {
  if (typeof event !== "string") throw new OptionError("event", event, "a text");
  if (RESERVED.has(event)) throw new ReservedEventError(event);
}
