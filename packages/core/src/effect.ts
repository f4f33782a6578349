// What the machines want done: commands to the runtime, and events for the program. Plain values;
// one interpreter, in the client, performs them in order.
import type { ChannelState } from "./channel/state.ts";
import type { IgnoredFrame } from "./counters.ts";
import type { BroadcastMessage, ClientMessage, ServerPushMessage } from "./message.ts";
import type { Push, PushOutcome } from "./push/push.ts";
import type { Reading, ReadingChange } from "./session/reading.ts";
import type { ConnectionEnd, SessionState } from "./session/state.ts";

/** What the runtime must do. It answers with inputs. */
export type Command<C, P> =
  /** Evaluate the credentials, then answer `credentialsResolved` or `credentialsFailed` with this serial. */
  | { readonly type: "resolveCredentials"; readonly serial: number }
  /** Dial with the credentials of this attempt. Exactly one `transportClosed` must follow in the end. */
  | { readonly type: "dialServer"; readonly serial: number }
  /** Write the message. Answer `pushSent` if it carries a push, or `messageUnsendable` if it cannot be encoded. */
  | {
      readonly type: "sendMessage";
      readonly message: ClientMessage;
      readonly push: Push<P> | null;
    }
  /** Start the closing handshake. */
  | { readonly type: "closeTransport"; readonly code: number; readonly reason: string }
  /** Stop reading TCP. Frames that were read already may still be reported. */
  | { readonly type: "pauseTransport" }
  /** Read on. */
  | { readonly type: "resumeTransport" }
  /** Free the transport now, without waiting for the peer. */
  | { readonly type: "resetTransport" }
  /** Evaluate the join's params, then answer `paramsResolved` or `paramsFailed` with this joinRef. */
  | { readonly type: "resolveParams"; readonly channel: C; readonly joinRef: string };

/** What the program is told. */
export type Event<C, P> =
  | { readonly type: "sessionChanged"; readonly state: SessionState }
  /** A connection, or an attempt to make one, ended. Told once for each attempt. */
  | { readonly type: "connectionEnded"; readonly end: ConnectionEnd }
  | { readonly type: "readingChanged"; readonly reading: Reading; readonly why: ReadingChange }
  | { readonly type: "channelChanged"; readonly channel: C; readonly state: ChannelState }
  | {
      readonly type: "messageReceived";
      readonly channel: C;
      readonly message: ServerPushMessage | BroadcastMessage;
    }
  | { readonly type: "pushSettled"; readonly push: P; readonly outcome: PushOutcome }
  | { readonly type: "frameIgnored"; readonly why: IgnoredFrame }
  /** The server answered a heartbeat, `latency` ms after it was asked. */
  | { readonly type: "heartbeatAnswered"; readonly latency: number };

/** One thing to do or to tell. `C` and `P` are the program's own objects for a channel and a push. */
export type Effect<C, P> = Command<C, P> | Event<C, P>;
