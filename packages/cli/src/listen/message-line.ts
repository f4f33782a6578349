// One received message as one line: for people, or as JSON.
import type { Paint } from "../terminal/paint.ts";
import { safeText } from "../terminal/safe-text.ts";

export interface ReceivedMessage {
  readonly topic: string;
  readonly event: string;
  /** A JSON value, or bytes. */
  readonly payload: unknown;
}

/** `room:lobby new_msg {"body":"hi"}`, or `room:lobby image <1234 bytes>`. */
export function plainLine({ topic, event, payload }: ReceivedMessage, paint: Paint): string {
  const content =
    payload instanceof Uint8Array
      ? `<${payload.byteLength} bytes>`
      : (toJson(payload) ?? "<nested too deep to show>");
  return `${paint("dim", safeText(topic))} ${paint("cyan", safeText(event))} ${content}`;
}

/**
 * `{"topic":…,"event":…,"payload":…}`. Bytes have `payloadBase64` in place of `payload`, and what is
 * nested too deep to be written has `error`.
 */
export function jsonLine({ topic, event, payload }: ReceivedMessage): string {
  const head = `{"topic":${toJson(topic)},"event":${toJson(event)}`;
  if (payload instanceof Uint8Array) {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return `${head},"payloadBase64":"${bytes.toString("base64")}"}`;
  }
  const json = toJson(payload);
  return json === null
    ? `${head},"error":"nested too deep to write"}`
    : `${head},"payload":${json}}`;
}

/** What JSON.parse can read and JSON.stringify cannot write is nested too deep for the stack. */
function toJson(value: unknown): string | null {
  try {
    return safeText(JSON.stringify(value) ?? "null");
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
