// One broadcast on its way to many: encoded and framed once for each wire format in use.
import { EncodeError, type BroadcastMessage, type Serializer } from "@slipstream/core";
import { toWire } from "./frame.ts";

/** A broadcast and its encodings so far. */
export class Broadcast {
  readonly message: BroadcastMessage;
  readonly #wires = new Map<Serializer, Buffer | EncodeError>();
  #last: { readonly serializer: Serializer; readonly wire: Buffer | EncodeError } | null = null;

  constructor(topic: string, event: string, payload: unknown) {
    this.message = { type: "broadcast", topic, event, payload };
  }

  /** The bytes for `serializer`, or the error that it gave: bytes have no form under V1. */
  wire(serializer: Serializer): Buffer | EncodeError {
    // Nearly all receivers of a broadcast speak the same version.
    if (this.#last !== null && this.#last.serializer === serializer) return this.#last.wire;
    const wire = this.#wires.get(serializer) ?? encode(this.message, serializer);
    this.#wires.set(serializer, wire);
    this.#last = { serializer, wire };
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
