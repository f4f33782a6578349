// The options of a client in module style: those of its socket, and what its callbacks need.
import { SLIPSTREAM_REJOIN, type ChannelEndReason, type RetryPolicy } from "@slipstream/core";
import { OptionError } from "../errors.ts";
import type { Overflow } from "../inbox.ts";
import {
  checkPositive,
  checkRecord,
  checkRetry,
  checkUnknown,
  checkWhole,
} from "../option-checks.ts";
import type { RetryOption, SocketOptions } from "../options.ts";
import { checkSocketOptions } from "../socket-option-checks.ts";
import { toldPolicy } from "../policies.ts";
import { settingsOf } from "../resolve-options.ts";
import type { Credentials, Settings } from "../settings.ts";
import type { TerminateReason } from "./mail.ts";

/**
 * What a client keeps between its callbacks, anew for each start: an object, or what makes one, which is
 * called right before `init`; what it throws is as if `init` threw it, but that no `terminate` follows.
 */
export type AssignsOption<Assigns> = object extends Assigns
  ? { readonly assigns?: Assigns | (() => Assigns) }
  : { readonly assigns: Assigns | (() => Assigns) };

/** All times are in ms. */
export interface ModuleOptions extends SocketOptions {
  /**
   * When `rejoin(topic)` joins again, by how often in a row it was closed. Default: SLIPSTREAM_REJOIN.
   */
  readonly rejoin?: RetryOption<ChannelEndReason>;
  /** What may wait for the callbacks. */
  readonly mailbox?: {
    /** How many messages of each topic, and how many of the program's own. Default: 1,000. */
    readonly limit?: number;
    /** What happens when a topic's messages come faster than they are handled. Default: "dropOldest". */
    readonly overflow?: Overflow;
  };
  /**
   * Whether a client whose callback threw starts anew: `false` for never, a table of delays in ms, or a
   * function of how often it crashed in a row and of why, which returns ms or `false`. The last delay of
   * a table is repeated for ever: only `false`, or a function that returns it, lets the client end. After
   * a life of 10 s, crashes count from 0 again. A client that gave up connecting has not
   * crashed, and is not started anew. Default: false.
   */
  readonly restart?: RetryOption<TerminateReason>;
  /** How long a callback may still run when the client is to stop, and how long `terminate`. Default: 5,000. */
  readonly shutdownTimeout?: number;
}

/** The options with nothing left open. */
export interface ResolvedModuleOptions {
  readonly socket: Settings & Credentials & { readonly signal: AbortSignal | undefined };
  /** When to join again at the program's word. */
  readonly rejoin: RetryPolicy<ChannelEndReason>;
  readonly assigns: unknown;
  readonly limit: number;
  readonly overflow: Overflow;
  readonly restart: RetryPolicy<TerminateReason>;
  readonly shutdownTimeout: number;
}

const OVERFLOWS: readonly string[] = [
  "fail",
  "dropOldest",
  "dropNewest",
  "leave",
  "close",
] satisfies Overflow[];

const MODULE_OPTIONS: readonly string[] = ["assigns", "mailbox", "restart", "shutdownTimeout"];

/**
 * Checks the options, and fills in the defaults.
 * @param known further options that the runtime's own entry point takes care of.
 * @throws {OptionError} naming the first option that cannot be used.
 */
export function resolveModuleOptions(
  options: ModuleOptions & { readonly assigns?: unknown },
  known: readonly string[],
): ResolvedModuleOptions {
  checkSocketOptions(options, [...known, ...MODULE_OPTIONS]);
  const {
    assigns = {},
    jitter = 0,
    mailbox = {},
    rejoin = SLIPSTREAM_REJOIN,
    restart = false,
    shutdownTimeout = 5_000,
  } = options;
  if (typeof assigns !== "function") checkRecord("assigns", assigns);
  checkRecord("mailbox", mailbox);
  checkUnknown(mailbox, ["limit", "overflow"], "mailbox.");
  const { limit = 1_000, overflow = "dropOldest" } = mailbox;
  checkWhole("mailbox.limit", limit);
  if (!OVERFLOWS.includes(overflow)) {
    throw new OptionError("mailbox.overflow", overflow, `one of ${OVERFLOWS.join(", ")}`);
  }
  checkRetry("restart", restart);
  checkPositive("shutdownTimeout", shutdownTimeout);
  const { params, authToken, headers, signal } = options;
  const socket = { ...settingsOf(options), params, authToken, headers, signal };
  return {
    socket,
    rejoin: toldPolicy("rejoin", rejoin, jitter, socket.logger),
    assigns,
    limit,
    overflow,
    restart: toldPolicy("restart", restart, jitter, socket.logger),
    shutdownTimeout,
  };
}
