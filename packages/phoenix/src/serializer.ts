// npm phoenix's Serializer: version 2 of the protocol, in the style of callbacks.
import { V2 } from "@slipstream/core";
import type { Loose } from "./loose.ts";
import { received, toEnvelope, type Message } from "./message.ts";

/** Takes a message, and calls back with its frame. */
export type Encode = (message: Loose, callback: (frame: Loose) => Loose) => Loose;
/** Takes a frame, and calls back with its message. */
export type Decode = (frame: Loose, callback: (message: Loose) => Loose) => Loose;

/** Text as it is, bytes as the ArrayBuffer that programs of npm phoenix expect. */
export const Serializer: { readonly encode: Encode; readonly decode: Decode } = {
  encode(message: Message, callback) {
    const frame = V2.encode({ type: "push", ...toEnvelope(message) });
    return callback(typeof frame === "string" ? frame : frame.slice().buffer);
  },
  decode(frame: string | ArrayBuffer, callback) {
    const bytes = typeof frame === "string" ? frame : new Uint8Array(frame);
    return callback(received(V2.decode(bytes, "server")));
  },
};
