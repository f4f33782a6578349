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
