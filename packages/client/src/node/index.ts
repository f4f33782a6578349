// What Node has of its own: the transport over the library `ws`.
export { TransportError, type TransportErrorCode } from "./transport-error.ts";
export { dialWs, type WsOptions } from "./ws-transport.ts";
