// Requests that cannot be read, or that take longer than they may: answered as Node answers them, but
// for how their connection ends. Node leaves that to the client, which may never end its side.
import type { Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { refuseRequest } from "./refusal.ts";
import { resetSocket } from "../connection/reset.ts";

/** Answers them on an HTTP server of ours. What a client has not ended by `closeTimeout` is reset. */
export function answerUnreadable(http: Server, closeTimeout: number): void {
  http.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    // It was answered before: who goes on sending is told of again.
    if (socket.writableEnded) return;
    if (!socket.writable || answerOf(socket) !== null) return resetSocket(socket);
    refuseRequest(socket, { status: statusOf(error.code) }, closeTimeout);
  });
}

/**
 * Whether an earlier request of the connection has not been answered. Whatever is written before its answer
 * is taken for that, by the client or by whoever stands in front.
 */
export function isAnswering(socket: Duplex): boolean {
  return answerOf(socket)?.writableEnded === false;
}

/** The answer that is being written, as Node's HTTP server notes it. */
function answerOf(socket: Duplex): ServerResponse | null {
  return (Reflect.get(socket, "_httpMessage") as ServerResponse | null | undefined) ?? null;
}

/** Source: Node's `lib/_http_server.js`, `socketOnError`. */
function statusOf(code: string | undefined): number {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return 431;
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return 413;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408;
    default:
      return 400;
  }
}
