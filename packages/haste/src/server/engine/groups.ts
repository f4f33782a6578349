// The groups there are: found by what makes pages equal, kept for a while when nobody looks.
import type { Group } from "./group.ts";

export interface GroupsLimits {
  readonly grace: number;
  readonly maxIdleGroups: number;
  readonly maxIdleText: number;
}

export class Groups {
  readonly #limits: GroupsLimits;
  readonly #drop: (group: Group) => void;
  readonly #byKey = new Map<string, Group>();
  /** Those without members and what each holds, the longest alone first. */
  readonly #idle = new Map<Group, number>();
  #idleText = 0;
  #timer: NodeJS.Timeout | null = null;

  /** @param drop - told of each group that is given up */
  constructor(limits: GroupsLimits, drop: (group: Group) => void) {
    this.#limits = limits;
    this.#drop = drop;
  }

  get size(): number {
    return this.#byKey.size;
  }

  get idle(): number {
    return this.#idle.size;
  }

  get(key: string): Group | undefined {
    return this.#byKey.get(key);
  }

  add(group: Group): void {
    this.#byKey.set(group.shape.key, group);
  }

  [Symbol.iterator](): IterableIterator<Group> {
    return this.#byKey.values();
  }

  has(group: Group): boolean {
    return this.#byKey.get(group.shape.key) === group;
  }

  /** Somebody looks at it, or waits for it. */
  used(group: Group): void {
    group.users += 1;
    this.#notIdle(group);
    group.idleSince = null;
  }

  /** One less. The last one's going starts its grace. */
  unused(group: Group): void {
    group.users -= 1;
    if (group.users > 0 || !this.has(group)) return;
    group.idleSince = performance.now();
    const text = group.text;
    this.#idle.set(group, text);
    this.#idleText += text;
    for (const oldest of this.#idle.keys()) {
      const { maxIdleGroups, maxIdleText } = this.#limits;
      if (this.#idle.size <= maxIdleGroups && this.#idleText <= maxIdleText) break;
      this.remove(oldest);
    }
    if (this.#idle.size > 0) this.#timer ??= setTimeout(() => this.#sweep(), this.#limits.grace);
  }

  remove(group: Group): void {
    if (!this.has(group)) return;
    this.#byKey.delete(group.shape.key);
    this.#notIdle(group);
    this.#drop(group);
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const group of [...this.#byKey.values()]) this.remove(group);
  }

  #notIdle(group: Group): void {
    this.#idleText -= this.#idle.get(group) ?? 0;
    this.#idle.delete(group);
  }

  #sweep(): void {
    this.#timer = null;
    const now = performance.now();
    for (const group of this.#idle.keys()) {
      const left = (group.idleSince ?? now) + this.#limits.grace - now;
      if (left > 0) {
        this.#timer = setTimeout(() => this.#sweep(), left);
        return;
      }
      this.remove(group);
    }
  }
}
