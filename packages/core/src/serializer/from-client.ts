// What clients write, in JSON: envelopes of their messages, and messages of their envelopes.
import { PHOENIX_TOPIC, PROTOCOL_EVENTS, type ClientMessage } from "../message.ts";
import type { Envelope } from "./json.ts";

export function clientEnvelope(message: ClientMessage): Envelope {
  const { type } = message;
  if (type === "push") return message;
  const event = PROTOCOL_EVENTS[type];
  return type === "heartbeat"
    ? { ...message, joinRef: null, topic: PHOENIX_TOPIC, event }
    : { ...message, event };
}

/** The inverse of `clientEnvelope`. */
export function clientMessage({ joinRef, ref, topic, event, payload }: Envelope): ClientMessage {
  if (event === PROTOCOL_EVENTS.join) return { type: "join", topic, joinRef, ref, payload };
  if (event === PROTOCOL_EVENTS.leave) return { type: "leave", topic, joinRef, ref, payload };
  if (topic === PHOENIX_TOPIC && event === PROTOCOL_EVENTS.heartbeat) {
    return { type: "heartbeat", ref, payload };
  }
  return { type: "push", topic, joinRef, ref, event, payload };
}
