// Turns the bytes of a text message into a string. They are valid UTF-8: the receiver has checked.

export function decodeText(bytes: Buffer): string {
  return bytes.toString();
}
