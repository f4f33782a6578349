// Version 2 of the protocol: JSON arrays of five, and binary frames for byte payloads.
// Source: Phoenix 1.7 `socket/serializers/v2_json_serializer.ex`.
import type { ClientMessage, Message, ServerMessage } from "../message.ts";
import { decodeBinary, encodeBinary } from "./binary.ts";
import { classify, envelope, envelopeOf, parse, typeName } from "./json.ts";
import { isBinary, stringify } from "./payload.ts";
import { DecodeError, type Frame, type Peer, type Serializer } from "./serializer.ts";

function encode(message: Message): Frame {
  const payload = message.type === "reply" ? message.response : message.payload;
  if (isBinary(payload)) return encodeBinary(message, payload);
  const { joinRef, ref, topic, event, payload: json } = envelopeOf(message);
  return stringify([joinRef, ref, topic, event, json]);
}

function decode(frame: Frame, sender: "client"): ClientMessage;
function decode(frame: Frame, sender: "server"): ServerMessage;
function decode(frame: Frame, sender: Peer): Message {
  if (typeof frame !== "string") return decodeBinary(frame, sender);
  const value = parse(frame);
  if (!Array.isArray(value)) {
    throw new DecodeError(
      "invalid_message",
      `A V2 message must be an array, not ${typeName(value)}.`,
    );
  }
  if (value.length < 5) {
    throw new DecodeError(
      "invalid_message",
      `A V2 message has five elements, not ${value.length}.`,
    );
  }
  return classify(envelope(value[0], value[1], value[2], value[3], value[4]), sender);
}

/** The serializer that Phoenix 1.4 and later speak to clients that ask for `vsn=2.0.0`. */
export const V2: Serializer = { vsn: "2.0.0", encode, decode };
