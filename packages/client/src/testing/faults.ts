// Faults of a network that a seed determines, around any transport: Node's own, over real sockets,
// or that of a test's server.
import { seededRandom, type Frame, type Random } from "@slipstream/core";
import { systemClock, type Clock } from "../clock.ts";
import type { Dial } from "../transport.ts";
import { FaultyTransport, type Direction, type Fate, type Plan } from "./faulty-transport.ts";

export interface FaultOptions {
  /** Determines what befalls which message. Default: another one each time, which a failure prints. */
  readonly seed?: number;
  /** How likely it is that a message never arrives, from 0 to 1. Default: 0, as for the others. */
  readonly drop?: number;
  /** How likely it is that it arrives twice. */
  readonly duplicate?: number;
  /** How likely it is that it arrives later than others that were sent after it. */
  readonly reorder?: number;
  /** How likely it is that the connection is cut in the middle of it. */
  readonly cut?: number;
  /** How long each message is held back, in ms, at random from 0. Those in order stay in order. Default: 0. */
  readonly delay?: number;
  /** Which messages faults may befall; the others pass. Default: all. */
  readonly only?: (message: { readonly direction: Direction; readonly frame: Frame }) => boolean;
  /** The time of the delays. Default: the system's; for a test's server, its clock. */
  readonly clock?: Clock;
}

/** Something that was done to a message. */
export interface Fault {
  readonly what: Exclude<Fate["what"], "pass">;
  /** Counts the connections that were dialled, from 1. */
  readonly connection: number;
  readonly direction: Direction;
  /** Counts the connection's messages in this direction, from 1. */
  readonly message: number;
}

/** A message that is put out of order is held back this much longer, in ms, at random from half of it. */
const REORDERED_BY = 20;
/** How many faults are remembered. */
const MOST_KEPT = 1_000;
/** How many of the last ones a failure prints. */
const MOST_PRINTED = 20;

/**
 * Faults for the connections of a test. What befalls the n-th message of a connection in a direction
 * depends on the seed alone, so that a failure can be played again as far as the program sends the
 * same messages.
 *
 * @example
 * ```ts
 * import { dialWs, Socket } from "@slipstream/client";
 * import { Faults } from "@slipstream/client/testing";
 *
 * const faults = new Faults({ drop: 0.05, duplicate: 0.05, cut: 0.01, delay: 20 });
 * await faults.run(async () => {
 *   const socket = new Socket("ws://localhost:4000/socket", { transport: faults.wrap(dialWs()) });
 *   // … whatever must hold on a bad network; if it does not, the error names the seed.
 *   await socket.disconnect();
 * });
 * ```
 */
export class Faults {
  readonly seed: number;
  readonly #options: FaultOptions;
  readonly #clock: Clock;
  readonly #done: Fault[] = [];
  #connections = 0;
  #over = false;

  /** @throws {RangeError} if a likelihood is not from 0 to 1, their sum is above 1, or `delay` is not ms of at least 0. */
  constructor(options: FaultOptions = {}) {
    const { drop = 0, duplicate = 0, reorder = 0, cut = 0, delay = 0 } = options;
    const likelihoods = [drop, duplicate, reorder, cut];
    const sum = likelihoods.reduce((one, other) => one + other, 0);
    if (!likelihoods.every((one) => one >= 0 && one <= 1) || sum > 1) {
      throw new RangeError(
        "drop, duplicate, reorder and cut are likelihoods from 0 to 1, and at most 1 in sum, since one message has one fate.",
      );
    }
    if (!(delay >= 0 && delay < Infinity)) throw new RangeError("delay must be ms of at least 0.");
    this.seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** What was done so far, the last 1,000. */
  get done(): readonly Fault[] {
    return this.#done;
  }

  /** The same transport with faults. */
  wrap(dial: Dial): Dial {
    return (request, events) => {
      this.#connections += 1;
      const plan = this.#plan(this.#connections);
      return new FaultyTransport(dial, request, events, plan, this.#clock);
    };
  }

  /** From now on every message passes, and no fault is added. What is held back comes in its time. */
  stop(): void {
    this.#over = true;
  }

  /** Runs a test. If it fails, its error says with which seed and faults. */
  async run<T>(body: () => T | PromiseLike<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      throw withNote(error, this.toString());
    }
  }

  /** The seed, and the last faults. */
  toString(): string {
    const faults = this.#done
      .slice(-MOST_PRINTED)
      .map(
        ({ what, connection, direction, message }) =>
          `  ${what} message ${message} ${direction} of connection ${connection}`,
      );
    const heading = `Faults with seed ${this.seed}; to play them again: new Faults({ seed: ${this.seed}, … }).`;
    return [heading, ...(faults.length === 0 ? ["  none befell a message"] : faults)].join("\n");
  }

  /** What befalls the messages of a connection. Each message draws as often as any other. */
  #plan(connection: number): Plan {
    const counts = { toServer: 0, toClient: 0 };
    const dice = {
      toServer: seededRandom(this.seed + connection * 0x9e3779b9),
      toClient: seededRandom(this.seed + connection * 0x9e3779b9 + 0x7f4a7c15),
    };
    return (direction, frame) => {
      const fate = this.#draw(dice[direction]);
      const message = (counts[direction] += 1);
      if (this.#over) return { what: "pass", delay: 0 };
      if (this.#options.only?.({ direction, frame }) === false) return { what: "pass", delay: 0 };
      if (fate.what !== "pass") this.#note({ what: fate.what, connection, direction, message });
      return fate;
    };
  }

  #draw(random: Random): Fate {
    const { drop = 0, duplicate = 0, reorder = 0, cut = 0, delay = 0 } = this.#options;
    const [lot, wait, more] = [random(), random() * delay, random()];
    if (lot < drop) return { what: "drop", delay: wait };
    if (lot < drop + duplicate) return { what: "duplicate", delay: wait };
    if (lot < drop + duplicate + reorder) {
      return { what: "reorder", delay: wait + ((1 + more) * REORDERED_BY) / 2 };
    }
    return { what: lot < drop + duplicate + reorder + cut ? "cut" : "pass", delay: wait };
  }

  #note(fault: Fault): void {
    this.#done.push(fault);
    if (this.#done.length > MOST_KEPT) this.#done.shift();
  }
}

/** The same error with more to say: runners know it by its class, and print what else it holds. */
function withNote(error: unknown, note: string): unknown {
  if (!(error instanceof Error)) return new Error(`${String(error)}\n${note}`, { cause: error });
  const { message, stack } = error;
  error.message = `${message}\n${note}`;
  if (stack?.includes(message) === true) error.stack = stack.replace(message, () => error.message);
  return error;
}
