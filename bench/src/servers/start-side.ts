// Which servers stand beside one another, each imported alone.
import type { ServerSide } from "./server-side.ts";

/** The sides of every bench of servers, the one that the others are compared with first. */
export const serverSides: readonly string[] = ["bare", "slipstream", "socket.io"];

/** Imports one side, and no code of the others. */
export async function startSide(name: string): Promise<ServerSide> {
  switch (name) {
    case "bare":
      return (await import("./bare.ts")).startBare();
    case "slipstream":
      return (await import("./slipstream.ts")).startSlipstream();
    case "socket.io":
      return (await import("./socket-io.ts")).startSocketIo();
    default:
      throw new Error(`There is no side ${name}; there are ${serverSides.join(", ")}.`);
  }
}
