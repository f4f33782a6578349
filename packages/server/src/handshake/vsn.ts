// Which wire format a client asks for. Pure.
import { V1, V2, type Serializer } from "@slipstream/core";

/** Phoenix's own requirements: `~> 2.0.0`, `~> 1.0.0`, and version 1 for who does not say. */
export function negotiate(vsn: unknown): Serializer | null {
  if (vsn === undefined) return V1;
  if (typeof vsn !== "string") return null;
  if (/^2\.0\.(0|[1-9]\d*)$/.test(vsn)) return V2;
  if (/^1\.0\.(0|[1-9]\d*)$/.test(vsn)) return V1;
  return null;
}
