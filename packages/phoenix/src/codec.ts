// Messages by a program's own `encode` and `decode`, which call back: at once, or when they are done.
// What is not done at once waits here, between the session and the transport.
import {
  isBinary,
  serverMessage,
  type ClientSerializer,
  type Frame,
  type ServerMessage,
} from "@slipstream/core";
import type { Dial, Transport } from "@slipstream/client/engine";
import { handedOver, toEnvelope, type Message } from "./message.ts";
import type { Decode, Encode } from "./serializer.ts";

/** How many frames may wait to be decoded before the connection is given up. */
const MAX_UNDECODED = 10_000;

/** Stands for a frame that is not there yet. */
class Encoding {
  frame: Frame | null = null;
  whenDone: ((frame: Frame) => void) | null = null;

  done(result: unknown): void {
    if (this.frame !== null) return;
    const frame = frameOf(result);
    this.frame = frame;
    this.whenDone?.(frame);
  }
}

/** Stands for a frame, and is a message already. */
class Decoded {
  readonly message: Message;

  constructor(message: Message) {
    this.message = message;
  }
}

/** Encodes as the program does. May give what is no frame yet, for the transport of `decodedDial`. */
export function encodeBy(encode: Encode, message: Message): Frame {
  const encoding = new Encoding();
  encode(message, (result: unknown) => encoding.done(result));
  return encoding.frame ?? (encoding as unknown as Frame);
}

/** Reads what `decodedDial` has decoded, and any other frame by `serializer`. */
export function decodeBy(serializer: ClientSerializer, frame: Frame): ServerMessage {
  const decoded: unknown = frame;
  if (!(decoded instanceof Decoded)) return serializer.decode(frame, "server");
  const envelope = toEnvelope(decoded.message);
  if (typeof envelope.topic !== "string" || typeof envelope.event !== "string") {
    throw new TypeError("decode() has to give a message with a topic and an event.");
  }
  return serverMessage(envelope);
}

/**
 * The same dial, whose frames are decoded by `decode` in the order in which they came.
 * @param failed told of what `decode` threw, and that too much waits for it (null).
 */
export function decodedDial(dial: Dial, decode: Decode, failed: (error: unknown) => void): Dial {
  return (request, events) => {
    const waiting: { message: Decoded | null }[] = [];
    const drain = (): void => {
      while (waiting[0]?.message) events.received(waiting.shift()?.message as unknown as Frame);
    };
    const received = (frame: Frame): void => {
      const entry: { message: Decoded | null } = { message: null };
      if (waiting.push(entry) > MAX_UNDECODED) failed(null);
      try {
        decode(handedOver(frame), (message: Message) => {
          entry.message = new Decoded(message);
          drain();
        });
      } catch (error) {
        waiting.splice(waiting.indexOf(entry), 1);
        failed(error);
      }
    };
    const inner = dial(request, {
      opened: () => events.opened(),
      received,
      closeReceived: () => events.closeReceived(),
      closed: (end) => events.closed(end),
    });
    return sendingLate(inner);
  };
}

/** The same transport, which takes what is no frame yet, and sends it when it is. */
function sendingLate(inner: Transport): Transport {
  const { kind } = inner;
  return {
    get kind() {
      return inner.kind ?? kind ?? "websocket";
    },
    get bufferedAmount() {
      return inner.bufferedAmount;
    },
    send(frame) {
      const encoding: unknown = frame;
      if (encoding instanceof Encoding) encoding.whenDone = (frame) => inner.send(frame);
      else inner.send(frame);
    },
    close: (code, reason) => inner.close(code, reason),
    reset: () => inner.reset(),
    ...(inner.answered !== undefined && { answered: () => inner.answered?.() }),
  };
}

function frameOf(result: unknown): Frame {
  if (typeof result === "string") return result;
  if (!isBinary(result)) {
    throw new TypeError("encode() has to give text, an ArrayBuffer, or a view on one.");
  }
  return ArrayBuffer.isView(result)
    ? new Uint8Array(result.buffer, result.byteOffset, result.byteLength)
    : new Uint8Array(result);
}
