// Which close frames a server may be asked to send (RFC 6455 7.4).
import { OptionError } from "../errors.ts";

/** @throws {OptionError} */
export function checkClose(code: number, reason: string): void {
  const allowed =
    code === 1000 ||
    code === 1001 ||
    code === 1008 ||
    (code >= 1011 && code <= 1014) ||
    (code >= 3000 && code <= 4999);
  if (!Number.isInteger(code) || !allowed) {
    throw new OptionError("code", code, "1000, 1001, 1008, 1011 to 1014, or from 3000 to 4999");
  }
  if (typeof reason !== "string" || Buffer.byteLength(reason) > 123) {
    throw new OptionError("reason", reason, "a text of at most 123 bytes of UTF-8");
  }
}
