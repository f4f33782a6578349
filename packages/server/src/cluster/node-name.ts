// How nodes are named: anew at each start, so that a node that comes back is another one.
import { randomBytes } from "node:crypto";

/** 32 hexadecimal digits. */
export function randomNode(): string {
  return randomBytes(16).toString("hex");
}
