// Reading the command line of the interop server.
import { parseArgs } from "node:util";

export const USAGE = `Usage: npm run interop:server -- --port N

  --port N   the port to listen on, on 127.0.0.1; 0 for any that is free (4100 if left out)
  --help     this text
`;

export type Arguments =
  | { readonly type: "serve"; readonly port: number }
  | { readonly type: "help" }
  | { readonly type: "mistake"; readonly message: string };

export function readArguments(args: readonly string[]): Arguments {
  let values: { port?: string | undefined; help?: boolean | undefined };
  try {
    const options = { port: { type: "string" }, help: { type: "boolean" } } as const;
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { type: "mistake", message };
  }
  if (values.help === true) return { type: "help" };
  const port = values.port ?? "4100";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { type: "mistake", message: "--port must be a number from 0 to 65535." };
  }
  return { type: "serve", port: Number(port) };
}
