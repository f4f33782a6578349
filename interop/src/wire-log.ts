// Reading a recorded conversation with Phoenix: sections of lines sent, received and reported.

export type WireFrame = string | Uint8Array;

export type WireLine =
  | { readonly type: "sent"; readonly frame: WireFrame }
  | { readonly type: "received"; readonly frame: WireFrame }
  | { readonly type: "closed"; readonly code: number; readonly reason: string }
  /** Anything else that the recorder noted. */
  | { readonly type: "note"; readonly text: string };

export interface WireSection {
  readonly name: string;
  readonly lines: readonly WireLine[];
}

export function parseWireLog(text: string): WireSection[] {
  return text
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [name = "", ...lines] = section.split("\n");
      return { name, lines: lines.filter((line) => line.trim() !== "").map(parseLine) };
    });
}

function parseLine(line: string): WireLine {
  const content = line.slice(5);
  if (line.startsWith("  ->")) return { type: "sent", frame: parseFrame(content) };
  if (line.startsWith("  <- PONG")) return { type: "note", text: line.trim() };
  if (line.startsWith("  <-")) return { type: "received", frame: parseFrame(content) };
  const closed = /^ {2}\*\* close code=(\d+) reason="([^"]*)"/.exec(line);
  if (closed !== null) {
    return { type: "closed", code: Number(closed[1]), reason: closed[2] ?? "" };
  }
  return { type: "note", text: line.trim() };
}

function parseFrame(content: string): WireFrame {
  return content.startsWith("BIN ")
    ? new Uint8Array(Buffer.from(content.slice(4), "hex"))
    : content;
}
