// The flights page, served: its files, Haste's channels and the channel for edits, on one port.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Source } from "@slipstream/haste";
import { createHaste, type Haste } from "@slipstream/haste/server";
import { accept, ChannelsServer, refuse } from "@slipstream/server";
import { editsChannel, type Edit } from "./edits.ts";
import { pageFiles } from "./files.ts";
import { EDITS } from "./flight.ts";
import { flights } from "./view.ts";

export interface FlightsPageOptions {
  /** Of a database with the table of table.ts. Closed with the page. */
  readonly source: Source;
  /** Does what somebody edits. Its error is not told to anybody. */
  readonly edit: Edit;
  /** 0 for any that is free. */
  readonly port?: number;
  /** Where it listens, and the name by which it may be opened. Default 127.0.0.1. */
  readonly host?: string;
}

export interface FlightsPage {
  /** What to open in a browser. */
  readonly url: string;
  readonly port: number;
  readonly haste: Haste;
  readonly server: ChannelsServer;
  /** Ends the connections, the pages and the source. The database stays open. */
  close(): Promise<void>;
}

/**
 * Serves the page. Whoever can reach it may edit: by default that is this machine.
 *
 * @throws SetupError The database is not set up; says what to run.
 */
export async function serveFlightsPage(options: FlightsPageOptions): Promise<FlightsPage> {
  const { source, edit, port = 0, host = "127.0.0.1" } = options;
  const files = await pageFiles();
  const haste = await createHaste({ source, views: [flights] });
  const server = new ChannelsServer();
  const isOurs = hostCheck(host);
  server.socket("/socket", {
    connect: ({ headers }) => (isOurs(headers.host) ? accept({}) : refuse(403)),
    channels: { ...haste.channels, [EDITS]: editsChannel(edit) },
  });
  const http = createServer((request, response) => {
    // A page of another site may know this port; it must not get in by a name of its own.
    if (!isOurs(request.headers.host)) response.writeHead(403).end("Open it by its own address.");
    else if (!server.handleRequest(request, response)) files(request, response);
  });
  server.attach(http);
  const close = async (): Promise<void> => {
    await server.close();
    await haste.close();
    http.closeAllConnections();
    await new Promise<void>((resolve) => http.close(() => resolve()));
  };
  try {
    await new Promise<void>((resolve, reject) => {
      http.once("error", reject);
      http.listen(port, host, () => {
        http.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    await close();
    throw error;
  }
  const { port: given } = http.address() as AddressInfo;
  const name = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${name}:${given}/`, port: given, haste, server, close };
}

/** Whether a request came by a name that is ours. */
function hostCheck(host: string): (header: string | undefined) => boolean {
  const names = new Set(["localhost", "127.0.0.1", "[::1]", host, `[${host}]`]);
  return (header = "") => names.has(header.replace(/:\d+$/, ""));
}
