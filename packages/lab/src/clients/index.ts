// All clients that a cutover can be between, by name.
import { ABANDONMENTS, imitation, type Abandonment } from "./imitation.ts";
import type { LabClient } from "./lab-client.ts";
import { flagsFor, LIBRARIES, type Library } from "./libraries.ts";
import { phoenixOver } from "./phoenix.ts";
import { slipstream } from "./slipstream.ts";

export type ClientName =
  | "slipstream"
  | "imitation"
  | `imitation-${Abandonment}`
  | "phoenix"
  | `phoenix-${Library}`;

/** Names and what each is, for a help text. `phoenix` is `phoenix-ws`; `imitation` is its three modes in turn. */
export const CLIENTS: ReadonlyMap<ClientName, string> = new Map<ClientName, string>([
  ["slipstream", "@slipstream/client"],
  ["phoenix", "npm phoenix over ws"],
  ...LIBRARIES.map((library): [ClientName, string] => [
    `phoenix-${library}`,
    library === "node" ? "npm phoenix over Node's own WebSocket" : `npm phoenix over ${library}`,
  ]),
  ["imitation", "the clients that the original left: the next three, in turn"],
  ["imitation-read", "abandoned, and still read and pinged"],
  ["imitation-unread", "abandoned, and not read any more"],
  ["imitation-unanswered", "the server's close is never answered"],
]);

export function isClientName(name: string): name is ClientName {
  return CLIENTS.has(name as ClientName);
}

/** Flags of Node for the client's process. */
export function flagsOf(name: ClientName): readonly string[] {
  const library = libraryOf(name);
  return library === null ? [] : flagsFor(library);
}

/** @throws {MissingLibraryError} */
export async function loadClient(name: ClientName): Promise<LabClient> {
  const library = libraryOf(name);
  if (library !== null) return phoenixOver(library);
  if (name === "slipstream") return slipstream;
  const modes = ABANDONMENTS.filter((mode) => name === `imitation-${mode}`);
  const turns = modes.length === 0 ? ABANDONMENTS : modes;
  let turn = 0;
  return imitation(() => turns[turn++ % turns.length] ?? "read");
}

function libraryOf(name: ClientName): Library | null {
  if (name === "phoenix") return "ws";
  return LIBRARIES.find((library) => name === `phoenix-${library}`) ?? null;
}
