// The errors of the serializers, each with its sentence. None quotes what it was given, which may
// hold secrets. Nothing rests on the sentences: the client's production build for browsers has none.
import { DecodeError, EncodeError, type Peer } from "./serializer.ts";

export function notJson(text: string): DecodeError {
  // V8's SyntaxError quotes the text: it is not kept as the cause.
  return new DecodeError("invalid_json", `A text frame of ${text.length} characters is not JSON.`);
}

const SHAPES = {
  V1: "A V1 message must be an object",
  V2: "A V2 message must be an array of five elements",
};

export function wrongShape(version: keyof typeof SHAPES, value: unknown): DecodeError {
  const length = Array.isArray(value) ? ` of ${value.length}` : "";
  return new DecodeError("invalid_message", `${SHAPES[version]}, not ${nameType(value)}${length}.`);
}

const FIELDS = {
  topic: "a string",
  event: "a string",
  ref: "a string, a number or null",
  join_ref: "a string, a number or null",
};

export function wrongField(field: keyof typeof FIELDS, value: unknown): DecodeError {
  return new DecodeError(
    "invalid_message",
    `The field ${field} of a message must be ${FIELDS[field]}, not ${nameType(value)}.`,
  );
}

function nameType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return value === undefined ? "missing" : `a value of type ${typeof value}`;
}

export function wrongReply(): DecodeError {
  return new DecodeError(
    "invalid_payload",
    "A phx_reply must have an object with a string status as its payload.",
  );
}

export function unknownKind(kind: number | undefined, sender: Peer): DecodeError {
  const what = kind === undefined ? "An empty binary frame" : `A binary frame of kind ${kind}`;
  return new DecodeError("unknown_kind", `${what} is nothing that a ${sender} may write.`);
}

export function truncated(frame: Uint8Array): DecodeError {
  return new DecodeError(
    "truncated_frame",
    `A binary frame of ${frame.byteLength} bytes ends before its header says.`,
  );
}

export function notUtf8(): DecodeError {
  return new DecodeError("invalid_utf8", "A text field of a binary frame is not UTF-8.");
}

export function fieldTooLong(name: string, length: number): EncodeError {
  return new EncodeError(
    "field_too_long",
    `The ${name} of a binary message can have 255 bytes at most, and this one has ${length}. Shorten it, or send the payload as JSON.`,
  );
}

export function noBinaryForm(type: string): EncodeError {
  return new EncodeError(
    "unsupported_binary",
    `A ${type} message has no binary form: its payload must be a JSON value.`,
  );
}

export function unserializable(cause: unknown): EncodeError {
  return new EncodeError(
    "unserializable_payload",
    `The payload cannot be written as JSON: ${whyNotJson(cause)}.`,
    { cause },
  );
}

/** By what engines say of it. Their words are not quoted: they may name what the payload holds. */
function whyNotJson(cause: unknown): string {
  if (cause instanceof RangeError) return "it nests too deeply";
  const said = cause instanceof TypeError ? cause.message : "";
  if (/bigint/i.test(said)) return "it holds a BigInt. Send a number or a text in its place";
  if (/circular|cyclic/i.test(said)) return "it holds itself, in a cycle";
  return "a toJSON or a getter in it threw, as the cause tells";
}
