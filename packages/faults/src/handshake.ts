// The opening handshake of RFC 6455 section 4, as a server writes it: right, wrong, or a refusal.
import { createHash } from "node:crypto";
import { STATUS_CODES } from "node:http";

/** The head of an HTTP request. Header names are lower-case; values are trimmed, repeats joined by ", ". */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** How to answer an upgrade. All of it optional: what is left out is right. */
export interface AcceptOptions {
  /** Sec-WebSocket-Accept. Null leaves the header out. */
  readonly accept?: string | null;
  /** 101 unless said otherwise. */
  readonly status?: number;
  /** Sec-WebSocket-Protocol. */
  readonly protocol?: string;
  /** Added to, or in place of, `Upgrade: websocket` and `Connection: Upgrade`. Null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** An HTTP response that is not an upgrade. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key (section 4.2.2, step 5). */
export function acceptValue(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** The head at the start of `bytes` and how many bytes it takes, or undefined if it is not all there. */
export function readRequestHead(bytes: Buffer): { head: RequestHead; length: number } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [requestLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const [method = "", target = ""] = requestLine.split(" ");

  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return { head: { method, target, headers }, length: end + 4 };
}

/** The answer that opens a WebSocket (section 4.2.2), with what `options` bends. */
export function acceptResponse(request: RequestHead, options: AcceptOptions = {}): string {
  const { accept = acceptValue(request.headers.get("sec-websocket-key") ?? ""), status = 101 } =
    options;
  const headers: Record<string, string | null> = {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Accept": accept,
    "Sec-WebSocket-Protocol": options.protocol ?? null,
    ...options.headers,
  };
  return responseHead(status, headers);
}

/** An answer that refuses the upgrade. A Content-Length is added unless the framing is given. */
export function refusalResponse({ status, headers = {}, body = "" }: Refusal): Buffer {
  const bytes = Buffer.from(body);
  const framed = Object.keys(headers).some((name) =>
    ["content-length", "transfer-encoding"].includes(name.toLowerCase()),
  );
  const all = framed ? headers : { ...headers, "Content-Length": String(bytes.length) };
  return Buffer.concat([Buffer.from(responseHead(status, all), "latin1"), bytes]);
}

function responseHead(status: number, headers: Readonly<Record<string, string | null>>): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== null) head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}
