// Answering a request with something else than what it asked for, and ending its TCP connection well.
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { resetSocket } from "../connection/reset.ts";
import type { HttpAnswer } from "./upgrade-decision.ts";

/** Sends the answer and our FIN. What the client has not ended by `closeTimeout` is reset. */
export function refuseRequest(socket: Duplex, answer: HttpAnswer, closeTimeout: number): void {
  if (socket.destroyed) return;
  socket.on("error", () => socket.destroy());
  const timer = setTimeout(() => resetSocket(socket), closeTimeout);
  socket.once("close", () => clearTimeout(timer));
  // Unread bytes would turn our FIN into a RST, and the client would not see the answer.
  socket.resume();
  socket.end(toHttp(answer));
}

function toHttp({ status, type, body = "", headers = {} }: HttpAnswer): string {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`.trimEnd(),
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}; charset=utf-8`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
