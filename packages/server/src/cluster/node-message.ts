// What nodes say to each other, and how it is written. Version 1: a byte for the version, one for
// the kind, 16 for the sender, then the body: JSON, but for broadcasts, whose frame travels as it is.
import { isMeta } from "../presence/meta.ts";

/** More than the presences of one node ever need. */
const MAX_PARTS = 1_000;

/** One tracked presence, as it travels: topic, key, ref, meta. */
export type PresenceEntry = readonly [topic: string, key: string, ref: string, meta: object];

export type PresenceChange =
  | { readonly joined: PresenceEntry }
  | { readonly left: readonly [topic: string, key: string, ref: string] };

export type NodeMessage =
  /** Deliver this to your members of the topic. `wire` is the WebSocket message that V2 makes of it. */
  | {
      readonly type: "broadcast";
      readonly topic: string;
      readonly event: string;
      readonly wire: Buffer;
    }
  /** Close the connections of this id. */
  | { readonly type: "disconnect"; readonly id: string }
  /**
   * The sender lives, and its presences have come to change number `seq`. Whoever is new `asks`, and
   * is answered in kind.
   */
  | { readonly type: "alive"; readonly asks: boolean; readonly seq: number }
  /** The sender has closed: everything of its is over. */
  | { readonly type: "gone" }
  /** Change number `seq` of the sender's presences. */
  | {
      readonly type: "presencesChanged";
      readonly seq: number;
      readonly changes: readonly PresenceChange[];
    }
  /** The node `of` shall send all its presences. */
  | { readonly type: "presencesWanted"; readonly of: string }
  /** All presences of the sender after change number `seq`, in parts that are numbered from 0. */
  | {
      readonly type: "presences";
      readonly seq: number;
      readonly part: number;
      readonly parts: number;
      readonly entries: readonly PresenceEntry[];
    };

type Kind = NodeMessage["type"];

const VERSION = 1;
const HEAD = 18;
/** The place in this list is the kind's number on the wire: append, never reorder. */
const KINDS: readonly Kind[] = [
  "broadcast",
  "disconnect",
  "alive",
  "gone",
  "presencesChanged",
  "presencesWanted",
  "presences",
];
/** The lengths of the topic and the event of a broadcast. */
const LENGTHS = 8;

/** A message and who sent it. `node` is 32 hexadecimal digits. */
export interface Envelope {
  readonly node: string;
  readonly message: NodeMessage;
}

export function encodeEnvelope(node: string, message: NodeMessage): Buffer {
  const head = Buffer.alloc(HEAD);
  head[0] = VERSION;
  head[1] = KINDS.indexOf(message.type);
  head.write(node, 2, "hex");
  return Buffer.concat([head, ...body(message)]);
}

function body(message: NodeMessage): readonly Uint8Array[] {
  if (message.type !== "broadcast") return [Buffer.from(JSON.stringify(message))];
  const topic = Buffer.from(message.topic);
  const event = Buffer.from(message.event);
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeUInt32BE(topic.length, 0);
  lengths.writeUInt32BE(event.length, 4);
  return [lengths, topic, event, message.wire];
}

/** Null for what is no message of this version: it is for the caller to count. */
export function decodeEnvelope(bytes: Uint8Array): Envelope | null {
  if (bytes.byteLength < HEAD || bytes[0] !== VERSION) return null;
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS[data[1] ?? -1];
  if (kind === undefined) return null;
  const node = data.toString("hex", 2, HEAD);
  const rest = data.subarray(HEAD);
  const message = kind === "broadcast" ? decodeBroadcast(rest) : decodeJson(kind, rest);
  return message === null ? null : { node, message };
}

function decodeBroadcast(data: Buffer): NodeMessage | null {
  if (data.length < LENGTHS) return null;
  const topicEnd = LENGTHS + data.readUInt32BE(0);
  const eventEnd = topicEnd + data.readUInt32BE(4);
  if (eventEnd > data.length) return null;
  return {
    type: "broadcast",
    topic: data.toString("utf8", LENGTHS, topicEnd),
    event: data.toString("utf8", topicEnd, eventEnd),
    wire: data.subarray(eventEnd),
  };
}

function decodeJson(kind: Kind, data: Buffer): NodeMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(data.toString("utf8"));
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const message = value as Partial<Record<string, unknown>>;
  return message["type"] === kind && isWhole(kind, message) ? (value as NodeMessage) : null;
}

function isWhole(kind: Kind, message: Partial<Record<string, unknown>>): boolean {
  const { id, asks, seq, changes, of, part, parts, entries } = message;
  switch (kind) {
    case "broadcast":
      return false;
    case "disconnect":
      return typeof id === "string";
    case "alive":
      return typeof asks === "boolean" && isCount(seq);
    case "gone":
      return true;
    case "presencesChanged":
      return isCount(seq) && Array.isArray(changes) && changes.every(isChange);
    case "presencesWanted":
      return typeof of === "string";
    case "presences":
      return (
        isCount(seq) &&
        isCount(part) &&
        isCount(parts) &&
        part < parts &&
        parts <= MAX_PARTS &&
        Array.isArray(entries) &&
        entries.every(isEntry)
      );
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isEntry(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 4 || !areTexts(value.slice(0, 3))) return false;
  return isMeta(value[3]);
}

function isChange(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ("joined" in value) return isEntry(value.joined);
  return (
    "left" in value && Array.isArray(value.left) && value.left.length === 3 && areTexts(value.left)
  );
}

function areTexts(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}
