// Every state of a session and everything that can happen to its connection: what is done, and
// which state comes next. A pair that is missing does not compile.
import type { Context } from "../context.ts";
import type { EndReason } from "../end-reason.ts";
import { STABLE_AFTER } from "../retry.ts";
import type { ConnectionInput, ConnectionInputOf, TransportEnd } from "./input.ts";
import type { ConnectionEnd, SessionState, SessionStateOf } from "./state.ts";

/** What a transition may look at and do. */
export interface Connection<C, P> {
  readonly context: Context<C, P>;
  /** When the connection was opened, in ms of the session's clock. */
  readonly openedAt: number;
  /** Tells the program of a state that is over as soon as it began. */
  announce(state: SessionState): void;
}

type Tag = SessionState["type"];
type InputTag = ConnectionInput["type"];

/** Does what `input` calls for in `state`, and returns the state that follows. */
type Transition<S extends Tag, I extends InputTag> = <C, P>(
  connection: Connection<C, P>,
  state: SessionStateOf<S>,
  input: ConnectionInputOf<I>,
) => SessionState;

type Table = { readonly [S in Tag]: { readonly [I in InputTag]: Transition<S, I> } };

const REQUESTED: EndReason = { type: "requested" };
const NO_CONNECTION: ConnectionEnd = { reason: REQUESTED, code: null, text: "", clean: true };

/** Nothing to do, nothing to change. */
const stay = <C, P, S extends SessionState>(_connection: Connection<C, P>, state: S): S => state;

/** There is no connection to end. */
const endAtOnce = (): SessionState => ({ type: "ended", reason: REQUESTED, last: NO_CONNECTION });

/** Begins an attempt. */
function connect<C, P>(
  { context }: Connection<C, P>,
  attempt: number,
  cause: EndReason | null,
): SessionState {
  context.counters.attempts += 1;
  context.emit({ type: "resolveCredentials", serial: context.counters.attempts });
  const refusal = cause !== null && refusesCredentials(cause) ? cause : null;
  return { type: "connecting", step: "credentials", attempt, refusal };
}

const connectAnew = <C, P>(connection: Connection<C, P>): SessionState =>
  connect(connection, 0, null);

function refusesCredentials(reason: EndReason): boolean {
  return reason.type === "upgradeRejected" && (reason.status === 401 || reason.status === 403);
}

/** Counts and tells the end of one attempt, of which nothing is left. */
function conclude<C, P>({ context }: Connection<C, P>, end: ConnectionEnd): void {
  context.counters.endsByReason[end.reason.type] += 1;
  context.emit({ type: "connectionEnded", end });
}

/** An attempt or a connection is over without our asking: the policy says what comes next. */
function retry<C, P>(
  connection: Connection<C, P>,
  attempt: number,
  end: ConnectionEnd,
): SessionState {
  const { context } = connection;
  const cause = end.reason;
  conclude(connection, end);
  const delay = context.options.reconnect({ attempt, cause, again: true, random: context.random });
  if (delay === false) return { type: "ended", reason: cause, last: end };
  return { type: "waiting", attempt: attempt + 1, delay, cause };
}

/** An end without a transport. */
function unconnected(reason: EndReason): ConnectionEnd {
  return { reason, code: null, text: "", clean: false };
}

function endOf(reason: EndReason, { code, reason: text, clean }: TransportEnd): ConnectionEnd {
  return { reason, code, text, clean };
}

/** Why a transport ended that nobody here had given up on. */
function reasonOf(end: TransportEnd, unopened: "connectFailed" | "connectionLost"): EndReason {
  if (end.rejected !== undefined) return { type: "upgradeRejected", ...end.rejected };
  if (end.error?.protocol !== undefined) {
    return { type: "protocolError", code: end.error.protocol };
  }
  if (end.code !== null) return { type: "closedByRemote", code: end.code, reason: end.reason };
  return { type: unopened, cause: end.error?.cause };
}

/** The attempt count after a connection that was open: a stable one makes it count from 0 again. */
function attemptAfter<C, P>(
  { context, openedAt }: Connection<C, P>,
  { attempt }: { attempt: number },
): number {
  return context.now - openedAt >= STABLE_AFTER ? 0 : attempt;
}

/** Gives up on a transport. What comes of it is decided when it is gone. */
function reset<C, P>(
  { context }: Connection<C, P>,
  reason: EndReason,
  then: "end" | "retry",
  attempt: number,
): SessionState {
  context.emit({ type: "resetTransport" });
  return { type: "closing", step: "reset", reason, then, attempt };
}

const table: Table = {
  idle: {
    connectSocket: connectAnew,
    disconnectSocket: endAtOnce,
    credentialsResolved: stay,
    credentialsFailed: stay,
    transportOpened: stay,
    closeReceived: stay,
    transportClosed: stay,
    heartbeatMissed: stay,
    deadlinePassed: stay,
  },
  connecting: {
    connectSocket: stay,
    disconnectSocket: (connection, { step, attempt }) => {
      if (step === "dialling") return reset(connection, REQUESTED, "end", attempt);
      conclude(connection, NO_CONNECTION);
      return endAtOnce();
    },
    credentialsResolved: (connection, state, { serial, changed }) => {
      const { context } = connection;
      if (serial !== context.counters.attempts || state.step === "dialling") return state;
      if (state.refusal !== null && !changed && context.options.credentialsMustChange) {
        const end = unconnected(state.refusal);
        conclude(connection, end);
        return { type: "ended", reason: state.refusal, last: end };
      }
      context.emit({ type: "dialServer", serial });
      return { ...state, step: "dialling" };
    },
    credentialsFailed: (connection, state, { serial, cause }) => {
      if (serial !== connection.context.counters.attempts || state.step === "dialling") return state;
      return retry(connection, state.attempt, unconnected({ type: "credentialsFailed", cause }));
    },
    transportOpened: (_connection, { attempt }) => ({ type: "open", attempt }),
    closeReceived: stay,
    transportClosed: (connection, { attempt }, { end }) =>
      retry(connection, attempt, endOf(reasonOf(end, "connectFailed"), end)),
    heartbeatMissed: stay,
    deadlinePassed: (connection, { step, attempt }) => {
      if (step === "dialling") {
        return reset(connection, { type: "connectTimeout" }, "retry", attempt);
      }
      const cause = { type: "connectTimeout" } as const;
      return retry(connection, attempt, unconnected({ type: "credentialsFailed", cause }));
    },
  },
  open: {
    connectSocket: stay,
    disconnectSocket: ({ context }, { attempt }, { code, reason }) => {
      context.emit({ type: "closeTransport", code, reason });
      return { type: "closing", step: "closeFrame", reason: REQUESTED, then: "end", attempt };
    },
    credentialsResolved: stay,
    credentialsFailed: stay,
    transportOpened: stay,
    closeReceived: (connection, state) => ({
      type: "closing",
      step: "tcp",
      reason: null,
      then: "retry",
      attempt: attemptAfter(connection, state),
    }),
    transportClosed: (connection, state, { end }) =>
      retry(
        connection,
        attemptAfter(connection, state),
        endOf(reasonOf(end, "connectionLost"), end),
      ),
    heartbeatMissed: (connection, state) =>
      reset(connection, { type: "heartbeatTimeout" }, "retry", attemptAfter(connection, state)),
    deadlinePassed: stay,
  },
  closing: {
    connectSocket: (_connection, state) =>
      state.then === "end" ? { ...state, then: "reconnect" } : state,
    disconnectSocket: (_connection, state) =>
      state.then === "end" ? state : { ...state, then: "end" },
    credentialsResolved: stay,
    credentialsFailed: stay,
    // The dial had succeeded before the transport heard that it was given up.
    transportOpened: stay,
    closeReceived: (_connection, state) =>
      state.step === "closeFrame" ? { ...state, step: "tcp" } : state,
    transportClosed: (connection, { reason, then, attempt }, { end: transportEnd }) => {
      const end = endOf(reason ?? reasonOf(transportEnd, "connectionLost"), transportEnd);
      if (then === "retry") return retry(connection, attempt, end);
      conclude(connection, end);
      const ended: SessionState = { type: "ended", reason: REQUESTED, last: end };
      if (then === "end") return ended;
      // Whoever asked for the end is told of it before the new beginning.
      connection.announce(ended);
      return connectAnew(connection);
    },
    heartbeatMissed: stay,
    deadlinePassed: ({ context }, state) => {
      context.emit({ type: "resetTransport" });
      return { ...state, step: "reset" };
    },
  },
  waiting: {
    connectSocket: (connection, { attempt, cause }) => connect(connection, attempt, cause),
    disconnectSocket: endAtOnce,
    credentialsResolved: stay,
    credentialsFailed: stay,
    transportOpened: stay,
    closeReceived: stay,
    transportClosed: stay,
    heartbeatMissed: stay,
    deadlinePassed: (connection, { attempt, cause }) => connect(connection, attempt, cause),
  },
  ended: {
    connectSocket: connectAnew,
    disconnectSocket: stay,
    credentialsResolved: stay,
    credentialsFailed: stay,
    transportOpened: stay,
    closeReceived: stay,
    transportClosed: stay,
    heartbeatMissed: stay,
    deadlinePassed: stay,
  },
};

/** Looks up what `input` means in `state`, does it, and returns the state that follows. */
export function transition<C, P>(
  connection: Connection<C, P>,
  state: SessionState,
  input: ConnectionInput,
): SessionState {
  // Each cell takes exactly the state and the input by whose tags it is found.
  const cell = table[state.type][input.type] as (
    connection: Connection<C, P>,
    state: SessionState,
    input: ConnectionInput,
  ) => SessionState;
  return cell(connection, state, input);
}
