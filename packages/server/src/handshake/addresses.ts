// How many connections each client address has, and how often it has asked for one.
import { Rate } from "../connection/rate.ts";

export interface AddressLimits {
  readonly maxConnectionsPerAddress: number;
  readonly maxConnectsPerAddress: number;
}

interface Address {
  connections: number;
  /** How often it may ask; null without a limit. */
  readonly asking: Rate | null;
}

/** Above this, addresses of which there is nothing to remember are forgotten. */
const MANY = 10_000;

export class Addresses {
  readonly #limits: AddressLimits;
  readonly #known = new Map<string, Address>();
  #sweepAt = MANY;

  constructor(limits: AddressLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#known.size;
  }

  /** May this address have another connection? If so, it has one: until `release`. */
  admit(name: string, now: number): boolean {
    const { maxConnectionsPerAddress, maxConnectsPerAddress } = this.#limits;
    if (maxConnectionsPerAddress === Infinity && maxConnectsPerAddress === Infinity) return true;
    let address = this.#known.get(name);
    if (address === undefined) {
      this.#sweep(now);
      const limited = maxConnectsPerAddress < Infinity;
      address = { connections: 0, asking: limited ? new Rate(maxConnectsPerAddress, now) : null };
      this.#known.set(name, address);
    }
    if (address.asking?.take(now) === false) return false;
    if (address.connections >= maxConnectionsPerAddress) return false;
    address.connections += 1;
    return true;
  }

  /** A connection of this address, or the attempt to make one, is over. */
  release(name: string): void {
    const address = this.#known.get(name);
    if (address === undefined) return;
    address.connections -= 1;
    if (address.connections === 0 && address.asking === null) this.#known.delete(name);
  }

  /** Costs what it may free: the next sweep waits until twice as many are known. */
  #sweep(now: number): void {
    if (this.#known.size < this.#sweepAt) return;
    for (const [name, { connections, asking }] of this.#known) {
      if (connections === 0 && asking?.isFull(now) === true) this.#known.delete(name);
    }
    this.#sweepAt = Math.max(MANY, 2 * this.#known.size);
  }
}
