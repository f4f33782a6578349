// What each client must be able to do here. The sides do the same work and differ in nothing else.

export interface Side {
  /** Resolves with an open socket. `url` is the socket's path, as the client takes it. */
  readonly connect: (url: string) => Promise<SideSocket>;
}

export interface SideSocket {
  /** Makes a channel that is not joined yet. */
  channel(topic: string, params: object): SideChannel;
  /** Resolves when the connection has ended. */
  disconnect(): Promise<unknown>;
}

export interface SideChannel {
  /** One handler for each event. */
  on(event: string, handler: (payload: unknown) => void): void;
  /** Resolves with the server's answer. */
  join(): Promise<unknown>;
  /** Resolves with the response of the reply, and rejects if its status is not "ok". */
  push(event: string, payload: object): Promise<unknown>;
  leave(): Promise<unknown>;
}

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
