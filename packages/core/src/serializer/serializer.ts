// The contract that every wire format fulfils, and the errors that they share.
import type { ClientMessage, Message, ServerMessage } from "../message.ts";

/** One WebSocket message as it travels: text, or bytes. */
export type Frame = string | Uint8Array;

/** Who wrote a frame. Binary kind 0 has another layout in each direction. */
export type Peer = "client" | "server";

/** A wire format as far as a client needs it: any `Serializer` is one. */
export interface ClientSerializer {
  /** The version that a client asks for in the `vsn` query parameter, such as "2.0.0". */
  readonly vsn: string;
  /** As in `Serializer`. */
  encode(message: ClientMessage): Frame;
  /** As in `Serializer`. */
  decode(frame: Frame, sender: "server"): ServerMessage;
}

/**
 * A wire format. Implementations are stateless: equal arguments give equal results.
 *
 * @example
 * ```ts
 * const frame = V2.encode({ type: "heartbeat", ref: "1", payload: {} });
 * // [null,"1","phoenix","heartbeat",{}]
 * const message = V2.decode(frame, "client");
 * ```
 */
export interface Serializer extends ClientSerializer {
  /**
   * Writes one message.
   * @throws {EncodeError} The message cannot be written: nothing was sent.
   */
  encode(message: Message): Frame;
  /**
   * Reads one frame that `sender` wrote.
   * @throws {DecodeError} The frame is not a message: nothing of it was used.
   */
  decode(frame: Frame, sender: "client"): ClientMessage;
  decode(frame: Frame, sender: "server"): ServerMessage;
}

/** Why a frame could not be read. */
export type DecodeErrorCode =
  /** Text that is not JSON. */
  | "invalid_json"
  /** JSON, but not a message: not an array of five or the object of V1, or a field of a wrong type. */
  | "invalid_message"
  /** A protocol event with a payload that it cannot have, such as a reply without a status. */
  | "invalid_payload"
  /** A binary frame whose first byte is no kind that its sender may write. */
  | "unknown_kind"
  /** A binary frame that ends before the lengths in its header say. */
  | "truncated_frame"
  /** A text field of a binary frame that is not UTF-8. */
  | "invalid_utf8"
  /** A binary frame under V1, which has none. */
  | "unsupported_binary";

/**
 * A frame that is not a message. Its text never quotes the frame, which may hold secrets.
 */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly code: DecodeErrorCode;

  constructor(code: DecodeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Why a message could not be written. */
export type EncodeErrorCode =
  /** A join_ref, ref, topic, event or status over 255 bytes, for which a binary frame has one length byte. */
  | "field_too_long"
  /** A payload that JSON cannot hold: a cycle, a BigInt, a toJSON that throws, nesting too deep. */
  | "unserializable_payload"
  /** Bytes under V1, or in a message that has no binary form, such as a join. */
  | "unsupported_binary";

/** A message that cannot be written as a frame. Nothing was sent. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";
  readonly code: EncodeErrorCode;

  constructor(code: EncodeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
