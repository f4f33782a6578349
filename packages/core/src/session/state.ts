// The states of a session: one socket's connection, over all its attempts. Immutable, and users see
// them as they are.
import type { EndReason } from "../end-reason.ts";

/** How one connection, or one attempt to make one, ended. */
export interface ConnectionEnd {
  readonly reason: EndReason;
  /** The close code that the server sent, 1005 if its close frame had none, null if it sent no close frame. */
  readonly code: number | null;
  /** The text that came with the code, or "". */
  readonly text: string;
  /** Close frames went both ways and TCP then ended without a reset, or there was no connection to end. */
  readonly clean: boolean;
}

/** Where a session stands. `attempt` counts the tries since the connection last was stable. */
export type SessionState =
  /** `connect()` has not been called. */
  | { readonly type: "idle" }
  | {
      readonly type: "connecting";
      readonly step: "credentials" | "dialling";
      readonly attempt: number;
      /** The refusal after which the credentials must differ, or null. */
      readonly refusal: EndReason | null;
    }
  | {
      readonly type: "open";
      readonly attempt: number;
      /** What carries the frames, such as "websocket" or "longpoll". */
      readonly transport: string;
    }
  /** The closing handshake is under way, or a transport is being freed. Nothing is delivered any more. */
  | {
      readonly type: "closing";
      /** Null until the server's close code is known. */
      readonly reason: EndReason | null;
      readonly then: "end" | "retry" | "reconnect";
      readonly attempt: number;
      /** What is waited for: the server's close frame, the end of TCP, or a transport that was reset. */
      readonly step: "closeFrame" | "tcp" | "reset";
    }
  /** The next attempt begins `delay` ms after the change to this state. */
  | {
      readonly type: "waiting";
      readonly attempt: number;
      readonly delay: number;
      readonly cause: EndReason;
      /** The refusal after which the credentials must differ, or null. */
      readonly refusal: EndReason | null;
    }
  /** Nothing is left and nothing will be tried, until `connect()` is called again. */
  | { readonly type: "ended"; readonly reason: EndReason; readonly last: ConnectionEnd };

/** The state that has the tag `T`. */
export type SessionStateOf<T extends SessionState["type"]> = Extract<
  SessionState,
  { readonly type: T }
>;
