// The layout of binary frames of version 2: a kind, one length byte per text field, the fields, then
// the bytes. Which fields a message has is for the files of its side.
// Source: Phoenix 1.7 `socket/serializers/v2_json_serializer.ex`.
import type { Ref } from "../message.ts";
import { bytesOf } from "./payload.ts";
import { fieldTooLong, truncated } from "./refusals.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

export const KIND = { push: 0, reply: 1, broadcast: 2 } as const;

/** How a ref stands in a text field: null as an empty text. */
export const refText = (ref: Ref | null): string => (ref === null ? "" : String(ref));
export const refOf = (text: string): Ref | null => (text === "" ? null : text);

/**
 * Writes a frame.
 * @param fields by the names that an error calls them, in the order of the frame.
 * @throws {EncodeError} `field_too_long`.
 */
export function writeFrame(
  kind: number,
  payload: ArrayBuffer | ArrayBufferView,
  fields: Readonly<Record<string, string>>,
): Uint8Array {
  const texts = Object.entries(fields).map(([name, text]) => {
    const bytes = encodeUtf8(text);
    if (bytes.length > 255) throw fieldTooLong(name, bytes.length);
    return bytes;
  });
  const header = Uint8Array.of(kind, ...texts.map(({ length }) => length));
  const parts = [header, ...texts, bytesOf(payload)];
  const frame = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let offset = 0;
  for (const part of parts) {
    frame.set(part, offset);
    offset += part.length;
  }
  return frame;
}

/**
 * Reads the text fields of a frame and its payload, which is a view on the frame, not a copy.
 * @param count how many text fields there are.
 * @throws {DecodeError} `truncated_frame` or `invalid_utf8`.
 */
export function readFrame(frame: Uint8Array, count: 2): [string, string, Uint8Array];
export function readFrame(frame: Uint8Array, count: 3): [string, string, string, Uint8Array];
export function readFrame(
  frame: Uint8Array,
  count: 4,
): [string, string, string, string, Uint8Array];
export function readFrame(frame: Uint8Array, count: number): (string | Uint8Array)[] {
  const fields: (string | Uint8Array)[] = [];
  let offset = 1 + count;
  for (let index = 1; index <= count; index++) {
    const end = offset + (frame[index] ?? Infinity);
    if (end > frame.byteLength) throw truncated(frame);
    fields.push(decodeUtf8(frame, offset, end));
    offset = end;
  }
  // Not `subarray`, which makes a Buffer of a Buffer.
  fields.push(new Uint8Array(frame.buffer, frame.byteOffset + offset, frame.byteLength - offset));
  return fields;
}
