// Ports for programs that cannot be told to take any: chosen now, taken later, and once more when such
// a program is started again.
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give to connections that go out and to whoever listens at port 0. */
const [FIRST, END] = [10_000, 32_768];

/**
 * A port of loopback that nobody uses. No system gives it to anybody who has not asked for it, so it
 * is still there in a while, even on a machine that makes thousands of connections meanwhile.
 *
 * @throws {Error} (by rejection) what `listen` failed for, unless the port was in use.
 */
export async function sparePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END);
    const server = createServer();
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    } finally {
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    }
  }
}
