// Errors and states in the words that `listen` prints, and the exit codes that go with them.
import {
  ChannelEndedError,
  ConnectError,
  JoinError,
  OverflowError,
  SlipstreamError,
  type ChannelState,
  type SessionState,
} from "@slipstream/client";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { safeText } from "../terminal/safe-text.ts";

export interface Explanation {
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** What to say of an error and how to end; null if it is none that is expected here. */
export function explainError(error: unknown): Explanation | null {
  if (!(error instanceof SlipstreamError)) return null;
  const message = safeText(error.message + hint(error));
  if (error instanceof ConnectError) return { message, exitCode: EXIT.notConnected };
  if (error instanceof JoinError) return { message, exitCode: EXIT.notJoined };
  if (error instanceof ChannelEndedError) {
    const lost = error.code === "disconnected";
    return { message, exitCode: lost ? EXIT.notConnected : EXIT.notJoined };
  }
  if (error instanceof OverflowError) return { message, exitCode: EXIT.failed };
  return { message, exitCode: EXIT.usage };
}

function hint(error: SlipstreamError): string {
  if (error instanceof ConnectError) return connectHint(error.reason);
  if (error instanceof JoinError && reasonOf(error.response) === "unmatched topic") {
    return " The socket has no channel for this topic: check its spelling, and the `channel` lines of the socket's module.";
  }
  if (error instanceof JoinError && error.code === "refused") {
    return " Check --params, and what --socket-params or --token say of who you are.";
  }
  if (error instanceof OverflowError) {
    return " Here, whoever reads the output is too slow.";
  }
  return "";
}

function connectHint(reason: ConnectError["reason"]): string {
  if (reason.type === "upgradeRejected" && [401, 403].includes(reason.status ?? 0)) {
    return " Here these are --socket-params, --token and --header.";
  }
  if (reason.type !== "connectFailed") return "";
  const { code } = (reason.cause ?? {}) as { readonly code?: unknown };
  switch (code) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return " Nobody whom Node trusts has signed the server's certificate: name who has, with --ca FILE.";
    case "CERT_HAS_EXPIRED":
      return " The server's certificate has expired: it needs a new one.";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return " The server's certificate is for another name: use that one in --url.";
    case "ECONNRESET":
      return " A server that expects TLS does so too: try wss: in --url.";
    default:
      return "";
  }
}

/** Phoenix channels say why as `{ reason: "…" }`. */
function reasonOf(response: unknown): unknown {
  return typeof response === "object" && response !== null && "reason" in response
    ? response.reason
    : undefined;
}

/** What a change of the socket's state is worth saying, or null. */
export function describeSession(state: SessionState, place: string): string | null {
  switch (state.type) {
    case "connecting":
      return state.step === "dialling" && state.attempt === 0 ? `connecting to ${place}` : null;
    case "open":
      return "connected";
    case "waiting": {
      const { message } = new ConnectError(state.cause, place);
      return safeText(`${message} Trying again in ${Math.round(state.delay)} ms.`);
    }
    case "closing":
      return state.then === "end" && state.step === "closeFrame" ? "closing the connection" : null;
    case "idle":
    case "ended":
      return null;
  }
}

/** What a change of a channel's state is worth saying, or null. The connection's own end was said before. */
export function describeChannel(state: ChannelState, topic: string): string | null {
  switch (state.type) {
    case "joined":
      return safeText(`joined ${topic}`);
    case "left":
      // What the end of the connection ended is said with that.
      if (state.by === "disconnect") return null;
      return safeText(
        state.confirmed ? `left ${topic}` : `left ${topic}, which the server did not confirm`,
      );
    case "waiting": {
      if (state.cause === null || state.cause.type === "disconnected") return null;
      const { message } = new ChannelEndedError(topic, state.cause);
      return safeText(`${message} Joining again in ${Math.round(state.delay)} ms.`);
    }
    case "idle":
    case "joining":
    case "leaving":
    case "errored":
      return null;
  }
}
