// One soak from its seed to its verdicts: sets everything up, lets it live, ends it in order, and
// looks for what is left.
import { setTimeout as sleep } from "node:timers/promises";
import { Socket } from "@slipstream/client";
import { Actor } from "./client/actor.ts";
import type { MakeSocket } from "./client/life.ts";
import { Dice } from "./decisions/dice.ts";
import { Leftovers } from "./model/leftovers.ts";
import { Model } from "./model/model.ts";
import { clientOfLife } from "./model/observation.ts";
import { watchUnhandled } from "./model/unhandled.ts";
import type { Violation } from "./model/verdicts.ts";
import { Pace } from "./pace.ts";
import { Memory } from "./report/memory.ts";
import { SoakServer } from "./server/soak-server.ts";
import { Weather } from "./server/weather.ts";
import { within } from "./within.ts";

export interface SoakOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  /** Makes the clients' sockets; those of the client itself if left out. */
  readonly make?: MakeSocket;
  /** Ends the soak early, in order. */
  readonly signal?: AbortSignal;
  /** Told now and then. */
  readonly onProgress?: (soak: Soak) => void;
  /** Told of each violation as it is found, with the client's last events if they were not told yet. */
  readonly onViolation?: (violation: Violation, history: string | null) => void;
}

/** Ms between two looks at everything. */
const SAMPLE = 1_000;

export class Soak {
  readonly model: Model = new Model();
  readonly memory: Memory = new Memory();
  readonly options: SoakOptions;
  readonly #startedAt = performance.now();
  readonly #leftovers = new Leftovers(this.model.verdicts);
  #actors: Actor[] = [];

  private constructor(options: SoakOptions) {
    this.options = options;
    this.model.verdicts.onViolation = (violation) => {
      const client = violation.life === null ? null : clientOfLife(violation.life);
      options.onViolation?.(violation, client === null ? null : this.model.history.tell(client));
    };
  }

  /** Runs one to its end. */
  static async run(options: SoakOptions): Promise<Soak> {
    const soak = new Soak(options);
    const stopWatching = watchUnhandled(soak.model.verdicts);
    try {
      await soak.#run();
    } finally {
      stopWatching();
    }
    return soak;
  }

  /** Seconds since it began. */
  get age(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  /** Sockets that lived and were disconnected for the last time. */
  get lives(): number {
    return this.#actors.reduce((sum, { lives }) => sum + lives, 0);
  }

  async #run(): Promise<void> {
    const {
      seed,
      seconds,
      clients,
      signal,
      make = (url, options) => new Socket(url, options),
    } = this.options;
    const { model } = this;
    const dice = new Dice(String(seed));
    const pace = new Pace();
    const see = model.see.bind(model);
    const server = await SoakServer.start(see, pace);
    const surroundings = {
      make,
      see,
      verdicts: model.verdicts,
      pace,
      serverPort: () => server.port,
    };
    this.#actors = await Promise.all(
      Array.from({ length: clients }, (_, i) =>
        Actor.start(`c${i}`, dice.fork(`c${i}`), surroundings),
      ),
    );
    const weather = new Weather(dice.fork("weather"), pace);
    const running = [weather.run(server, clients), ...this.#actors.map((actor) => actor.run())];
    while (this.age < seconds && !isAborted(signal)) {
      await sleep(SAMPLE, undefined, signal === undefined ? {} : { signal }).catch(() => {});
      await this.#sample(server);
    }
    weather.stop();
    for (const actor of this.#actors) actor.stop();
    await this.#inTime(Promise.all(running), "the clients' last lives do not end");
    await this.#inTime(server.close(), "the server does not close");
    server.sample();
    pace.stop();
    await Promise.all(this.#actors.map((actor) => actor.close()));
    model.tick();
    const { live } = model.joins;
    model.verdicts.hold(live.size === 0, "P17", null, `${live.size} memberships never ended.`);
    await this.#leftovers.final([...server.ports, ...this.#actors.map(({ port }) => port)]);
  }

  async #sample(server: SoakServer): Promise<void> {
    this.model.tick();
    server.sample();
    this.memory.sample(this.age);
    await this.#leftovers.look(this.#actors);
    this.options.onProgress?.(this);
  }

  /** Waits for what must end, and calls it a violation if it does not. */
  async #inTime(ending: Promise<unknown>, sentence: string): Promise<void> {
    const inTime = await within(LAST_PATIENCE, ending);
    this.model.verdicts.hold(inTime, "P3", null, `${sentence} within ${LAST_PATIENCE} ms.`);
  }
}

/** Ms that the ends of everything may take together. */
const LAST_PATIENCE = 30_000;

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
