// The command `npm run interop:server`: starts the server, says where, and ends at SIGINT or SIGTERM.
import { readArguments, USAGE } from "./arguments.ts";
import { startInteropServer } from "./interop-server.ts";

async function serve(port: number): Promise<void> {
  const server = await startInteropServer({ port });
  process.stdout.write(`listening on ${server.url}\n`);
  const end = (): void => {
    process.off("SIGINT", end).off("SIGTERM", end);
    void server.close();
  };
  process.on("SIGINT", end).on("SIGTERM", end);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

const asked = readArguments(process.argv.slice(2));
switch (asked.type) {
  case "help":
    process.stdout.write(USAGE);
    break;
  case "mistake":
    fail(`${asked.message}\n\n${USAGE}`);
    break;
  case "serve":
    serve(asked.port).catch((error: NodeJS.ErrnoException) => {
      fail(
        error.code === "EADDRINUSE"
          ? `Port ${asked.port} is taken. Stop what listens on it, or name another with --port.`
          : `Cannot listen on port ${asked.port}: ${error.message}`,
      );
    });
}
