// Reading and writing JSON, whichever side does it: from text to a checked envelope and back. V1 and
// V2 differ in the envelope's shape alone.
import type { Ref } from "../message.ts";
import { notJson, unserializable, wrongField } from "./refusals.ts";

/** The five fields that every JSON message has, whatever its version. */
export interface Envelope {
  readonly joinRef: Ref | null;
  readonly ref: Ref | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

/** `JSON.parse` whose failure is a DecodeError that does not quote the text. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(text);
  }
}

/** `JSON.stringify` whose failures are EncodeErrors. The value itself is never quoted. */
export function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw unserializable(cause);
  }
}

/** Checks the types of the envelope's fields. `undefined` refs, which V1 leaves out, become null. */
export function envelope(
  joinRef: unknown,
  ref: unknown,
  topic: unknown,
  event: unknown,
  payload: unknown,
): Envelope {
  if (typeof topic !== "string") throw wrongField("topic", topic);
  if (typeof event !== "string") throw wrongField("event", event);
  return { joinRef: refOf("join_ref", joinRef), ref: refOf("ref", ref), topic, event, payload };
}

function refOf(field: "join_ref" | "ref", value: unknown): Ref | null {
  if (typeof value === "string" || typeof value === "number") return value;
  if (value === null || value === undefined) return null;
  throw wrongField(field, value);
}
