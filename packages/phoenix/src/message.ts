// A message as programs of npm phoenix see it, with its refs and its event by their names on the wire.
import { serverEnvelope, type Envelope, type ServerMessage } from "@slipstream/core";
import type { Loose } from "./loose.ts";

/** What `onMessage`, `encode`, `decode` and `Serializer` speak of. */
export interface Message {
  readonly join_ref?: string | number | null | undefined;
  readonly ref?: string | number | null | undefined;
  readonly topic: string;
  readonly event: string;
  readonly payload: Loose;
}

export const EVENT = {
  close: "phx_close",
  error: "phx_error",
  join: "phx_join",
  reply: "phx_reply",
  leave: "phx_leave",
} as const;

/** Binary payloads are ArrayBuffers to whoever receives them. */
export function handedOver(payload: unknown): unknown {
  if (!(payload instanceof Uint8Array)) return payload;
  const { buffer, byteLength } = payload;
  return byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
    ? buffer
    : payload.slice().buffer;
}

export function toMessage({ joinRef, ref, topic, event, payload }: Envelope): Message {
  return { join_ref: joinRef, ref, topic, event, payload };
}

export function toEnvelope({ join_ref, ref, topic, event, payload }: Message): Envelope {
  return { joinRef: join_ref ?? null, ref: ref ?? null, topic, event, payload };
}

/** What the server said, as programs see it. */
export function received(message: ServerMessage): Message {
  const { joinRef, ref, topic, event, payload } = serverEnvelope(message);
  const given =
    message.type === "reply"
      ? { status: message.status, response: handedOver(message.response) }
      : handedOver(payload);
  return { join_ref: joinRef, ref, topic, event, payload: given };
}
