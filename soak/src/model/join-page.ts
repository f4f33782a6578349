// What the model remembers of one life's memberships.
import { LifeBook } from "./check.ts";

export interface JoinTopic {
  /** Memberships that the server granted, in order. */
  readonly letIn: { readonly m: number; readonly attempt: number }[];
  turnedAway: number;
  joinsAborted: number;
  left: boolean;
  /** Memberships that the client was told of. */
  readonly told: Set<number>;
  readonly joining: Map<number, number>;
  readonly leaving: Map<number, Leave>;
  /** When the leave that is under way began, whoever asked for it, and by which ref it goes. */
  begun: { readonly at: number; readonly leaveRef: string } | null;
}

export interface Leave {
  readonly at: number;
  /** Ms that it may take. */
  readonly timeout: number;
  /** The connection, if it was open and the channel joined: then the server's word is waited for. */
  readonly connection: number | null;
  /** The one that is left. */
  readonly membership: number | null;
}

export interface JoinPage {
  readonly topics: Map<string, JoinTopic>;
  /** Memberships that have not ended on the server, and whether a handler of theirs is at work. */
  readonly live: Map<number, number>;
  /** Counts up whenever the connection is told not to be open. */
  connection: number;
  /** The attempt to connect that is or was the last. */
  attempt: number;
  joinTimeout: number;
  disconnected: boolean;
  /** The socket has ended for a reason of its own at some time. */
  gaveUp: boolean;
}

export type JoinBook = LifeBook<JoinPage>;

export function joinBook(): JoinBook {
  return new LifeBook<JoinPage>(() => ({
    topics: new Map(),
    live: new Map(),
    connection: 0,
    attempt: 0,
    joinTimeout: 0,
    disconnected: false,
    gaveUp: false,
  }));
}

/** The membership that was granted last on the connection of this attempt. */
export function newest({ letIn }: JoinTopic, attempt: number): number | null {
  return letIn.findLast((one) => one.attempt === attempt)?.m ?? null;
}

export function blankTopic(): JoinTopic {
  return {
    letIn: [],
    turnedAway: 0,
    joinsAborted: 0,
    left: false,
    told: new Set(),
    joining: new Map(),
    leaving: new Map(),
    begun: null,
  };
}
