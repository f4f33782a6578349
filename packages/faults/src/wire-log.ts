// What went over one TCP connection, in the order in which one side saw it. Only recorded here,
// never interpreted.
import { closeStatus, OPCODE, type RawFrame } from "./frames.ts";

export type Side = "client" | "server";

/** One thing that `by` did. "rst" of the other side is noted when its reset was noticed. */
export interface WireEvent {
  readonly by: Side;
  readonly type: "request" | "response" | "frame" | "bytes" | "fin" | "rst";
  /** Ms since the connection was accepted. */
  readonly at: number;
  /** For a reader: a request line without its query, a status, a frame's name and size. */
  readonly detail: string;
}

const LIMIT = 10_000;

/** A bounded record of a connection: after 10,000 events only FIN and RST are still noted. */
export class WireLog {
  readonly events: WireEvent[] = [];
  readonly #start = performance.now();

  note(by: Side, type: WireEvent["type"], detail = ""): void {
    if (this.events.length >= LIMIT && type !== "fin" && type !== "rst") return;
    this.events.push({ by, type, at: performance.now() - this.#start, detail });
  }

  /** The events as short sentences, for an assertion that reads like the RFC: "client: close 1000", "server: FIN". */
  story(): string[] {
    return this.events.map(({ by, type, detail }) => {
      if (type === "fin" || type === "rst") return `${by}: ${type.toUpperCase()}`;
      return `${by}: ${detail}`;
    });
  }
}

/** A frame in a word or two: "close 1000 bye", "text 5", "ping 0". */
export function describeFrame(frame: RawFrame): string {
  const partial = frame.fin === false ? " (more follows)" : "";
  if (frame.opcode === OPCODE.close) {
    const { code, reason } = closeStatus(frame);
    return ["close", code, reason].filter((part) => part !== null && part !== "").join(" ");
  }
  const name = Object.entries(OPCODE).find(([, opcode]) => opcode === frame.opcode)?.[0];
  return `${name ?? `opcode ${frame.opcode}`} ${frame.payload.length}${partial}`;
}
