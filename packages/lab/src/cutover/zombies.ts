// Who is a zombie: a connection whose owner declared its end more than 2 s ago, and that is still held
// by the server or in the kernel's table. Matched by port, and attributed to the client whose it is.
// Pure: moments and ports are inputs.
import type { Role } from "./protocol.ts";

/** A life that has ended so long ago, in ms, and of which nothing is held, is forgotten. */
const MEMORY = 60_000;

/** How long after its owner's word a connection may take to be gone, in ms. */
export const GRACE = 2_000;

interface Life {
  readonly role: Role;
  port: number | null;
  /** Ms since the epoch. */
  declaredEnd: number | null;
}

export class Zombies {
  readonly #lives = new Map<string, Life>();
  readonly #owners = new Map<number, Life>();

  /** The life's connection comes from this port. Whoever had the port before has it no longer. */
  arrived(name: string, port: number): void {
    const life = this.#life(name);
    if (life === null) return;
    const before = this.#owners.get(port);
    if (before !== undefined && before !== life) before.port = null;
    if (life.port !== null && life.port !== port) this.#owners.delete(life.port);
    life.port = port;
    this.#owners.set(port, life);
  }

  declaredEnd(name: string, at: number): void {
    const life = this.#life(name);
    if (life !== null) life.declaredEnd ??= at;
  }

  /**
   * @param held the clients' ports of all connections that the server or the kernel holds.
   * `unknown` are those that belong to no life: not yet known, or somebody else's.
   */
  count(held: ReadonlySet<number>, now: number): Record<Role | "unknown", number> {
    this.#forget(held, now);
    const counts = { first: 0, second: 0, unknown: 0 };
    for (const port of held) {
      const life = this.#owners.get(port);
      if (life === undefined) counts.unknown += 1;
      else if (life.declaredEnd !== null && now - life.declaredEnd > GRACE) counts[life.role] += 1;
    }
    return counts;
  }

  #forget(held: ReadonlySet<number>, now: number): void {
    for (const [name, life] of this.#lives) {
      const { port, declaredEnd } = life;
      if (declaredEnd === null || now - declaredEnd < MEMORY) continue;
      if (port !== null && held.has(port)) continue;
      this.#lives.delete(name);
      if (port !== null) this.#owners.delete(port);
    }
  }

  /** Null for a name that is no life's. */
  #life(name: string): Life | null {
    const known = this.#lives.get(name);
    if (known !== undefined) return known;
    const [role] = name.split("-");
    if (role !== "first" && role !== "second") return null;
    const life: Life = { role, port: null, declaredEnd: null };
    this.#lives.set(name, life);
    return life;
  }
}
