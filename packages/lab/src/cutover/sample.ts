// One look at everything, and what a phase adds up to. Pure.
import { ROLES, type Role } from "./protocol.ts";

export type ByRole<T> = Readonly<Record<Role, T>>;
export type Counts = Readonly<Record<string, number>>;

export interface Sample {
  /** Ms since the run began. */
  readonly at: number;
  /** Connections that the server counts as live. */
  readonly live: ByRole<number>;
  readonly zombies: ByRole<number>;
  /** Sockets of the server's port in the kernel's table by state, both ends; empty where there is none. */
  readonly kernel: Counts;
  /** Connections that could not be attributed. */
  readonly unknown: number;
  /** Resident bytes of the server's process. */
  readonly memory: number;
  /** Since the run began. Where the server does not tell the clients apart, `second` is empty. */
  readonly ends: ByRole<Counts>;
  /** Lives since the run began, and those of them that failed before their plan was done. */
  readonly lives: ByRole<{ readonly begun: number; readonly failed: number }>;
  /** The longest time since the last look in which a client's process got no turn, in ms. */
  readonly heldUp: ByRole<number>;
}

export interface PhaseResult {
  readonly client: string;
  /** How this phase's client's connections ended during the phase, by the server's account. */
  readonly endsByReason: Counts;
  readonly zombiesPeak: number;
  readonly zombiesAtEnd: number;
  /** Bytes. */
  readonly memoryPeak: number;
  readonly lives: number;
  readonly livesFailed: number;
  /** The longest time in which the client's process got no turn, in ms: it could not close anything then. */
  readonly heldUp: number;
}

/** What was counted from one moment to another, without zeros. */
export function difference(after: Counts, before: Counts): Record<string, number> {
  const entries = Object.entries(after).map(
    ([name, count]) => [name, count - (before[name] ?? 0)] as const,
  );
  return Object.fromEntries(entries.filter(([, count]) => count !== 0));
}

export function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** Ends of both clients together. */
export function allEnds({ ends }: Sample): Record<string, number> {
  const all: Record<string, number> = {};
  for (const role of ROLES) {
    for (const [reason, count] of Object.entries(ends[role])) {
      all[reason] = (all[reason] ?? 0) + count;
    }
  }
  return all;
}

/**
 * @param samples those of the phase, in order, the last one before it among them.
 * @param source whose ends are told: "first" for both phases where the server does not tell the clients apart.
 */
export function phaseResult(
  samples: readonly Sample[],
  role: Role,
  client: string,
  source: Role = role,
): PhaseResult {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) throw new RangeError("A phase has no samples.");
  const zombies = samples.map((sample) => sample.zombies[role]);
  return {
    client,
    endsByReason: difference(last.ends[source], first.ends[source]),
    zombiesPeak: Math.max(...zombies),
    zombiesAtEnd: last.zombies[role],
    memoryPeak: Math.max(...samples.map(({ memory }) => memory)),
    lives: last.lives[role].begun - first.lives[role].begun,
    livesFailed: last.lives[role].failed - first.lives[role].failed,
    heldUp: Math.max(...samples.slice(1).map(({ heldUp }) => heldUp[role])),
  };
}
