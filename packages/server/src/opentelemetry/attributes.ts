// The names by which OpenTelemetry knows what we tell: those of its semantic conventions where they
// have one, and ours below "slipstream." otherwise.

export const ERROR_TYPE = "error.type";
export const STATUS_CODE = "http.response.status_code";
export const PATH = "url.path";
export const DIRECTION = "network.io.direction";
export const TRANSPORT = "slipstream.transport";
export const STATE = "slipstream.connection.state";
export const END_REASON = "slipstream.connection.end_reason";
export const REFUSAL = "slipstream.upgrade.refusal";
export const CHANNEL = "slipstream.channel";
export const CHANNEL_END_REASON = "slipstream.channel.end_reason";
export const CALLBACK = "slipstream.callback";
export const OUTCOME = "slipstream.outcome";
export const STATUS = "slipstream.status";
export const TOPIC = "slipstream.topic";
export const EVENT = "slipstream.event";
