// What payloads are made of: telling bytes from JSON values.

/** What an object is by birth, such as "[object Object]", in whatever realm it was made. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/** An ArrayBuffer or any view on one. Recognised across realms, so that jsdom and vm contexts work. */
export function isBinary(payload: unknown): payload is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(payload) || tagOf(payload) === "[object ArrayBuffer]";
}

/** The same bytes as a Uint8Array, without copying. */
export function bytesOf(payload: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(payload)
    ? new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength)
    : new Uint8Array(payload);
}

/** A JSON object, its values unknown until they are checked. */
export type JsonObject = { readonly [key: string]: unknown };

/** Narrows to an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
