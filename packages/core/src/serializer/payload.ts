// What payloads are made of: telling bytes from JSON values, and writing JSON with a clear error.
import { EncodeError } from "./serializer.ts";

/** An ArrayBuffer or any view on one. Recognised across realms, so that jsdom and vm contexts work. */
export function isBinary(payload: unknown): payload is ArrayBuffer | ArrayBufferView {
  if (typeof payload !== "object" || payload === null) return false;
  if (ArrayBuffer.isView(payload)) return true;
  return (
    payload instanceof ArrayBuffer ||
    Object.prototype.toString.call(payload) === "[object ArrayBuffer]"
  );
}

/** The same bytes as a Uint8Array, without copying. */
export function bytesOf(payload: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(payload)
    ? new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength)
    : new Uint8Array(payload);
}

/** `JSON.stringify` whose failures are EncodeErrors. The value itself is never quoted. */
export function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new EncodeError(
      "unserializable_payload",
      "The payload cannot be written as JSON. It may hold a cycle or a BigInt, nest too deeply, or have a toJSON that throws.",
      { cause },
    );
  }
}

/** A JSON object, its values unknown until they are checked. */
export type JsonObject = { readonly [key: string]: unknown };

/** Narrows to an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
