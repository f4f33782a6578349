// Has groups read: one reading of each at a time, now or after a pause, and again where it fails.
import type { Group } from "./group.ts";
import type { Groups } from "./groups.ts";
import { lateOr } from "./lateness.ts";
import { readGroup, type ReadHost } from "./read-group.ts";
import type { Telemetry } from "./telemetry.ts";

/** The longest pause between two attempts to read a group, ms. */
const LONGEST_PAUSE = 10_000;

export interface ReadingsHost extends ReadHost {
  readonly groups: Pick<Groups, "remove">;
}

export class Readings {
  readonly #host: ReadingsHost;
  readonly #telemetry: Pick<Telemetry, "read" | "readFailed">;
  readonly #timers = new Map<Group, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();

  constructor(host: ReadingsHost, telemetry: Pick<Telemetry, "read" | "readFailed">) {
    this.#host = host;
    this.#telemetry = telemetry;
  }

  /** Reads a group, now or after a pause in ms. It is not kept true until it has been read. */
  want(group: Group, pause: number): void {
    if (group.isDropped) return;
    group.state = "reading";
    if (group.isBeingRead) group.isDisturbed = true;
    else if (pause === 0) this.#read(group, 0);
    else this.#readAfter(pause, group, 0);
  }

  /** It is not read any more, but for a reading that is under way. */
  forget(group: Group): void {
    const timer = this.#timers.get(group);
    if (timer !== undefined) clearTimeout(timer);
    this.#timers.delete(group);
  }

  /** Nothing more is read. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Resolves when no reading is under way of those that are now. */
  get ended(): Promise<unknown> {
    return Promise.allSettled(this.#running);
  }

  #readAfter(pause: number, group: Group, failures: number): void {
    if (this.#timers.has(group)) return;
    const read = (): void => {
      this.#timers.delete(group);
      this.#read(group, failures);
    };
    this.#timers.set(group, setTimeout(read, pause));
  }

  #read(group: Group, failures: number): void {
    group.isBeingRead = true;
    group.isDisturbed = false;
    const began = this.#telemetry.read === undefined ? null : performance.now();
    const reading = lateOr(readGroup(group, this.#host), () => group.isLate()).then(
      (attempts) => {
        group.isBeingRead = false;
        if (began !== null) {
          const ms = performance.now() - began;
          this.#telemetry.read?.({ view: group.shape.view.name, ms, attempts });
        }
        if (group.isDisturbed) this.want(group, group.shape.view.debounce);
      },
      (error: unknown) => {
        group.isBeingRead = false;
        this.#failed(group, error, failures + 1);
      },
    );
    this.#running.add(reading);
    void reading.then(() => this.#running.delete(reading));
  }

  #failed(group: Group, error: unknown, failures: number): void {
    group.retained = null;
    group.failed(error);
    if (group.isDropped || this.#host.closing.signal.aborted) return;
    this.#telemetry.readFailed?.({ view: group.shape.view.name, error });
    if (group.members.size === 0) this.#host.groups.remove(group);
    else this.#readAfter(Math.min(LONGEST_PAUSE, 250 * 2 ** failures), group, failures);
  }
}
