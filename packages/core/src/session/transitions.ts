// What a session does in answer to an input, where that takes more than a word in table.ts.
import type { Context } from "../context.ts";
import type { EndReason } from "../end-reason.ts";
import { MAX_REFUSALS, STABLE_AFTER } from "../retry.ts";
import type { TransportEnd } from "./input.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Reader } from "./reading.ts";
import type { ConnectionEnd, SessionState, SessionStateOf } from "./state.ts";

/** What a transition may look at and do. */
export interface Connection<C, P> {
  readonly context: Context<C, P>;
  /** When the connection was opened, in ms of the session's clock. */
  readonly openedAt: number;
  readonly reader: Reader<C, P>;
  readonly heartbeat: Heartbeat<C, P>;
  /** How late, in ms, the deadline was noticed that has passed. */
  readonly late: number;
  /** How often credentials were refused since a connection was open or was asked for anew. */
  refusals: number;
  /** Whether the connection that opens is to be proved by a heartbeat at once. */
  prove: boolean;
  /** Tells the program of a state that is over as soon as it began. */
  announce(state: SessionState): void;
}

export const REQUESTED: EndReason = { type: "requested" };

/** What the server is told when a bound's policy is to close: as 1008, which browsers may not send. */
export const OVERFLOW_CODE = 4008;
/** And when the page goes into hiding: as 1001, which browsers send for pages that are left. */
export const HIDDEN_CODE = 4001;

/** A retry that is noticed this many ms late tells of a machine that slept. */
const SLEPT = 10_000;
/** Ms in which what wakes together tries again. */
const SPREAD = 1_000;

/** The end of an attempt that never had a connection, at the program's request. */
const NO_CONNECTION: ConnectionEnd = {
  reason: REQUESTED,
  code: null,
  text: "",
  clean: true,
};

/** Nothing to do, nothing to change. */
export const stay = <C, P, S extends SessionState>(_connection: Connection<C, P>, state: S): S =>
  state;

/** There is no connection to end. */
export const endAtOnce = (): SessionState => ({
  type: "ended",
  reason: REQUESTED,
  last: NO_CONNECTION,
});

/** Begins an attempt. */
export function connect<C, P>(
  { context }: Connection<C, P>,
  { attempt, refusal }: { attempt: number; refusal: EndReason | null },
): SessionState {
  context.counters.attempts += 1;
  context.emit({ type: "resolveCredentials", serial: context.counters.attempts });
  return { type: "connecting", step: "credentials", attempt, refusal };
}

/** Begins the first attempt of a new series. */
export function connectAnew<C, P>(connection: Connection<C, P>): SessionState {
  connection.refusals = 0;
  return connect(connection, { attempt: 0, refusal: null });
}

/**
 * The delay is over. If it has been for long, the machine slept: how often it had failed before says
 * nothing any more, and all that woke with it must not dial in the same moment.
 */
export function connectWhenDue<C, P>(
  connection: Connection<C, P>,
  state: SessionStateOf<"waiting">,
): SessionState {
  if (connection.late < SLEPT) return connect(connection, state);
  return { ...state, attempt: 0, delay: connection.context.random() * SPREAD };
}

/** Counts and tells the end of one attempt, of which nothing is left. */
export function conclude<C, P>({ context }: Connection<C, P>, end: ConnectionEnd): void {
  context.counters.endsByReason[end.reason.type] += 1;
  context.emit({ type: "connectionEnded", end });
}

/**
 * An attempt or a connection is over without our asking: the policy says what comes next.
 * @param refused the refusal of credentials that no others have replaced yet.
 */
export function retry<C, P>(
  connection: Connection<C, P>,
  attempt: number,
  end: ConnectionEnd,
  refused: EndReason | null = null,
): SessionState {
  const { counters, options, random } = connection.context;
  const cause = end.reason;
  conclude(connection, end);
  const again = counters.opened > 0;
  const isRefusal = refusesCredentials(cause);
  if (isRefusal) connection.refusals += 1;
  const refusedTooOften =
    isRefusal && options.credentialsMustChange && connection.refusals >= MAX_REFUSALS;
  const delay = !refusedTooOften && options.reconnect({ attempt, cause, again, random });
  if (delay === false) return { type: "ended", reason: cause, last: end };
  const refusal = isRefusal ? cause : refused;
  // A page that is hidden waits to be shown.
  const wait = cause.type === "pageHidden" ? Infinity : delay;
  return { type: "waiting", attempt: attempt + 1, delay: wait, cause, refusal };
}

function refusesCredentials(reason: EndReason): boolean {
  return reason.type === "upgradeRejected" && (reason.status === 401 || reason.status === 403);
}

/** Gives up on a transport. What comes of it is decided when it is gone. */
export function reset<C, P>(
  { context }: Connection<C, P>,
  reason: EndReason,
  then: "end" | "retry",
  attempt: number,
): SessionState {
  context.emit({ type: "resetTransport" });
  return { type: "closing", step: "reset", reason, then, attempt };
}

/** Closes the connection, and lets the policy say what comes next. */
export function close<C, P>(
  connection: Connection<C, P>,
  state: SessionStateOf<"open">,
  reason: EndReason,
  code: number,
): SessionState {
  connection.context.emit({ type: "closeTransport", code, reason: reason.type });
  const attempt = attemptAfter(connection, state);
  return { type: "closing", step: "closeFrame", reason, then: "retry", attempt };
}

/** Ends an attempt at the program's request. There is no handshake to be had yet. */
export function abortAttempt<C, P>(
  connection: Connection<C, P>,
  { step, attempt }: { step: "credentials" | "dialling"; attempt: number },
): SessionState {
  if (step === "dialling") return reset(connection, REQUESTED, "end", attempt);
  conclude(connection, NO_CONNECTION);
  return endAtOnce();
}

/** An end without a transport. */
export function unconnected(reason: EndReason): ConnectionEnd {
  return { reason, code: null, text: "", clean: false };
}

export function endOf(
  reason: EndReason,
  { code, reason: text, clean }: TransportEnd,
): ConnectionEnd {
  return { reason, code, text, clean };
}

/** Why a transport ended that nobody here had given up on. */
export function reasonOf(
  end: TransportEnd,
  unexplained: "connectFailed" | "connectionLost",
): EndReason {
  if (end.rejected !== undefined) return { type: "upgradeRejected", ...end.rejected };
  if (end.error?.protocol !== undefined) {
    return { type: "protocolError", code: end.error.protocol };
  }
  if (end.code !== null) return { type: "closedByRemote", code: end.code, reason: end.reason };
  return { type: unexplained, cause: end.error?.cause };
}

/** The attempt count after a connection that was open: a stable one makes it count from 0 again. */
export function attemptAfter<C, P>(
  { context, openedAt }: Connection<C, P>,
  { attempt }: { attempt: number },
): number {
  return context.now - openedAt >= STABLE_AFTER ? 0 : attempt;
}
