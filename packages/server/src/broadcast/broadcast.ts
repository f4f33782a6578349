// One broadcast on its way to many: encoded and framed once for each wire format in use.
import {
  DecodeError,
  EncodeError,
  V2,
  type BroadcastMessage,
  type Serializer,
} from "@slipstream/core";
import { fromWire, toWire } from "../frame.ts";

/** A broadcast and its encodings so far. */
export class Broadcast {
  readonly message: BroadcastMessage;
  readonly #wires = new Map<Serializer, Buffer | EncodeError>();
  #last: { readonly serializer: Serializer; readonly wire: Buffer | EncodeError } | null = null;

  private constructor(message: BroadcastMessage) {
    this.message = message;
  }

  /** @throws {EncodeError} Not even V2 can write it: its author is here to be told. */
  static of(topic: string, event: string, payload: unknown): Broadcast {
    const broadcast = new Broadcast({ type: "broadcast", topic, event, payload });
    const wire = broadcast.wire(V2);
    if (wire instanceof Error) throw wire;
    return broadcast;
  }

  /** One that another node has framed for V2, or null if these bytes are none. */
  static fromWire(wire: Buffer): Broadcast | null {
    const frame = fromWire(wire);
    if (frame === null) return null;
    try {
      const message = V2.decode(frame, "server");
      if (message.type !== "broadcast") return null;
      const broadcast = new Broadcast(message);
      broadcast.#wires.set(V2, wire);
      return broadcast;
    } catch (error) {
      if (error instanceof DecodeError) return null;
      throw error;
    }
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
