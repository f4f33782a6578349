// What each server must be able to do here. The sides do the same work and differ in nothing else.

/** The topic that all subscribers join. */
export const TOPIC = "room:0";

/** 1 KB of payload. */
export const PAYLOAD: { readonly id: number; readonly body: string } = {
  id: 1,
  body: "x".repeat(1_006),
};

/** More than any bench asks for: a limit is checked all the same. */
export const NO_LIMIT = 1e12;

export interface ServerSide {
  readonly port: number;
  /** Sends `PAYLOAD` to all that have joined `TOPIC`. */
  broadcast(): void;
  close(): Promise<unknown>;
}

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
