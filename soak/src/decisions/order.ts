// What a client asks of the server's channel, in the payload of a join or a push: the two sides'
// common language. Everything that comes back carries a stamp that says where it belongs.

/** What a push asks for. */
export const DEEDS = [
  "ok",
  "error",
  "otherStatus",
  "slow",
  "late",
  "never",
  "binary",
  "page",
  "huge",
  "broadcast",
  "broadcastFrom",
  "filtered",
  "crash",
  "crashLater",
  "invalid",
  "stop",
  "stopWithReply",
  "drop",
  "close",
] as const;
export type Deed = (typeof DEEDS)[number];

export interface Order {
  /** The push, named in all the world: "c3.2:17". */
  readonly p: string;
  readonly deed: Deed;
  /** Ms that the handler takes, where it takes any. */
  readonly ms: number;
  /** Messages of a page. */
  readonly count: number;
  /** Bytes that each message of a page is padded with. */
  readonly pad: number;
}

/** What a join asks for. */
export type JoinMood = "ok" | "deny" | "slow" | "crash" | "pushes";

export interface JoinParams {
  readonly mood: JoinMood;
  readonly ms: number;
}

/** Where a message of the server belongs. */
export interface Stamp {
  /** The membership that it is for; left out of broadcasts. */
  readonly m?: number;
  /** It is the membership's so-manieth message. */
  readonly seq?: number;
  /** The server's generation: numbers of broadcasts are its own. */
  readonly g: number;
  /** The topic's broadcasts so far, this one included if it is one. */
  readonly b: number;
  /** For a broadcast to all others: the membership that it came from. */
  readonly from?: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function toBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The object that a payload is, or holds as JSON in bytes. */
export function fromPayload(payload: unknown): Record<string, unknown> {
  const value: unknown =
    payload instanceof Uint8Array ? JSON.parse(decoder.decode(payload)) : payload;
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
