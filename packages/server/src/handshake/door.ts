// The way into a server for connections that no network brings: those of its test kit. What is asked
// and what is decided at the door is the same for all.
import type { Connection } from "../connection/connection.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Entrance } from "./entrance.ts";
import type { ServerScope } from "../server-scope.ts";
import type { Registry } from "../connection/registry.ts";

export interface Door {
  readonly scope: ServerScope;
  readonly registry: Registry & Iterable<Connection>;
  /** By path. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly entrances: ReadonlyMap<Endpoint, Entrance>;
  readonly isClosing: () => boolean;
}

const doors = new WeakMap<object, Door>();

export function setDoor(server: object, door: Door): void {
  doors.set(server, door);
}

/** Undefined for what is no server, or one of another copy of this package. */
export function doorOf(server: object): Door | undefined {
  return doors.get(server);
}
