// What comes from a server as one line: for people, or as JSON.
import type { Paint } from "../terminal/paint.ts";
import { safeText } from "../terminal/safe-text.ts";
import type { PresentRow } from "./presence-table.ts";

export interface ReceivedMessage {
  readonly topic: string;
  readonly event: string;
  /** A JSON value, or bytes. */
  readonly payload: unknown;
}

/** What the server made of a push; without a status it was not answered, and `code` says why. */
export interface Replied {
  readonly topic: string;
  readonly event: string;
  readonly status: string | null;
  readonly code: string | null;
  readonly response: unknown;
}

/** `room:lobby new_msg {"body":"hi"}`, or `room:lobby image <1234 bytes>`. */
export function plainLine({ topic, event, payload }: ReceivedMessage, paint: Paint): string {
  return `${paint("dim", safeText(topic))} ${paint("cyan", safeText(event))} ${show(payload)}`;
}

function show(payload: unknown): string {
  return payload instanceof Uint8Array
    ? `<${payload.byteLength} bytes>`
    : (toJson(payload) ?? "<nested too deep to show>");
}

/** `room:lobby joined {"members":2}`. */
export function joinedLine(topic: string, response: unknown, paint: Paint): string {
  return `${paint("dim", safeText(topic))} ${paint("green", "joined")} ${show(response)}`;
}

/** `{"topic":…,"joined":…}`, where `joined` is the server's answer. */
export function jsonJoinedLine(topic: string, response: unknown): string {
  return `{"topic":${toJson(topic)},${field("joined", response)}}`;
}

/** `room:lobby new_msg ok {"id":1}`, or `room:lobby new_msg timeout`. */
export function replyLine({ topic, event, status, code, response }: Replied, paint: Paint): string {
  const outcome = paint(status === "ok" ? "green" : "red", safeText(status ?? code ?? "failed"));
  const head = `${paint("dim", safeText(topic))} ${paint("cyan", safeText(event))} ${outcome}`;
  return status === null ? head : `${head} ${show(response)}`;
}

/** `{"topic":…,"event":…,"status":…,"response":…}`, or `"code"` where there was no reply. */
export function jsonReplyLine({ topic, event, status, code, response }: Replied): string {
  const head = `{"topic":${toJson(topic)},"event":${toJson(event)}`;
  return status === null
    ? `${head},"code":${toJson(code)}}`
    : `${head},"status":${toJson(status)},${field("response", response)}}`;
}

/** `{"topic":…,"present":{key: [meta, …]}}`. */
export function jsonPresenceLine(topic: string, present: readonly PresentRow[]): string {
  const metas = present.map(({ key, metas }) => `${toJson(key)}:${toJson(metas) ?? "[]"}`);
  return `{"topic":${toJson(topic)},"present":{${metas.join(",")}}}`;
}

/**
 * `{"topic":…,"event":…,"payload":…}`. Bytes have `payloadBase64` in place of `payload`, and what is
 * nested too deep to be written has `error`.
 */
export function jsonLine({ topic, event, payload }: ReceivedMessage): string {
  return `{"topic":${toJson(topic)},"event":${toJson(event)},${field("payload", payload)}}`;
}

/** A value under its name; bytes under the name and Base64, and an error where it cannot be written. */
function field(name: string, value: unknown): string {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return `"${name}Base64":"${bytes.toString("base64")}"`;
  }
  const json = toJson(value);
  return json === null ? `"error":"nested too deep to write"` : `"${name}":${json}`;
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
