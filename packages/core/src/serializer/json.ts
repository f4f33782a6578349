// Reading JSON frames: from text to a checked envelope, and from an envelope to a message.
// V1 and V2 differ in the envelope's shape alone, so everything after it is here.
import {
  PHOENIX_TOPIC,
  PROTOCOL_EVENTS,
  type ClientMessage,
  type Ref,
  type ServerMessage,
} from "../message.ts";
import { isJsonObject } from "./payload.ts";
import { DecodeError, type Peer } from "./serializer.ts";

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
    // V8's SyntaxError quotes the text, which may hold secrets: it is not kept as the cause.
    throw new DecodeError("invalid_json", `A text frame of ${text.length} characters is not JSON.`);
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
  if (typeof topic !== "string") throw wrongField("topic", "a string", topic);
  if (typeof event !== "string") throw wrongField("event", "a string", event);
  return { joinRef: refOf("join_ref", joinRef), ref: refOf("ref", ref), topic, event, payload };
}

function refOf(field: string, value: unknown): Ref | null {
  if (typeof value === "string" || value === null || typeof value === "number") return value;
  if (value === undefined) return null;
  throw wrongField(field, "a string, a number or null", value);
}

function wrongField(field: string, accepted: string, value: unknown): DecodeError {
  return new DecodeError(
    "invalid_message",
    `The field ${field} of a message must be ${accepted}, not ${typeName(value)}.`,
  );
}

/** Names a JSON value's type for an error, without showing the value. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return value === undefined ? "missing" : `a value of type ${typeof value}`;
}

/** Gives an envelope the name of what it says. */
export function classify(from: Envelope, sender: Peer): ClientMessage | ServerMessage {
  return sender === "server" ? fromServer(from) : fromClient(from);
}

function fromServer({ joinRef, ref, topic, event, payload }: Envelope): ServerMessage {
  switch (event) {
    case PROTOCOL_EVENTS.reply:
      if (!isJsonObject(payload) || typeof payload["status"] !== "string") {
        throw new DecodeError(
          "invalid_payload",
          "A phx_reply must have an object with a string status as its payload.",
        );
      }
      return {
        type: "reply",
        topic,
        joinRef,
        ref,
        status: payload["status"],
        response: payload["response"],
      };
    case PROTOCOL_EVENTS.close:
      // V1 has no join_ref; Phoenix writes it as the ref of both of these.
      return { type: "close", topic, joinRef: joinRef ?? ref, payload };
    case PROTOCOL_EVENTS.error:
      return { type: "error", topic, joinRef: joinRef ?? ref, payload };
    default:
      return joinRef === null
        ? { type: "broadcast", topic, event, payload }
        : { type: "serverPush", topic, joinRef, event, payload };
  }
}

function fromClient({ joinRef, ref, topic, event, payload }: Envelope): ClientMessage {
  if (event === PROTOCOL_EVENTS.join) return { type: "join", topic, joinRef, ref, payload };
  if (event === PROTOCOL_EVENTS.leave) return { type: "leave", topic, joinRef, ref, payload };
  if (topic === PHOENIX_TOPIC && event === PROTOCOL_EVENTS.heartbeat) {
    return { type: "heartbeat", ref, payload };
  }
  return { type: "push", topic, joinRef, ref, event, payload };
}

/** The envelope of a message: the inverse of `classify`. */
export function envelopeOf(message: ClientMessage | ServerMessage): Envelope {
  switch (message.type) {
    case "join":
    case "leave": {
      const { joinRef, ref, topic, payload } = message;
      return { joinRef, ref, topic, event: PROTOCOL_EVENTS[message.type], payload };
    }
    case "heartbeat":
      return {
        joinRef: null,
        ref: message.ref,
        topic: PHOENIX_TOPIC,
        event: PROTOCOL_EVENTS.heartbeat,
        payload: message.payload,
      };
    case "push":
      return message;
    case "serverPush":
      return {
        joinRef: message.joinRef,
        ref: null,
        topic: message.topic,
        event: message.event,
        payload: message.payload,
      };
    case "broadcast":
      return {
        joinRef: null,
        ref: null,
        topic: message.topic,
        event: message.event,
        payload: message.payload,
      };
    case "reply": {
      const { joinRef, ref, topic, status, response } = message;
      return { joinRef, ref, topic, event: PROTOCOL_EVENTS.reply, payload: { response, status } };
    }
    case "close":
    case "error": {
      const { joinRef, topic, payload } = message;
      return { joinRef, ref: joinRef, topic, event: PROTOCOL_EVENTS[message.type], payload };
    }
  }
}
