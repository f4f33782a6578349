// What can happen to a session: what the program commands, and what the runtime reports.
import type { ChannelMachine } from "../channel/machine.ts";
import type { ClientMessage, ServerMessage } from "../message.ts";
import type { Push, PushFailure } from "../push/push.ts";

/** What a transport says of how it ended. */
export interface TransportEnd {
  /** The close code that the peer sent, 1005 if its close frame had none, or null if no close frame came. */
  readonly code: number | null;
  /** The reason that the peer sent, or "". */
  readonly reason: string;
  /** Close frames went both ways, and the connection then ended without being reset. */
  readonly clean: boolean;
  /** The server answered the dial with a status other than 101. Browsers cannot see which. */
  readonly rejected?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** At most 16 KiB of the body, as text. */
    readonly body?: string;
  };
  /** What went wrong, if anything did. `protocol` is the close code with which we failed the connection. */
  readonly error?: { readonly cause: unknown; readonly protocol?: number };
}

/** What can happen to the connection. Each has a cell for every state in table.ts. */
export type ConnectionInput =
  | { readonly type: "connectSocket" }
  | { readonly type: "disconnectSocket"; readonly code: number; readonly reason: string }
  /** Ends everything as a disconnect does, without a closing handshake. */
  | { readonly type: "resetSocket" }
  /** `serial` says which attempt this answers; `changed` is whether they differ from the attempt's before. */
  | { readonly type: "credentialsResolved"; readonly serial: number; readonly changed: boolean }
  | { readonly type: "credentialsFailed"; readonly serial: number; readonly cause: unknown }
  | {
      readonly type: "transportOpened";
      /** What the transport is called. Default: "websocket". */
      readonly transport?: string;
      /** Whether the server is asked for a sign of life at once, to prove that the transport works. */
      readonly prove?: boolean;
    }
  /** Close frames went both ways, or the connection failed: only TCP is left to end. */
  | { readonly type: "closeReceived" }
  | { readonly type: "transportClosed"; readonly end: TransportEnd }
  /** Stop reading, on behalf of `holder`. */
  | { readonly type: "pauseReading"; readonly holder: string }
  /** `holder` needs the pause no longer. */
  | { readonly type: "resumeReading"; readonly holder: string }
  /** The page goes into hiding: the connection ends, until `checkConnection`. */
  | { readonly type: "hidePage" }
  /** The connection may be dead, or may be had again: ask the server now, or connect now. */
  | { readonly type: "checkConnection" }
  /** A bound was reached whose policy is to close. */
  | { readonly type: "queueOverflowed"; readonly queue: string }
  /** Nothing was heard for the heartbeat's timeout. */
  | { readonly type: "heartbeatMissed" }
  /** What the state waited for did not come in time. */
  | { readonly type: "deadlinePassed" };

/** What passes through the session to a channel or a push. */
export type RoutedInput<C, P> =
  | { readonly type: "messageReceived"; readonly message: ServerMessage }
  /** A frame came that is not a message. */
  | { readonly type: "frameRejected" }
  | { readonly type: "joinTopic"; readonly channel: ChannelMachine<C, P> }
  | {
      readonly type: "leaveTopic";
      readonly channel: ChannelMachine<C, P>;
      /** Ms to wait for the server's answer. */
      readonly timeout: number;
    }
  | {
      readonly type: "pushMessage";
      readonly channel: ChannelMachine<C, P>;
      readonly push: Push<P>;
      /** Ms until the push fails, from now; Infinity for never. */
      readonly timeout: number;
    }
  | { readonly type: "pingServer"; readonly push: Push<P>; readonly timeout: number }
  | {
      readonly type: "cancelPush";
      readonly push: Push<P>;
      readonly code: PushFailure;
      readonly cause?: unknown;
    }
  /** In place of `pushMessage`: the program itself does not want it sent. */
  | {
      readonly type: "refusePush";
      readonly push: Push<P>;
      readonly code: PushFailure;
      readonly cause?: unknown;
    }
  | { readonly type: "pushSent"; readonly push: Push<P> }
  | {
      readonly type: "messageUnsendable";
      readonly message: ClientMessage;
      readonly push: Push<P> | null;
      readonly cause: unknown;
    }
  | {
      readonly type: "paramsResolved";
      readonly channel: ChannelMachine<C, P>;
      readonly joinRef: string;
      readonly params: unknown;
    }
  | {
      readonly type: "paramsFailed";
      readonly channel: ChannelMachine<C, P>;
      readonly joinRef: string;
      readonly cause: unknown;
    };

export type SessionInput<C, P> = ConnectionInput | RoutedInput<C, P>;

/** The connection input that has the tag `T`. */
export type ConnectionInputOf<T extends ConnectionInput["type"]> = Extract<
  ConnectionInput,
  { readonly type: T }
>;
