// With which close code `ws` fails a connection. It keeps the code to itself and documents the names
// of its errors (ws/doc/ws.md, "Error codes"), so the codes are found by the names.

/**
 * The close code that answers an error of the receiver (RFC 6455 section 7.4.1), or undefined if
 * the error is not the peer's breach of the protocol.
 */
export function protocolCode(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string") return undefined;
  switch (code) {
    case "WS_ERR_INVALID_UTF8":
      return 1007;
    case "WS_ERR_TOO_MANY_BUFFERED_PARTS":
      return 1008;
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
    case "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH":
      return 1009;
    default:
      // Z_…: a compressed message that cannot be inflated.
      if (code.startsWith("Z_")) return 1007;
      return code.startsWith("WS_ERR_") ? 1002 : undefined;
  }
}
