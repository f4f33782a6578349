// What `connect` is told about a client, from an HTTP request.
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { hostOf } from "./request-host.ts";
import type { ConnectParams } from "./connect-params.ts";
import type { ConnectRequest } from "../endpoint.ts";

/** What has to be known of a request, whatever brings it. */
export interface Requested extends Pick<IncomingMessage, "url" | "headers"> {
  readonly socket: Pick<Socket, "remoteAddress" | "remotePort">;
}

export function connectRequest(
  request: Requested,
  params: ConnectParams,
  authToken: string | null,
): ConnectRequest {
  const { socket, headers } = request;
  const scheme = "encrypted" in socket ? "https" : "http";
  const host = hostOf(headers) ?? "localhost";
  const base = URL.canParse(`${scheme}://${host}`)
    ? `${scheme}://${host}`
    : `${scheme}://localhost`;
  return {
    params,
    headers,
    authToken,
    url: new URL(request.url ?? "/", base),
    peer: { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 },
  };
}
