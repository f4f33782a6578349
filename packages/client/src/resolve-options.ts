// From the options that a user gave to options with nothing left open.
import { clientV2, type ClientSerializer, type SessionOptions } from "@slipstream/core";
import { systemClock, type Clock } from "./clock.ts";
import { consoleLogger, GuardedLogger } from "./logger.ts";
import type { Params, Provided, SocketOptions } from "./options.ts";
import { reconnectPolicy, rejoinPolicy } from "./policies.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import type { Dial } from "./transport.ts";

/** Where a socket's credentials come from: what tells it from the others of its program. */
export interface Credentials {
  readonly params: Provided<Params>;
  readonly authToken: Provided<string> | undefined;
  readonly headers: Provided<Readonly<Record<string, string>>>;
}

/** How a socket behaves: what the session needs to know of that, and what is the client's own. */
export interface Settings extends SessionOptions {
  readonly serializer: ClientSerializer;
  readonly transport: Dial | undefined;
  readonly clock: Clock;
  /** Whether the credentials can differ from one attempt to the next, being functions. */
  readonly renewable: boolean;
  readonly pushTimeout: number;
  readonly maxPayload: number;
  readonly maxBuffered: number;
  readonly telemetry: Telemetry | null;
  readonly logger: GuardedLogger;
}

/** The options with nothing left open. */
export interface ResolvedOptions extends Settings, Credentials {
  readonly signal: AbortSignal | undefined;
}

/** What is the same for all sockets is made once: a program may have many thousands. */
const NOTHING = Object.freeze({});
const STANDARD_LOGGER = new GuardedLogger(consoleLogger);
const STANDARD_HEARTBEAT = Object.freeze({ interval: 30_000, timeout: 10_000 });

/** Fills in the defaults. */
export function resolveOptions(options: SocketOptions): ResolvedOptions {
  const {
    params = NOTHING,
    authToken,
    headers = NOTHING,
    serializer = clientV2,
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
    telemetry = false,
    logger,
  } = options;
  const guarded = logger === undefined ? STANDARD_LOGGER : new GuardedLogger(logger);
  const renewable = [params, authToken, headers].some((provided) => typeof provided === "function");
  return {
    params,
    authToken,
    headers,
    serializer,
    transport,
    clock,
    connectTimeout,
    joinTimeout,
    pushTimeout,
    closeTimeout,
    heartbeat: resolveHeartbeat(heartbeat),
    reconnect: reconnectPolicy(reconnect, jitter, renewable, guarded),
    credentialsMustChange: typeof reconnect !== "function",
    rejoin: rejoinPolicy(rejoin, jitter, guarded),
    renewable,
    maxPayload,
    maxQueued,
    maxInFlight,
    maxPause,
    maxBuffered,
    signal,
    telemetry: telemetry === false ? null : telemetry,
    logger: guarded,
    random: Math.random,
  };
}

function resolveHeartbeat(heartbeat: SocketOptions["heartbeat"]): ResolvedOptions["heartbeat"] {
  if (heartbeat === false) return null;
  if (heartbeat === undefined) return STANDARD_HEARTBEAT;
  const { interval = STANDARD_HEARTBEAT.interval, timeout = STANDARD_HEARTBEAT.timeout } =
    heartbeat;
  return { interval, timeout };
}

let latest: WeakRef<Settings> | undefined;

/**
 * The settings alone: the same object as for the socket before if they are the same. The sockets of a
 * program mostly differ by their credentials only, and there may be many thousands of them.
 */
export function settingsOf(options: ResolvedOptions): Settings {
  const before = latest?.deref();
  if (before !== undefined && areSame(before, options)) return before;
  const {
    params: _params,
    authToken: _authToken,
    headers: _headers,
    signal: _s,
    ...settings
  } = options;
  latest = new WeakRef(settings);
  return settings;
}

function areSame(one: Settings, other: Settings): boolean {
  return (Object.keys(one) as (keyof Settings)[]).every((name) => one[name] === other[name]);
}
