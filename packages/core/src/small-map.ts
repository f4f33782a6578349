// A map that has one entry most of the time: the channels of a socket, the handlers of a channel. A
// Map takes 184 bytes before anything is in it, and a program may have many thousands of sockets.

/** As much of a Map as is needed, in the same order. */
export class SmallMap<V> {
  /** The only entry; undefined where there is none, and once there have been two. */
  #key: string | undefined;
  #value: V | undefined;
  #map: Map<string, V> | null = null;

  get size(): number {
    return this.#map?.size ?? (this.#key === undefined ? 0 : 1);
  }

  get(key: string): V | undefined {
    if (this.#map !== null) return this.#map.get(key);
    return this.#key === key ? this.#value : undefined;
  }

  set(key: string, value: V): void {
    if (this.#map === null && (this.#key === undefined || this.#key === key)) {
      this.#key = key;
      this.#value = value;
      return;
    }
    this.#map ??= new Map([[this.#key as string, this.#value as V]]);
    this.#map.set(key, value);
    this.#key = this.#value = undefined;
  }

  delete(key: string): void {
    this.#map?.delete(key);
    if (this.#key === key) this.#key = this.#value = undefined;
  }

  values(): Iterable<V> {
    return this.#map?.values() ?? (this.#key === undefined ? [] : [this.#value as V]);
  }
}
