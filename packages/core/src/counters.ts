// What a session has counted since it was made. Readers may look at any time; only the machines write.
import type { EndReasonType } from "./end-reason.ts";
import type { PushFailure, PushOutcome } from "./push/push.ts";

/** Why a frame was received and not used. */
export type IgnoredFrame =
  /** Not a message: see DecodeError. */
  | "undecodable"
  /** It arrived after our own close. */
  | "closing"
  /** It names a topic that has no channel here. */
  | "unknownTopic"
  /** The `phx_close` of a membership that is over here: the server's last word after every leave. */
  | "lateClose"
  /** It names a membership of this topic that is over, or has not begun. */
  | "staleJoinRef"
  /** It is for members, and this channel is none: not yet, or no longer. */
  | "notJoined"
  /** A reply that nobody waits for: a duplicate, one that came late, one to a `send`, or to a ref never sent. */
  | "unmatchedReply";

/** How pushes ended, by outcome. */
export type PushCount = "ok" | "refused" | "sent" | PushFailure;

/** The numbers of one session. */
export class Counters {
  /** Attempts to connect that were begun. Each ends up in `endsByReason`, but the one that lives. */
  attempts = 0;
  /** Connections that were opened. */
  opened = 0;
  messagesReceived = 0;
  messagesSent = 0;
  // Made when first counted or looked at: a socket that is quiet for days has no use for 31 zeros.
  #endsByReason: Record<EndReasonType, number> | null = null;
  #pushes: Record<PushCount, number> | null = null;
  #ignored: Record<IgnoredFrame, number> | null = null;

  get endsByReason(): Record<EndReasonType, number> {
    this.#endsByReason ??= {
      requested: 0,
      closedByRemote: 0,
      connectionLost: 0,
      heartbeatTimeout: 0,
      upgradeRejected: 0,
      connectFailed: 0,
      connectTimeout: 0,
      credentialsFailed: 0,
      protocolError: 0,
      overflow: 0,
      pageHidden: 0,
      ownerGone: 0,
    };
    return this.#endsByReason;
  }

  get pushes(): Record<PushCount, number> {
    this.#pushes ??= {
      ok: 0,
      refused: 0,
      sent: 0,
      timeout: 0,
      disconnected: 0,
      channelCrashed: 0,
      channelClosed: 0,
      notJoined: 0,
      queueFull: 0,
      left: 0,
      aborted: 0,
      invalidPayload: 0,
      unsendable: 0,
    };
    return this.#pushes;
  }

  get ignored(): Record<IgnoredFrame, number> {
    this.#ignored ??= {
      undecodable: 0,
      closing: 0,
      unknownTopic: 0,
      lateClose: 0,
      staleJoinRef: 0,
      notJoined: 0,
      unmatchedReply: 0,
    };
    return this.#ignored;
  }

  /** All of it as one plain object, for `JSON.stringify` and loggers: getters are not among the keys. */
  toJSON(): object {
    const { attempts, opened, messagesReceived, messagesSent } = this;
    const { endsByReason, pushes, ignored } = this;
    return { attempts, opened, messagesReceived, messagesSent, endsByReason, pushes, ignored };
  }

  pushSettled(outcome: PushOutcome): void {
    this.pushes[outcome.type === "failed" ? outcome.code : outcome.type] += 1;
  }
}
