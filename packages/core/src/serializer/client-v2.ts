// Version 2 of the protocol as a client speaks it: what clients write and what servers write, and no
// more. Source: Phoenix 1.7 `socket/serializers/v2_json_serializer.ex`.
import type { ClientMessage, ServerMessage } from "../message.ts";
import { KIND, readFrame, refOf, refText, writeFrame } from "./binary.ts";
import { clientEnvelope } from "./from-client.ts";
import { serverMessage } from "./from-server.ts";
import { envelope, parse, stringify, type Envelope } from "./json.ts";
import { isBinary } from "./payload.ts";
import { noBinaryForm, unknownKind, wrongShape } from "./refusals.ts";
import type { ClientSerializer, Frame } from "./serializer.ts";

function encode(message: ClientMessage): Frame {
  const { type, payload } = message;
  if (!isBinary(payload)) return writeArray(clientEnvelope(message));
  if (type !== "push") throw noBinaryForm(type);
  const { joinRef, ref, topic, event } = message;
  return writeFrame(KIND.push, payload, {
    join_ref: refText(joinRef),
    ref: refText(ref),
    topic,
    event,
  });
}

function decode(frame: Frame): ServerMessage {
  return typeof frame === "string" ? serverMessage(readArray(frame)) : decodeBinary(frame);
}

function decodeBinary(frame: Uint8Array): ServerMessage {
  const kind = frame[0];
  switch (kind) {
    case KIND.push: {
      const [joinRef, topic, event, payload] = readFrame(frame, 3);
      return { type: "serverPush", joinRef: refOf(joinRef), topic, event, payload };
    }
    case KIND.reply: {
      const [joinRef, ref, topic, status, response] = readFrame(frame, 4);
      return { type: "reply", joinRef: refOf(joinRef), ref: refOf(ref), topic, status, response };
    }
    case KIND.broadcast: {
      const [topic, event, payload] = readFrame(frame, 2);
      return { type: "broadcast", topic, event, payload };
    }
    default:
      throw unknownKind(kind, "server");
  }
}

/** The text of an envelope. */
export function writeArray({ joinRef, ref, topic, event, payload }: Envelope): string {
  return stringify([joinRef, ref, topic, event, payload]);
}

/** The envelope of a text. */
export function readArray(frame: string): Envelope {
  const value = parse(frame);
  if (!Array.isArray(value) || value.length < 5) throw wrongShape("V2", value);
  return envelope(value[0], value[1], value[2], value[3], value[4]);
}

/** The client's half of `V2`, for whoever counts bytes. */
export const clientV2: ClientSerializer = { vsn: "2.0.0", encode, decode };
