// What Node has of its own: the transport over the library `ws`.
export { TransportError, type TransportErrorCode } from "./transport-error.ts";
export type { WsOptions } from "./ws-options.ts";
export { dialWs } from "./dial-ws.ts";
