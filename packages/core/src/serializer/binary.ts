// Binary frames of version 2: a kind, one length byte per text field, the fields, then the bytes.
// Source: Phoenix 1.7 `socket/serializers/v2_json_serializer.ex`.
import type { ClientMessage, Message, Ref, ServerMessage } from "../message.ts";
import { bytesOf } from "./payload.ts";
import { DecodeError, EncodeError, type Peer } from "./serializer.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

const KIND = { push: 0, reply: 1, broadcast: 2 } as const;

/**
 * Writes a message whose payload is bytes.
 * @throws {EncodeError} `field_too_long`, or `unsupported_binary` for kinds of messages without a binary form.
 */
export function encodeBinary(message: Message, payload: ArrayBuffer | ArrayBufferView): Uint8Array {
  const bytes = bytesOf(payload);
  switch (message.type) {
    case "push":
      return write(KIND.push, bytes, {
        join_ref: text(message.joinRef),
        ref: text(message.ref),
        topic: message.topic,
        event: message.event,
      });
    case "serverPush":
      return write(KIND.push, bytes, {
        join_ref: text(message.joinRef),
        topic: message.topic,
        event: message.event,
      });
    case "reply":
      return write(KIND.reply, bytes, {
        join_ref: text(message.joinRef),
        ref: text(message.ref),
        topic: message.topic,
        status: message.status,
      });
    case "broadcast":
      return write(KIND.broadcast, bytes, { topic: message.topic, event: message.event });
    default:
      throw new EncodeError(
        "unsupported_binary",
        `A ${message.type} message has no binary form: its payload must be a JSON value.`,
      );
  }
}

function text(ref: Ref | null): string {
  return ref === null ? "" : String(ref);
}

function write(
  kind: number,
  payload: Uint8Array,
  fields: Readonly<Record<string, string>>,
): Uint8Array {
  const header = [kind];
  const parts: Uint8Array[] = [];
  let size = 1 + payload.byteLength;
  for (const [name, value] of Object.entries(fields)) {
    const part = encodeUtf8(value);
    if (part.byteLength > 255) {
      throw new EncodeError(
        "field_too_long",
        `The ${name} of a binary message can have 255 bytes at most, and this one has ${part.byteLength}. Shorten it, or send the payload as JSON.`,
      );
    }
    header.push(part.byteLength);
    parts.push(part);
    size += 1 + part.byteLength;
  }
  const frame = new Uint8Array(size);
  frame.set(header);
  let offset = header.length;
  for (const part of [...parts, payload]) {
    frame.set(part, offset);
    offset += part.byteLength;
  }
  return frame;
}

/**
 * Reads a binary frame. Its payload is a view on the frame, not a copy.
 * @throws {DecodeError} `unknown_kind`, `truncated_frame` or `invalid_utf8`.
 */
export function decodeBinary(frame: Uint8Array, sender: Peer): ClientMessage | ServerMessage {
  const kind = frame[0];
  if (sender === "client") {
    if (kind !== KIND.push) throw unknownKind(kind, sender);
    const [joinRef, ref, topic, event, payload] = read(frame, 4);
    return { type: "push", joinRef: refOf(joinRef), ref: refOf(ref), topic, event, payload };
  }
  switch (kind) {
    case KIND.push: {
      const [joinRef, topic, event, payload] = read(frame, 3);
      return { type: "serverPush", joinRef: refOf(joinRef), topic, event, payload };
    }
    case KIND.reply: {
      const [joinRef, ref, topic, status, response] = read(frame, 4);
      return { type: "reply", joinRef: refOf(joinRef), ref: refOf(ref), topic, status, response };
    }
    case KIND.broadcast: {
      const [topic, event, payload] = read(frame, 2);
      return { type: "broadcast", topic, event, payload };
    }
    default:
      throw unknownKind(kind, sender);
  }
}

function refOf(field: string): Ref | null {
  return field === "" ? null : field;
}

function unknownKind(kind: number | undefined, sender: Peer): DecodeError {
  const what = kind === undefined ? "An empty binary frame" : `A binary frame of kind ${kind}`;
  return new DecodeError("unknown_kind", `${what} is nothing that a ${sender} may write.`);
}

function read(frame: Uint8Array, fields: 2): [string, string, Uint8Array];
function read(frame: Uint8Array, fields: 3): [string, string, string, Uint8Array];
function read(frame: Uint8Array, fields: 4): [string, string, string, string, Uint8Array];
function read(frame: Uint8Array, fields: number): (string | Uint8Array)[] {
  const result: (string | Uint8Array)[] = [];
  let offset = 1 + fields;
  for (let index = 1; index <= fields; index++) {
    const end = offset + (frame[index] ?? Infinity);
    if (end > frame.byteLength) {
      throw new DecodeError(
        "truncated_frame",
        `A binary frame of ${frame.byteLength} bytes ends before its header says.`,
      );
    }
    result.push(decodeUtf8(frame, offset, end));
    offset = end;
  }
  result.push(new Uint8Array(frame.buffer, frame.byteOffset + offset, frame.byteLength - offset));
  return result;
}
