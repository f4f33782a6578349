// One broadcast on its way to many: encoded and framed once for each wire format in use.
import { EncodeError, type BroadcastMessage, type Serializer } from "@slipstream/core";
import { toWire } from "./frame.ts";

/** A broadcast and its encodings so far. */
export class Broadcast {
  readonly message: BroadcastMessage;
  readonly #wires = new Map<Serializer, Buffer | EncodeError>();

  constructor(topic: string, event: string, payload: unknown) {
    this.message = { type: "broadcast", topic, event, payload };
  }

  /** The bytes for `serializer`, or the error that it gave: bytes have no form under V1. */
  wire(serializer: Serializer): Buffer | EncodeError {
    const known = this.#wires.get(serializer);
    if (known !== undefined) return known;
    const wire = encode(this.message, serializer);
    this.#wires.set(serializer, wire);
    return wire;
  }
}

function encode(message: BroadcastMessage, serializer: Serializer): Buffer | EncodeError {
  try {
    return toWire(serializer.encode(message));
  } catch (error) {
    if (error instanceof EncodeError) return error;
    throw error;
  }
}
