// The token that newer clients send as a WebSocket subprotocol, so that no URL holds it.
// Source: Phoenix 1.8 `transports/websocket.ex` and phoenix.js.

/** The protocol that is agreed on; the token's is never echoed. */
export const CHANNELS_PROTOCOL = "phoenix";
const BEARER = "base64url.bearer.phx.";

/** The token in a Sec-WebSocket-Protocol header, or null. */
export function readAuthToken(header: string | undefined): string | null {
  const protocol = header
    ?.split(",")
    .map((name) => name.trim())
    .find((name) => name.startsWith(BEARER));
  if (protocol === undefined) return null;
  // Node reads both alphabets of base64, and clients send both.
  return Buffer.from(protocol.slice(BEARER.length), "base64url").toString("utf8");
}
