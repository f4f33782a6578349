// Serializers for a transport that carries text alone: messages with bytes come as base64, and are sent
// so to clients that can read it. Source: phoenix.js `longpoll.js`, which writes them so and reads text.
import {
  EncodeError,
  type ClientMessage,
  type Frame,
  type Message,
  type Serializer,
  type ServerMessage,
} from "@slipstream/core";

/** @param sends what becomes of a message with bytes that is to be sent. */
export function textOnly(serializer: Serializer, sends: "base64" | "noBytes"): Serializer {
  function decode(frame: Frame, sender: "client"): ClientMessage;
  function decode(frame: Frame, sender: "server"): ServerMessage;
  function decode(frame: Frame, sender: "client" | "server"): Message {
    const read = isBase64(frame) ? new Uint8Array(Buffer.from(frame, "base64")) : frame;
    return sender === "client" ? serializer.decode(read, sender) : serializer.decode(read, sender);
  }
  return {
    vsn: serializer.vsn,
    decode,
    encode(message) {
      const frame = serializer.encode(message);
      if (typeof frame === "string") return frame;
      if (sends === "base64") return Buffer.from(frame).toString("base64");
      throw new EncodeError(
        "unsupported_binary",
        "Long polling carries text alone, and this client reads no base64.",
      );
    },
  };
}

/** JSON messages begin with a bracket, which base64 does not have. */
function isBase64(frame: Frame): frame is string {
  return typeof frame === "string" && /^[+/0-9A-Za-z]+={0,2}$/.test(frame);
}
