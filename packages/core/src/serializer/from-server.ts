// What servers write, in JSON: messages of their envelopes, and envelopes of their messages.
import { PROTOCOL_EVENTS, type ServerMessage } from "../message.ts";
import type { Envelope } from "./json.ts";
import { wrongReply } from "./refusals.ts";

export function serverMessage({ joinRef, ref, topic, event, payload }: Envelope): ServerMessage {
  switch (event) {
    case PROTOCOL_EVENTS.reply: {
      const { status, response } = (payload ?? {}) as { status?: unknown; response?: unknown };
      if (typeof status !== "string") throw wrongReply();
      return { type: "reply", topic, joinRef, ref, status, response };
    }
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

/** The inverse of `serverMessage`. */
export function serverEnvelope(message: ServerMessage): Envelope {
  const { type, topic } = message;
  switch (type) {
    case "serverPush": {
      const { joinRef, event, payload } = message;
      return { joinRef, ref: null, topic, event, payload };
    }
    case "broadcast": {
      const { event, payload } = message;
      return { joinRef: null, ref: null, topic, event, payload };
    }
    case "reply": {
      const { joinRef, ref, status, response } = message;
      return { joinRef, ref, topic, event: PROTOCOL_EVENTS.reply, payload: { response, status } };
    }
    case "close":
    case "error": {
      const { joinRef, payload } = message;
      return { joinRef, ref: joinRef, topic, event: PROTOCOL_EVENTS[type], payload };
    }
  }
}
