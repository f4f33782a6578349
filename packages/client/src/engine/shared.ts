// What a client of another shape is built on, such as @slipstream/phoenix: what runs a session, with no
// promises and no channels of ours on top. The names of this entry are not a program's to use.
export { systemClock, type Clock, type Timer } from "../clock.ts";
export { Endpoint } from "../endpoint.ts";
export { Interpreter } from "../interpreter.ts";
export { consoleLogger, GuardedLogger } from "../logger.ts";
export { checkCloseCode, checkCloseReason } from "../option-checks.ts";
export type { SocketOptions } from "../options.ts";
export { isPage, PageWatcher } from "../page/watch-page.ts";
export { settingsOf } from "../resolve-options.ts";
export type {
  Dial,
  DialRequest,
  Transport,
  TransportClosed,
  TransportEvents,
} from "../transport.ts";
