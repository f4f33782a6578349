// Every state of a session and everything that can happen to its connection: what is done, and
// which state comes next. A pair that is missing does not compile.
import type { Connection } from "./connection.ts";
import type { ConnectionInput, ConnectionInputOf } from "./input.ts";
import type { SessionState, SessionStateOf } from "./state.ts";
import * as to from "./transitions.ts";
import { stay } from "./transitions.ts";

type Tag = SessionState["type"];
type InputTag = ConnectionInput["type"];

/** Does what `input` calls for in `state`, and returns the state that follows. */
type Transition<S extends Tag, I extends InputTag> = <C, P>(
  connection: Connection<C, P>,
  state: SessionStateOf<S>,
  input: ConnectionInputOf<I>,
) => SessionState;

type Table = { readonly [S in Tag]: { readonly [I in InputTag]: Transition<S, I> } };

/** Nothing is read in these states, so that there is nothing to pause and nobody who is too slow. */
const unread = {
  pauseReading: stay,
  resumeReading: stay,
  queueOverflowed: stay,
  hidePage: stay,
  checkConnection: stay,
} as const;

/** There is no transport in these states, so that only late answers about credentials can come. */
const unconnected = {
  credentialsResolved: stay,
  credentialsFailed: stay,
  transportOpened: stay,
  closeReceived: stay,
  transportClosed: stay,
  ...unread,
  heartbeatMissed: stay,
  deadlinePassed: stay,
} as const;

type Connecting = SessionStateOf<"connecting">;

/** Whether credentials belong to an attempt that is over, or was dialled already. */
function isStale<C, P>(
  { counters }: Connection<C, P>,
  { step }: Connecting,
  serial: number,
): boolean {
  return serial !== counters.attempts || step === "dialling";
}

function withoutCredentials<C, P>(
  connection: Connection<C, P>,
  { attempt, refusal }: Connecting,
  cause: unknown,
): SessionState {
  const end = to.unconnected({ type: "credentialsFailed", cause });
  return to.retry(connection, attempt, end, refusal);
}

const table: Table = {
  idle: {
    ...unconnected,
    connectSocket: to.connectAnew,
    disconnectSocket: to.endAtOnce,
    resetSocket: to.endAtOnce,
  },
  connecting: {
    connectSocket: stay,
    disconnectSocket: to.abort,
    resetSocket: to.abort,
    credentialsResolved: (connection, state, { serial, changed }) => {
      if (isStale(connection, state, serial)) return state;
      if (state.refusal !== null && !changed && connection.options.credentialsMustChange) {
        const last = to.unconnected(state.refusal);
        connection.conclude(last);
        return { type: "ended", reason: state.refusal, last };
      }
      connection.emit({ type: "dialServer", serial });
      return { ...state, step: "dialling" };
    },
    credentialsFailed: (connection, state, { serial, cause }) =>
      isStale(connection, state, serial) ? state : withoutCredentials(connection, state, cause),
    transportOpened: (connection, state, { transport = "websocket", prove = false }) => {
      if (state.step !== "dialling") return state;
      connection.prove = prove;
      return { type: "open", attempt: state.attempt, transport };
    },
    closeReceived: stay,
    transportClosed: (connection, state, { end }) =>
      state.step === "dialling"
        ? to.retry(connection, state.attempt, to.endOf(end, null, "connectFailed"))
        : state,
    ...unread,
    heartbeatMissed: stay,
    deadlinePassed: (connection, state) => {
      const cause = { type: "connectTimeout" } as const;
      return state.step === "dialling"
        ? to.reset(connection, state, cause)
        : withoutCredentials(connection, state, cause);
    },
  },
  open: {
    connectSocket: stay,
    disconnectSocket: (connection, state, { code, reason }) => {
      connection.emit({ type: "closeTransport", code, reason });
      return to.closing(connection, state, "closeFrame", to.REQUESTED, "end");
    },
    resetSocket: to.abort,
    credentialsResolved: stay,
    credentialsFailed: stay,
    transportOpened: stay,
    closeReceived: (connection, state) => to.closing(connection, state, "tcp", null),
    transportClosed: (connection, state, { end }) =>
      to.retry(connection, to.attemptAfter(connection, state), to.endOf(end, null)),
    pauseReading: ({ reader }, state, { holder }) => {
      reader?.hold(holder);
      return state;
    },
    resumeReading: ({ reader }, state, { holder }) => {
      reader?.letGo(holder);
      return state;
    },
    queueOverflowed: (connection, state, { queue }) =>
      to.close(connection, state, { type: "overflow", queue }, to.OVERFLOW_CODE),
    hidePage: (connection, state) =>
      to.close(connection, state, { type: "pageHidden" }, to.HIDDEN_CODE),
    checkConnection: ({ heartbeat }, state) => {
      heartbeat.check();
      return state;
    },
    heartbeatMissed: (connection, state) =>
      to.reset(connection, state, { type: "heartbeatTimeout" }),
    deadlinePassed: stay,
  },
  closing: {
    connectSocket: (_connection, state) =>
      state.then === "end" ? { ...state, then: "reconnect" } : state,
    disconnectSocket: (_connection, state) =>
      state.then === "end" ? state : { ...state, then: "end" },
    resetSocket: (connection, state) => {
      if (state.step !== "reset") connection.emit({ type: "resetTransport" });
      else if (state.then === "end") return state;
      return { ...state, then: "end", step: "reset" };
    },
    credentialsResolved: stay,
    credentialsFailed: stay,
    // The dial had succeeded before the transport heard that it was given up.
    transportOpened: stay,
    closeReceived: (_connection, state) =>
      state.step === "closeFrame" ? { ...state, step: "tcp" } : state,
    transportClosed: (connection, { reason, then, attempt }, { end }) => {
      const last = to.endOf(end, reason);
      if (then === "retry") return to.retry(connection, attempt, last);
      connection.conclude(last);
      const ended: SessionState = { type: "ended", reason: to.REQUESTED, last };
      if (then === "end") return ended;
      // Whoever asked for the end is told of it before the new beginning.
      connection.announce(ended);
      return to.connectAnew(connection);
    },
    ...unread,
    heartbeatMissed: stay,
    deadlinePassed: (connection, state) => {
      connection.emit({ type: "resetTransport" });
      return { ...state, step: "reset" };
    },
  },
  waiting: {
    ...unconnected,
    connectSocket: to.connect,
    checkConnection: to.connect,
    disconnectSocket: to.endAtOnce,
    resetSocket: to.endAtOnce,
    deadlinePassed: to.connectWhenDue,
  },
  ended: {
    ...unconnected,
    connectSocket: to.connectAnew,
    disconnectSocket: stay,
    resetSocket: stay,
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
