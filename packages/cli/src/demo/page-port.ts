// The port that the page was asked to have by --port: tried before anything else is done, since the
// page itself is served only when all the rest has been.
import { once } from "node:events";
import { createServer } from "node:net";
import { UsageError } from "../command.ts";

const HOST = "127.0.0.1";

/**
 * @param port 0 for any that is free.
 * @throws {UsageError} It cannot be had.
 */
export async function tryPagePort(port: number): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, "listening");
  } catch (error) {
    throw pagePortError(error, port);
  }
  server.close();
  await once(server, "close");
}

/** An error of listening on `port`, in words where it is the port's; any other as it is. */
export function pagePortError(error: unknown, port: number): unknown {
  switch ((error as { readonly code?: unknown }).code) {
    case "EADDRINUSE":
      return new UsageError(
        `Port ${port} is taken by another program. Leave out --port, or name another.`,
      );
    case "EACCES":
      return new UsageError(
        `Port ${port} may not be listened on by this user. Leave out --port, or name another.`,
      );
    default:
      return error;
  }
}
