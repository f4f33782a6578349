// Version 1 of the protocol: JSON objects, no binary frames, and no join_ref from the server.
// Source: Phoenix 1.7 `socket/serializers/v1_json_serializer.ex`.
import type { ClientMessage, Message, ServerMessage } from "../message.ts";
import { clientEnvelope, clientMessage } from "./from-client.ts";
import { serverEnvelope, serverMessage } from "./from-server.ts";
import { envelope, parse, stringify } from "./json.ts";
import { isBinary, isJsonObject } from "./payload.ts";
import { wrongShape } from "./refusals.ts";
import { DecodeError, EncodeError, type Frame, type Peer, type Serializer } from "./serializer.ts";

function encode(message: Message): Frame {
  if (isBinary(message.type === "reply" ? message.response : message.payload)) {
    throw new EncodeError(
      "unsupported_binary",
      "Version 1 of the protocol has no binary frames. Use V2, or send the bytes as text.",
    );
  }
  switch (message.type) {
    case "join":
    case "leave":
    case "push": {
      // Only a client names its membership, and only if it has one: undefined is left out, as by phoenix.js.
      const { joinRef, ref, topic, event, payload } = clientEnvelope(message);
      return stringify({ topic, event, payload, ref, join_ref: joinRef ?? undefined });
    }
    case "heartbeat": {
      const { ref, topic, event, payload } = clientEnvelope(message);
      return stringify({ topic, event, payload, ref });
    }
    default: {
      const { ref, topic, event, payload } = serverEnvelope(message);
      return stringify({ topic, event, payload, ref });
    }
  }
}

function decode(frame: Frame, sender: "client"): ClientMessage;
function decode(frame: Frame, sender: "server"): ServerMessage;
function decode(frame: Frame, sender: Peer): Message {
  if (typeof frame !== "string") {
    throw new DecodeError(
      "unsupported_binary",
      "A binary frame arrived, and version 1 of the protocol has none.",
    );
  }
  const value = parse(frame);
  if (!isJsonObject(value)) throw wrongShape("V1", value);
  const read = envelope(
    value["join_ref"],
    value["ref"],
    value["topic"],
    value["event"],
    value["payload"],
  );
  return sender === "server" ? serverMessage(read) : clientMessage(read);
}

/** The serializer that Phoenix speaks to clients that ask for `vsn=1.0.0`, or for none. */
export const V1: Serializer = { vsn: "1.0.0", encode, decode };
