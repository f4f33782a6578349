// The page's files, as the build has made them, and how they are answered: read once, kept, and with
// headers by which the page may load nothing from anywhere else.
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";

/** The same place from `src` and from `dist`. */
const FOLDER = new URL("../../dist/flights-page/files/", import.meta.url);

const FILES = {
  "/": ["index.html", "text/html"],
  "/page.js": ["page.js", "text/javascript"],
  "/page.css": ["page.css", "text/css"],
} as const;

/** Answers a request of the page's. */
export type Files = (request: IncomingMessage, response: ServerResponse) => void;

export async function pageFiles(): Promise<Files> {
  const files = new Map(
    await Promise.all(
      Object.entries(FILES).map(async ([path, [name, type]]) => {
        const body = await readFile(new URL(name, FOLDER));
        return [path, { body, type: `${type}; charset=utf-8` }] as const;
      }),
    ),
  );
  return (request, response) => {
    const { method, url = "", headers } = request;
    const file = files.get(url.split("?")[0] ?? "");
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(405, { ...PLAIN, Allow: "GET, HEAD" }).end("Only GET and HEAD.");
    } else if (file === undefined) {
      response.writeHead(404, PLAIN).end("There is no such file.");
    } else {
      response.writeHead(200, {
        ...HEADERS,
        "Content-Type": file.type,
        "Content-Length": file.body.length,
        "Content-Security-Policy": policy(headers.host ?? ""),
      });
      response.end(method === "HEAD" ? undefined : file.body);
    }
  };
}

const HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

const PLAIN = { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" } as const;

/** Older browsers do not count a WebSocket of the same host as 'self'. @param host checked already */
function policy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src data:",
    `connect-src 'self' ws://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
