// Which clients stand beside one another, each imported alone.
import type { Side } from "./side.ts";

/** The sides of every bench of clients, the one that the others are compared with first. */
export const clientSides: readonly string[] = ["bare", "slipstream", "phoenix"];

/** Imports one side, and no code of the others. */
export async function loadSide(name: string): Promise<Side> {
  switch (name) {
    case "bare":
      return (await import("./bare.ts")).bare;
    case "slipstream":
      return (await import("./slipstream.ts")).slipstream;
    case "phoenix":
      return (await import("./phoenix.ts")).phoenix;
    case "telemetry off":
      return (await import("./telemetry.ts")).telemetryOff;
    case "subscriber":
      return (await import("./telemetry.ts")).subscriber;
    case "opentelemetry":
      return (await import("./telemetry.ts")).openTelemetry;
    default:
      throw new Error(`There is no side ${name}; there are ${clientSides.join(", ")}.`);
  }
}
