// From the options that a user gave to options with nothing left open: defaults, and what is refused.
import { V2, type ChannelEndReason, type EndReason, type Serializer } from "@slipstream/core";
import { systemClock, type Clock } from "./clock.ts";
import { OptionError } from "./errors.ts";
import { consoleLogger, guarded, type Logger } from "./logger.ts";
import {
  checkFunction,
  checkFunctionOrRecord,
  checkFraction,
  checkPositive,
  checkRecord,
  checkRetry,
  checkSignal,
  checkUnknown,
  checkWhole,
} from "./option-checks.ts";
import type { Dial } from "./transport.ts";
import type { Params, Provided, RetryOption, SocketOptions } from "./options.ts";

/** The options with nothing left open. */
export interface ResolvedOptions {
  readonly params: Provided<Params>;
  readonly authToken: Provided<string> | undefined;
  readonly headers: Provided<Readonly<Record<string, string>>>;
  readonly serializer: Serializer;
  readonly transport: Dial | undefined;
  readonly clock: Clock;
  readonly connectTimeout: number;
  readonly joinTimeout: number;
  readonly pushTimeout: number;
  readonly closeTimeout: number;
  readonly heartbeat: { readonly interval: number; readonly timeout: number } | null;
  readonly reconnect: RetryOption<EndReason> | undefined;
  readonly rejoin: RetryOption<ChannelEndReason> | undefined;
  readonly jitter: number;
  readonly maxPayload: number;
  readonly maxQueued: number;
  readonly maxBuffered: number;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger;
}

const KNOWN = [
  "params",
  "authToken",
  "headers",
  "serializer",
  "transport",
  "clock",
  "connectTimeout",
  "joinTimeout",
  "pushTimeout",
  "closeTimeout",
  "heartbeat",
  "reconnect",
  "rejoin",
  "jitter",
  "maxPayload",
  "maxQueued",
  "maxBuffered",
  "signal",
  "logger",
] as const satisfies readonly (keyof SocketOptions)[];

/**
 * Fills in the defaults.
 * @param known further options that the runtime's own entry point takes care of.
 * @throws {OptionError} naming the first option that cannot be used.
 */
export function resolveOptions(
  options: SocketOptions,
  known: readonly string[] = [],
): ResolvedOptions {
  checkRecord("options", options);
  checkUnknown(options, [...KNOWN, ...known]);
  const {
    params = {},
    authToken,
    headers = {},
    serializer = V2,
    transport,
    clock = systemClock,
    connectTimeout = 10_000,
    joinTimeout = 10_000,
    pushTimeout = 10_000,
    closeTimeout = 5_000,
    heartbeat = {},
    reconnect,
    rejoin,
    jitter = 0,
    maxPayload = 16 * 1024 * 1024,
    maxQueued = 1_000,
    maxBuffered = 16 * 1024 * 1024,
    signal,
    logger = consoleLogger,
  } = options;
  return {
    params: checkFunctionOrRecord("params", params),
    authToken: checkToken(authToken),
    headers: checkFunctionOrRecord("headers", headers),
    serializer: checkSerializer(serializer),
    transport: transport === undefined ? undefined : checkFunction("transport", transport),
    clock: checkClock(clock),
    connectTimeout: checkPositive("connectTimeout", connectTimeout),
    joinTimeout: checkPositive("joinTimeout", joinTimeout),
    pushTimeout: checkPositive("pushTimeout", pushTimeout),
    closeTimeout: checkPositive("closeTimeout", closeTimeout),
    heartbeat: checkHeartbeat(heartbeat),
    reconnect: checkRetry("reconnect", reconnect),
    rejoin: checkRetry("rejoin", rejoin),
    jitter: checkFraction("jitter", jitter),
    maxPayload: checkWhole("maxPayload", maxPayload),
    maxQueued: checkWhole("maxQueued", maxQueued),
    maxBuffered: checkWhole("maxBuffered", maxBuffered),
    signal: checkSignal("signal", signal),
    logger: guarded(checkLogger(logger)),
  };
}

function checkToken(token: Provided<string> | undefined): Provided<string> | undefined {
  if (token === undefined || typeof token === "string" || typeof token === "function") return token;
  throw new OptionError("authToken", token, "a text, or a function that gives one");
}

function checkHeartbeat(
  heartbeat: Exclude<SocketOptions["heartbeat"], undefined>,
): ResolvedOptions["heartbeat"] {
  if (heartbeat === false) return null;
  checkRecord("heartbeat", heartbeat);
  checkUnknown(heartbeat, ["interval", "timeout"], "heartbeat.");
  const { interval = 30_000, timeout = 10_000 } = heartbeat;
  return {
    interval: checkPositive("heartbeat.interval", interval),
    timeout: checkPositive("heartbeat.timeout", timeout),
  };
}

function checkClock(clock: Clock): Clock {
  const can = (method: keyof Clock): boolean => typeof clock?.[method] === "function";
  if (can("now") && can("setTimer") && can("clearTimer")) return clock;
  throw new OptionError("clock", clock, "an object with now, setTimer and clearTimer");
}

function checkSerializer(serializer: Serializer): Serializer {
  const is = (member: keyof Serializer, type: string): boolean =>
    typeof serializer?.[member] === type;
  if (is("vsn", "string") && is("encode", "function") && is("decode", "function"))
    return serializer;
  throw new OptionError(
    "serializer",
    serializer,
    "V1, V2, or an object with vsn, encode and decode",
  );
}

const LEVELS: readonly (keyof Logger)[] = ["error", "warn", "debug"];

function checkLogger(logger: Logger): Logger {
  const isWriter = (level: keyof Logger): boolean =>
    ["undefined", "function"].includes(typeof logger[level]);
  if (typeof logger === "object" && logger !== null && LEVELS.every(isWriter)) return logger;
  throw new OptionError("logger", logger, "an object with some of error, warn and debug");
}
