// What a membership needs of its connection. Kept apart so that neither file imports the other.
import type {
  JoinMessage,
  LeaveMessage,
  PushMessage,
  Ref,
  Serializer,
  ServerMessage,
} from "@slipstream/core";
import type { ChannelSocket } from "./channel-context.ts";
import type { Counters } from "./counters.ts";
import type { Limits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import type { PubSub, Subscriber } from "./pub-sub.ts";

/** A membership that makes way for another one of the same topic. */
export interface Predecessor {
  readonly topic: string;
  readonly joinRef: Ref | null;
  /** It has ended, and none of its callbacks is at work. */
  readonly isSettled: boolean;
  /** Called once it is settled. */
  onSettled: (() => void) | null;
}

export interface MembershipHost {
  readonly socket: ChannelSocket<unknown>;
  readonly serializer: Serializer;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly pubSub: PubSub;
  readonly logger: Logger;
  /** Messages are still being sent. */
  readonly isOpen: boolean;
  /** Memberships that ended while a callback was at work, which still is. They take up room. */
  lingering: number;
  /** Sends a message, if the connection is open. @throws {EncodeError} It cannot be written. */
  send(message: ServerMessage): void;
  /** Sends a whole frame, if the connection is open. */
  write(wire: Buffer): void;
  /** Handles a message as if it had just come. */
  dispatch(message: JoinMessage | LeaveMessage | PushMessage): void;
  /** Handles a join of a topic whose membership has just ended for it. */
  rejoin(message: JoinMessage, predecessor: Predecessor): void;
  /** The topic is vacant, if this membership still had it. */
  forget(membership: Subscriber & { readonly topic: string }): void;
  /** A callback takes its time; `finished` follows. What is being closed waits for it. */
  began(): void;
  finished(): void;
  drained(): Promise<void>;
}
