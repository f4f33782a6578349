// Counts what the client receives, at the place where frames become messages.
import { V2, type Serializer } from "@slipstream/client";

export class ByteCounter {
  /** Bytes of WebSocket messages received, without the frames' and TCP's own headers. */
  received = 0;

  /** V2, counting. */
  readonly serializer: Serializer = {
    vsn: V2.vsn,
    encode: (message) => V2.encode(message),
    decode: ((frame: string | Uint8Array, sender: "server") => {
      this.received += typeof frame === "string" ? Buffer.byteLength(frame) : frame.byteLength;
      return V2.decode(frame, sender);
    }) as Serializer["decode"],
  };
}
