// From the options that a user gave to options with nothing left open: defaults, and what is refused.
import { V2, type Serializer, type SessionOptions } from "@slipstream/core";
import { systemClock, type Clock } from "./clock.ts";
import { OptionError } from "./errors.ts";
import { consoleLogger, GuardedLogger, type Logger } from "./logger.ts";
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
import type { Params, Provided, SocketOptions } from "./options.ts";
import { reconnectPolicy, rejoinPolicy } from "./policies.ts";
import type { Dial } from "./transport.ts";

/** The options with nothing left open: those of the session, and those that are the client's own. */
export interface ResolvedOptions extends SessionOptions {
  readonly params: Provided<Params>;
  readonly authToken: Provided<string> | undefined;
  readonly headers: Provided<Readonly<Record<string, string>>>;
  readonly serializer: Serializer;
  readonly transport: Dial | undefined;
  readonly clock: Clock;
  /** Whether the credentials can differ from one attempt to the next, being functions. */
  readonly renewable: boolean;
  readonly pushTimeout: number;
  readonly maxPayload: number;
  readonly maxBuffered: number;
  readonly signal: AbortSignal | undefined;
  readonly logger: GuardedLogger;
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
  "maxInFlight",
  "maxPause",
  "maxBuffered",
  "signal",
  "logger",
] as const satisfies readonly (keyof SocketOptions)[];

/** What is the same for all sockets is made once: a program may have many thousands. */
const NOTHING = Object.freeze({});
const STANDARD_LOGGER = new GuardedLogger(consoleLogger);
const STANDARD_HEARTBEAT = Object.freeze({ interval: 30_000, timeout: 10_000 });

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
    params = NOTHING,
    authToken,
    headers = NOTHING,
    serializer = V2,
    transport,
    clock = systemClock,
    connectTimeout = 10_000,
    joinTimeout = 10_000,
    pushTimeout = 10_000,
    closeTimeout = 5_000,
    heartbeat,
    reconnect,
    rejoin,
    jitter = 0,
    maxPayload = 16 * 1024 * 1024,
    maxQueued = 1_000,
    maxInFlight = 10_000,
    maxPause = 5_000,
    maxBuffered = 16 * 1024 * 1024,
    signal,
    logger,
  } = options;
  const guarded = logger === undefined ? STANDARD_LOGGER : new GuardedLogger(checkLogger(logger));
  const renewable = [params, authToken, headers].some((provided) => typeof provided === "function");
  checkFraction("jitter", jitter);
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
    reconnect: reconnectPolicy(checkRetry("reconnect", reconnect), jitter, renewable, guarded),
    credentialsMustChange: typeof reconnect !== "function",
    rejoin: rejoinPolicy(checkRetry("rejoin", rejoin), jitter, guarded),
    renewable,
    maxPayload: checkWhole("maxPayload", maxPayload),
    maxQueued: checkWhole("maxQueued", maxQueued),
    maxInFlight: checkWhole("maxInFlight", maxInFlight),
    maxPause: checkPositive("maxPause", maxPause),
    maxBuffered: checkWhole("maxBuffered", maxBuffered),
    signal: checkSignal("signal", signal),
    logger: guarded,
    seed: (Math.random() * 2 ** 32) | 0,
  };
}

function checkToken(token: Provided<string> | undefined): Provided<string> | undefined {
  if (token === undefined || typeof token === "string" || typeof token === "function") return token;
  throw new OptionError("authToken", token, "a text, or a function that gives one");
}

function checkHeartbeat(heartbeat: SocketOptions["heartbeat"]): ResolvedOptions["heartbeat"] {
  if (heartbeat === false) return null;
  if (heartbeat === undefined) return STANDARD_HEARTBEAT;
  checkRecord("heartbeat", heartbeat);
  checkUnknown(heartbeat, ["interval", "timeout"], "heartbeat.");
  const { interval = STANDARD_HEARTBEAT.interval, timeout = STANDARD_HEARTBEAT.timeout } =
    heartbeat;
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
