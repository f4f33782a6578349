// The names by which OpenTelemetry knows what we tell: those of its semantic conventions where they
// have one, and ours below "slipstream." otherwise.
import type { Attributes } from "@opentelemetry/api";
import type { SocketProbe, TraceFailure } from "../telemetry/index.ts";

export const ERROR_TYPE = "error.type";
export const DIRECTION = "network.io.direction";
export const TOPIC = "slipstream.topic";
export const EVENT = "slipstream.event";
const STATUS = "slipstream.status";
export const STATE = "slipstream.socket.state";
const SOCKET = "slipstream.socket.id";
export const CONNECTION = "slipstream.connection.id";
export const TRANSPORT = "slipstream.transport";
export const ATTEMPT = "slipstream.attempt";
export const AGAIN = "slipstream.again";
export const QUEUED = "slipstream.push.queued";
export const OUTCOME = "slipstream.push.outcome";
export const END_REASON = "slipstream.connection.end_reason";
export const DROP_REASON = "slipstream.drop.reason";
export const IGNORE_REASON = "slipstream.ignore.reason";
export const PING_BY = "slipstream.ping.by";
export const CALLBACK = "slipstream.callback";
export const CLIENT = "slipstream.client";

/** Where a socket connects to. */
export function serverAttributes(socket: SocketProbe): Attributes {
  const { protocol, hostname, port } = new URL(socket.url);
  const standard = protocol === "wss:" ? 443 : 80;
  return {
    "server.address": hostname,
    "server.port": port === "" ? standard : Number(port),
    "url.path": new URL(socket.url).pathname,
    [SOCKET]: socket.id,
  };
}

/** Why something failed; nothing if it did not. */
export function failureAttributes(failure: TraceFailure | undefined): Attributes {
  if (failure === undefined) return {};
  const { code, status } = failure;
  return { [ERROR_TYPE]: code, ...(status !== undefined && { [STATUS]: status }) };
}
