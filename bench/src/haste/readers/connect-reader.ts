// Connects a reader of either side.
import type { Reader } from "./reader.ts";

/** Imports one side, and no code of the others. */
export async function connectReader(side: string, port: number): Promise<Reader> {
  if (side === "slipstream") return (await import("./slipstream.ts")).connectSlipstream(port);
  return (await import("./bare.ts")).connectBare(port);
}
