// What a session does in answer to an input, where that takes more than a word in table.ts.
import type { EndReason } from "../end-reason.ts";
import { MAX_REFUSALS, refusesCredentials, STABLE_AFTER } from "../retry.ts";
import type { Connection } from "./connection.ts";
import type { TransportEnd } from "./input.ts";
import type { ConnectionEnd, SessionState, SessionStateOf } from "./state.ts";

export const REQUESTED: EndReason = { type: "requested" };

/** What the server is told when a bound's policy is to close: as 1008, which browsers may not send. */
export const OVERFLOW_CODE = 4008;
/** And when the page goes into hiding: as 1001, which browsers send for pages that are left. */
export const HIDDEN_CODE = 4001;

/** A retry that is noticed this many ms late tells of a machine that slept. */
const SLEPT = 10_000;
/** Ms in which what wakes together tries again. */
const SPREAD = 1_000;

/** The end of an attempt that had no transport. */
export const unconnected = (reason: EndReason, clean = false): ConnectionEnd => ({
  reason,
  code: null,
  text: "",
  clean,
});

/** Nothing to do, nothing to change. */
export const stay = <C, P, S extends SessionState>(_connection: Connection<C, P>, state: S): S =>
  state;

/** There is no connection to end. */
export const endAtOnce = (): SessionState => ({
  type: "ended",
  reason: REQUESTED,
  last: unconnected(REQUESTED, true),
});

/** Begins an attempt. */
export function connect<C, P>(
  connection: Connection<C, P>,
  { attempt, refusal }: { attempt: number; refusal: EndReason | null },
): SessionState {
  const serial = (connection.counters.attempts += 1);
  connection.emit({ type: "resolveCredentials", serial });
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
  return { ...state, attempt: 0, delay: connection.options.random() * SPREAD };
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
  const { counters, options } = connection;
  const { random, credentialsMustChange } = options;
  const cause = end.reason;
  connection.conclude(end);
  const isRefusal = refusesCredentials(cause);
  if (isRefusal) connection.refusals += 1;
  const refusedTooOften = isRefusal && credentialsMustChange && connection.refusals >= MAX_REFUSALS;
  const again = counters.opened > 0;
  const delay = !refusedTooOften && options.reconnect({ attempt, cause, again, random });
  if (delay === false) return { type: "ended", reason: cause, last: end };
  return {
    type: "waiting",
    attempt: attempt + 1,
    // A page that is hidden waits to be shown.
    delay: cause.type === "pageHidden" ? Infinity : delay,
    cause,
    refusal: isRefusal ? cause : refused,
  };
}

type Left = SessionStateOf<"connecting" | "open">;
type Closing = SessionStateOf<"closing">;

/** What comes of a connection is decided when it is gone. A stable one makes attempts count from 0 again. */
export function closing<C, P>(
  connection: Connection<C, P>,
  state: Left,
  step: Closing["step"],
  reason: EndReason | null,
  then: Closing["then"] = "retry",
): SessionState {
  return { type: "closing", step, reason, then, attempt: attemptAfter(connection, state) };
}

/** Gives up on a transport. */
export function reset<C, P>(
  connection: Connection<C, P>,
  state: Left,
  reason: EndReason,
  then?: Closing["then"],
): SessionState {
  connection.emit({ type: "resetTransport" });
  return closing(connection, state, "reset", reason, then);
}

/** Closes the connection, and lets the policy say what comes next. */
export function close<C, P>(
  connection: Connection<C, P>,
  state: Left,
  reason: EndReason,
  code: number,
): SessionState {
  connection.emit({ type: "closeTransport", code, reason: reason.type });
  return closing(connection, state, "closeFrame", reason);
}

/** Ends what is under way at the program's request, without a handshake. */
export function abort<C, P>(connection: Connection<C, P>, state: Left): SessionState {
  if (state.type === "open" || state.step === "dialling") {
    return reset(connection, state, REQUESTED, "end");
  }
  connection.conclude(unconnected(REQUESTED, true));
  return endAtOnce();
}

/** How a transport ended: for `reason`, if we had given up on it, and otherwise as it says itself. */
export function endOf(
  end: TransportEnd,
  reason: EndReason | null,
  unexplained: "connectFailed" | "connectionLost" = "connectionLost",
): ConnectionEnd {
  const { code, reason: text, clean } = end;
  return { reason: reason ?? reasonOf(end, unexplained), code, text, clean };
}

function reasonOf(
  { code, reason, rejected, error }: TransportEnd,
  unexplained: "connectFailed" | "connectionLost",
): EndReason {
  if (rejected !== undefined) return { type: "upgradeRejected", ...rejected };
  if (error?.protocol !== undefined) return { type: "protocolError", code: error.protocol };
  if (code !== null) return { type: "closedByRemote", code, reason };
  return { type: unexplained, cause: error?.cause };
}

/** The attempt count after a connection that was open: a stable one makes it count from 0 again. */
export function attemptAfter<C, P>(
  { now, openedAt }: Connection<C, P>,
  { type, attempt }: Left,
): number {
  return type === "open" && now - openedAt >= STABLE_AFTER ? 0 : attempt;
}
