// The times and bounds of a soak: short, so that in a minute everything ends many times over.
import type { Limits } from "@slipstream/server";

/** Ms by which anything may be late before the model calls it stuck: machines get busy. */
export const SLACK = 15_000;

/** Ms after which peers of this soak give up on silence; faults last about as long. */
export const PATIENCE = 500;

export const SERVER_LIMITS: Partial<Limits> = {
  maxPayload: 256 * 1024,
  maxChannels: 5,
  maxQueued: 60,
  maxBuffered: 1024 * 1024,
  connectTimeout: 800,
  idleTimeout: 3_000,
  sendTimeout: 2_000,
  closeTimeout: 400,
};
