// What `connect` is told about a client, from an HTTP request.
import type { IncomingMessage } from "node:http";
import type { ConnectParams } from "./connect-params.ts";
import type { ConnectRequest } from "./endpoint.ts";

export function connectRequest(
  request: IncomingMessage,
  params: ConnectParams,
  authToken: string | null,
): ConnectRequest {
  const { socket, headers } = request;
  const scheme = "encrypted" in socket ? "https" : "http";
  const host = headers.host ?? "localhost";
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
