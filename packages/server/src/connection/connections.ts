// The live connections of a server: all of them, by the id that their socket gave them, and under
// the watch that looks after the silent ones.
import type { Connection } from "./connection.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Registry } from "./registry.ts";
import { Watch } from "./watch.ts";

export class Connections implements Registry {
  readonly #all = new Set<Connection>();
  readonly #byId = new Map<string, Set<Connection>>();
  readonly #watches = new Map<Endpoint, Watch>();
  #whenEmpty: (() => void)[] = [];

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#all.values();
  }

  /** Closes (with 1000) the connections of this id; says how many. */
  disconnect(id: string): number {
    const connections = [...(this.#byId.get(id) ?? [])];
    for (const connection of connections) connection.disconnect();
    return connections.length;
  }

  /** Resolves when none is left. */
  empty(): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
    });
  }

  opened(connection: Connection): void {
    this.#all.add(connection);
    this.#watchOf(connection.endpoint).add(connection);
    if (connection.id === null) return;
    const named = this.#byId.get(connection.id);
    if (named === undefined) this.#byId.set(connection.id, new Set([connection]));
    else named.add(connection);
  }

  gone(connection: Connection): void {
    this.#all.delete(connection);
    const watch = this.#watchOf(connection.endpoint);
    watch.gone(connection);
    connection.onLateWork = () => watch.add(connection);
    if (connection.id !== null) {
      const named = this.#byId.get(connection.id);
      named?.delete(connection);
      if (named?.size === 0) this.#byId.delete(connection.id);
    }
    if (this.#all.size > 0) return;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }

  /** Looks after nothing any more: none is left, but perhaps callbacks that never end. */
  close(): void {
    for (const watch of this.#watches.values()) watch.close();
  }

  #watchOf(endpoint: Endpoint): Watch {
    let watch = this.#watches.get(endpoint);
    if (watch === undefined) {
      watch = new Watch(endpoint.limits);
      this.#watches.set(endpoint, watch);
    }
    return watch;
  }
}
