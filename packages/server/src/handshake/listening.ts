// Listening with an HTTP server of one's own, or saying why that is not possible.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ListenError, OptionError } from "../errors.ts";
import { checkKnown } from "../option-checks.ts";

/** Where to listen. */
export interface ListenOptions {
  /** 0 for any port that is free. */
  readonly port: number;
  /** An address of this machine. Left out: all of them. */
  readonly host?: string;
}

/** @throws {OptionError} */
export function checkListenOptions(options: ListenOptions): void {
  checkKnown(options, ["port", "host"]);
  const { port } = options;
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return;
  throw new OptionError("port", port, "a port number, or 0 for any that is free");
}

/**
 * Resolves with the port that it listens on.
 * @throws {ListenError} (by rejection) The port is taken, or may not be used.
 */
export function listenOn(http: Server, { port, host }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      const place = `port ${port}${host === undefined ? "" : ` of ${host}`}`;
      reject(new ListenError(`Cannot listen on ${place}: ${cause.message}.`, { cause }));
    };
    http.once("error", failed);
    http.listen(port, host, () => {
      http.off("error", failed);
      resolve((http.address() as AddressInfo).port);
    });
  });
}
