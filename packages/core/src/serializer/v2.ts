// Version 2 of the protocol: JSON arrays of five, and binary frames for byte payloads. Both sides: the
// client's half is client-v2.ts's. Source: Phoenix 1.7 `socket/serializers/v2_json_serializer.ex`.
import type { ClientMessage, Message, ServerMessage } from "../message.ts";
import { KIND, readFrame, refOf, refText, writeFrame } from "./binary.ts";
import { clientV2, readArray, writeArray } from "./client-v2.ts";
import { clientMessage } from "./from-client.ts";
import { serverEnvelope } from "./from-server.ts";
import { stringify } from "./json.ts";
import { JsonText } from "./json-text.ts";
import { isBinary } from "./payload.ts";
import { noBinaryForm, unknownKind } from "./refusals.ts";
import type { Frame, Peer, Serializer } from "./serializer.ts";

function encode(message: Message): Frame {
  switch (message.type) {
    case "join":
    case "leave":
    case "heartbeat":
    case "push":
      return clientV2.encode(message);
    default: {
      const payload = message.type === "reply" ? message.response : message.payload;
      if (isBinary(payload)) return encodeBinary(message, payload);
      if (payload instanceof JsonText && message.type !== "reply") return splice(message, payload);
      return writeArray(serverEnvelope(message));
    }
  }
}

/** The text of a message whose payload is text already. */
function splice(message: ServerMessage, { text }: JsonText): string {
  const { joinRef, ref, topic, event } = serverEnvelope(message);
  return `${stringify([joinRef, ref, topic, event]).slice(0, -1)},${text}]`;
}

function encodeBinary(message: ServerMessage, payload: ArrayBuffer | ArrayBufferView): Uint8Array {
  const { type, topic } = message;
  switch (type) {
    case "serverPush":
      return writeFrame(KIND.push, payload, {
        join_ref: refText(message.joinRef),
        topic,
        event: message.event,
      });
    case "reply":
      return writeFrame(KIND.reply, payload, {
        join_ref: refText(message.joinRef),
        ref: refText(message.ref),
        topic,
        status: message.status,
      });
    case "broadcast":
      return writeFrame(KIND.broadcast, payload, { topic, event: message.event });
    case "close":
    case "error":
      throw noBinaryForm(type);
  }
}

function decode(frame: Frame, sender: "client"): ClientMessage;
function decode(frame: Frame, sender: "server"): ServerMessage;
function decode(frame: Frame, sender: Peer): Message {
  if (sender === "server") return clientV2.decode(frame, sender);
  if (typeof frame === "string") return clientMessage(readArray(frame));
  const kind = frame[0];
  if (kind !== KIND.push) throw unknownKind(kind, sender);
  const [joinRef, ref, topic, event, payload] = readFrame(frame, 4);
  return { type: "push", joinRef: refOf(joinRef), ref: refOf(ref), topic, event, payload };
}

/** The serializer that Phoenix 1.4 and later speak to clients that ask for `vsn=2.0.0`. */
export const V2: Serializer = { vsn: clientV2.vsn, encode, decode };
