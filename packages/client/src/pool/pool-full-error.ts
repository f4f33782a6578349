// The error of a pool that may open no more sockets.
import { SlipstreamError } from "../errors.ts";

/** All sockets that a pool may have are full, or the one to which a channel belongs. */
export class PoolFullError extends SlipstreamError {
  override readonly name = "PoolFullError";
  override readonly code = "pool_full";
  readonly topic: string;

  constructor(topic: string, maxSockets: number, channelsPerSocket: number) {
    super(
      `There is no room for ${topic}: each of maxSockets (${maxSockets}) sockets has channelsPerSocket (${channelsPerSocket}) channels, or the one that it was on has. Leave channels that are not needed, ask the pool for a channel anew, or raise maxSockets.`,
    );
    this.topic = topic;
  }
}
