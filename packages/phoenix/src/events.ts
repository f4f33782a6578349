// The events that the callbacks of a socket are given, made like those of a WebSocket.
import type { ConnectionEnd, EndReason } from "@slipstream/core";

/** A close event's code where there was none to send, and where no close frame came (RFC 6455 7.4.1). */
const NO_CODE = 1005;
const NO_CLOSE_FRAME = 1006;

/** Like a WebSocket's CloseEvent; that of the platform, where it has one. */
export interface SocketCloseEvent {
  readonly type: string;
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

export interface SocketErrorEvent {
  readonly type: "error";
  readonly message: string;
  readonly error: unknown;
  /** Why, in one of the words of a closed set. */
  readonly reason: EndReason;
}

type CloseEventClass = new (
  type: string,
  init: { readonly code: number; readonly reason: string; readonly wasClean: boolean },
) => SocketCloseEvent;

export function closeEvent({ code, text, clean }: ConnectionEnd): SocketCloseEvent {
  const none = clean ? NO_CODE : NO_CLOSE_FRAME;
  const init = { code: code ?? none, reason: text, wasClean: clean };
  const { CloseEvent } = globalThis as { CloseEvent?: CloseEventClass };
  return CloseEvent === undefined ? { type: "close", ...init } : new CloseEvent("close", init);
}

/** What `onError` is told of an end; null where `onClose` alone is told. */
export function errorEvent(reason: EndReason): SocketErrorEvent | null {
  switch (reason.type) {
    case "connectFailed":
    case "credentialsFailed": {
      const { cause } = reason;
      const message = cause instanceof Error ? cause.message : reason.type;
      return { type: "error", message, error: cause, reason };
    }
    case "upgradeRejected":
    case "connectTimeout":
    case "protocolError":
      return { type: "error", message: reason.type, error: undefined, reason };
    // To a WebSocket that was open, these are an end and no error.
    case "connectionLost":
    case "requested":
    case "closedByRemote":
    case "heartbeatTimeout":
    case "overflow":
    case "pageHidden":
    case "ownerGone":
      return null;
  }
}
