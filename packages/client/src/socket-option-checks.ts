// The check of a socket's options, all at once. As in option-checks.ts, nothing rests on it, and the
// production build for browsers leaves it out.
import type { ClientSerializer } from "@slipstream/core";
import type { Clock } from "./clock.ts";
import { OptionError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import {
  checkFraction,
  checkFunction,
  checkFunctionOrRecord,
  checkOptions,
  checkPositive,
  checkRecord,
  checkRetry,
  checkSignal,
  checkUnknown,
  checkWhole,
} from "./option-checks.ts";
import type { PageOptions, SocketOptions } from "./options.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

type Checks = {
  readonly [K in keyof SocketOptions]-?: (
    option: string,
    value: Exclude<SocketOptions[K], undefined>,
  ) => void;
};

/** What is checked of each option that is given; there are no others. */
const CHECKS: Checks = {
  params: checkFunctionOrRecord,
  authToken: checkToken,
  headers: checkFunctionOrRecord,
  serializer: checkSerializer,
  transport: checkFunction,
  clock: checkClock,
  connectTimeout: checkPositive,
  joinTimeout: checkPositive,
  pushTimeout: checkPositive,
  closeTimeout: checkPositive,
  heartbeat: checkHeartbeat,
  reconnect: checkRetry,
  rejoin: checkRetry,
  jitter: checkFraction,
  maxPayload: checkWhole,
  maxQueued: checkWhole,
  maxInFlight: checkWhole,
  maxPause: checkPositive,
  maxBuffered: checkWhole,
  page: checkPage,
  signal: checkSignal,
  telemetry: checkTelemetry,
  logger: checkLogger,
};

/**
 * @param known further options, which the runtime's own entry point takes care of.
 * @throws {OptionError} naming the first option that cannot be used.
 */
export function checkSocketOptions(options: SocketOptions, known: readonly string[] = []): void {
  checkOptions(options, [...Object.keys(CHECKS), ...known]);
  for (const [option, value] of Object.entries(options)) {
    const check = CHECKS[option as keyof SocketOptions] as
      | ((o: string, v: unknown) => void)
      | undefined;
    if (value !== undefined) check?.(option, value);
  }
}

function checkToken(option: string, token: unknown): void {
  if (typeof token === "string" || typeof token === "function") return;
  throw new OptionError(option, token, "a text, or a function that gives one");
}

function checkHeartbeat(
  option: string,
  heartbeat: Exclude<SocketOptions["heartbeat"], undefined>,
): void {
  if (heartbeat === false) return;
  checkRecord(option, heartbeat);
  checkUnknown(heartbeat, ["interval", "timeout"], "heartbeat.");
  const { interval, timeout } = heartbeat;
  if (interval !== undefined) checkPositive("heartbeat.interval", interval);
  if (timeout !== undefined) checkPositive("heartbeat.timeout", timeout);
}

function checkPage(option: string, page: PageOptions | false): void {
  if (page === false) return;
  checkRecord(option, page);
  checkUnknown(page, ["hiddenTimeout"], "page.");
  if (page.hiddenTimeout !== undefined) checkPositive("page.hiddenTimeout", page.hiddenTimeout);
}

function checkClock(option: string, clock: Clock): void {
  const can = (method: keyof Clock): boolean => typeof clock?.[method] === "function";
  if (can("now") && can("setTimer") && can("clearTimer")) return;
  throw new OptionError(option, clock, "an object with now, setTimer and clearTimer");
}

function checkTelemetry(option: string, telemetry: Telemetry | false): void {
  if (telemetry === false || typeof telemetry?.frameReceived === "function") return;
  throw new OptionError(option, telemetry, "false, or what @slipstream/client/telemetry exports");
}

function checkSerializer(option: string, serializer: ClientSerializer): void {
  const is = (member: keyof ClientSerializer, type: string): boolean =>
    typeof serializer?.[member] === type;
  if (is("vsn", "string") && is("encode", "function") && is("decode", "function")) return;
  throw new OptionError(option, serializer, "V1, V2, or an object with vsn, encode and decode");
}

const LEVELS: readonly (keyof Logger)[] = ["error", "warn", "debug"];

function checkLogger(option: string, logger: Logger): void {
  const isWriter = (level: keyof Logger): boolean =>
    ["undefined", "function"].includes(typeof logger[level]);
  if (typeof logger === "object" && logger !== null && LEVELS.every(isWriter)) return;
  throw new OptionError(option, logger, "an object with some of error, warn and debug");
}
