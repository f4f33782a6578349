// The whole of @slipstream/client/longpoll: Phoenix's long polling as a transport, and
// falling back to it. An entry of its own, so that nobody loads it who does not use it.
export type { Fetch, FetchInit, FetchResponse } from "./fetch.ts";
export { longPoll } from "./long-poll.ts";
export type { LongPollOptions } from "./long-poll-options.ts";
export { LongPollError, type LongPollErrorCode } from "./long-poll-error.ts";
export { withFallback, type FallbackOptions } from "./with-fallback.ts";
export type { FallbackStore } from "./verdicts.ts";
export type { TokenPlace } from "./target.ts";
export { TransportOptionError } from "./transport-option-error.ts";
