// From the options that a user gave to settings with nothing left open.
import { clientV2 } from "@slipstream/core";
import { systemClock } from "./clock.ts";
import { sharedSettings } from "./latest.ts";
import { consoleLogger, GuardedLogger } from "./logger.ts";
import type { SocketOptions } from "./options.ts";
import { reconnectPolicy, rejoinPolicy } from "./policies.ts";
import type { Credentials, Settings } from "./settings.ts";

type Given = Omit<SocketOptions, keyof Credentials | "signal">;
type Open = "transport" | "reconnect" | "rejoin" | "page";

type Defaults = Required<Omit<Given, Open>> & Given;

/** Made when needed, so that bundlers can leave it out where nobody uses it. */
const defaults = (): Defaults => ({
  serializer: clientV2,
  clock: systemClock,
  connectTimeout: 10_000,
  joinTimeout: 10_000,
  pushTimeout: 10_000,
  closeTimeout: 5_000,
  heartbeat: {},
  jitter: 0,
  maxPayload: 16 * 1024 * 1024,
  maxQueued: 1_000,
  maxInFlight: 10_000,
  maxPause: 5_000,
  maxBuffered: 16 * 1024 * 1024,
  telemetry: false,
  logger: consoleLogger,
});

const HEARTBEAT = { interval: 30_000, timeout: 10_000 };

/**
 * Fills in the defaults. The sockets of a program mostly differ by their credentials only, and then
 * share their settings.
 */
export function settingsOf({
  params,
  authToken,
  headers,
  signal: _signal,
  ...given
}: SocketOptions): Settings {
  const renewable = [params, authToken, headers].some((one) => typeof one === "function");
  return sharedSettings(given, renewable, () => settled(given, renewable));
}

function settled(given: Given, renewable: boolean): Settings {
  const all = filled(defaults(), given);
  const { heartbeat, reconnect, rejoin, jitter, telemetry } = all;
  const logger = new GuardedLogger(all.logger);
  return {
    ...all,
    given,
    heartbeat: heartbeat === false ? null : filled(HEARTBEAT, heartbeat),
    reconnect: reconnectPolicy(reconnect, jitter, renewable, logger),
    credentialsMustChange: typeof reconnect !== "function",
    rejoin: rejoinPolicy(rejoin, jitter, logger),
    renewable,
    telemetry: telemetry || null,
    logger,
    random: Math.random,
  };
}

/** The defaults, and what was given in their place. What is undefined is left out. */
function filled<T extends object>(defaults: T, given: object): T {
  const parts = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(parts) };
}
