// What a membership needs of its surroundings, so that none of these files imports another.
import type {
  JoinMessage,
  LeaveMessage,
  PushMessage,
  Serializer,
  ServerMessage,
} from "@slipstream/core";
import type { ChannelSocket } from "../channel/channel-context.ts";
import type { DrainOptions } from "../channel/drain-options.ts";
import type { Limits } from "../limits.ts";
import type { Predecessor } from "./predecessor.ts";
import type { Subscriber } from "../broadcast/pub-sub.ts";
import type { ServerScope } from "../server-scope.ts";

/** The connection, as seen by what uses it. */
export interface Line extends ChannelSocket<unknown>, Subscriber {
  readonly serializer: Serializer;
  readonly limits: Limits;
  readonly scope: ServerScope;
  /** The socket's own. */
  readonly endpoint: { readonly path: string };
  /** Messages are still being taken and sent. */
  readonly isOpen: boolean;
  /** Bytes that came and wait for their turn, in whatever channel. */
  queuedBytes: number;
  /** Is one more join within its rate? If not, the line is being closed. */
  mayJoin(): boolean;
  /** Sends a message, if the line is open. @throws {EncodeError} It cannot be written. */
  send(message: ServerMessage): void;
  /** Sends what `toWire` has made, if the line is open. */
  write(wire: Buffer): void;
  /** Work takes its time; `finished` follows. What is being closed waits for it. */
  began(): void;
  finished(): void;
  readonly bufferedAmount: number;
  drained(options?: DrainOptions): Promise<void>;
}

/** A membership whose callbacks are timed. */
export interface Lingering {
  /** Tells of a callback that exceeds `handlerTimeout`. False if none is at work that it may yet tell of. */
  look(now: number): boolean;
}

/** The topics of the connection: who has which. */
export interface Topics {
  /** Handles a message, which came in a frame of so many bytes, as if it had just come. */
  dispatch(message: JoinMessage | LeaveMessage | PushMessage, bytes: number): void;
  /** Handles a join of a topic whose membership has just made way for it. */
  rejoin(message: JoinMessage, predecessor: Predecessor): void;
  /** The topic is vacant, if this membership still had it. */
  forget(membership: Predecessor): void;
  /** It has ended, but a callback is still at work: it takes up room, and is timed, until `lingered`. */
  lingers(membership: Lingering): void;
  lingered(membership: Lingering): void;
}
