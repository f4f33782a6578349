// One client: one life after another, each told by the client's seed and the life's number alone.
import { FaultRelay, randomFaults } from "@slipstream/faults";
import type { Dice } from "../decisions/dice.ts";
import { lifeOptions } from "../decisions/life-options.ts";
import { decisions } from "../decisions/schedule.ts";
import type { ClientObservation, NetworkObservation } from "../model/observation.ts";
import type { Verdicts } from "../model/verdicts.ts";
import type { Pace } from "../pace.ts";
import { PATIENCE } from "../settings.ts";
import { Life, type MakeSocket } from "./life.ts";

export interface ActorSurroundings {
  readonly make: MakeSocket;
  readonly see: (observation: ClientObservation | NetworkObservation) => void;
  readonly verdicts: Verdicts;
  readonly pace: Pace;
  readonly serverPort: () => number;
}

export class Actor {
  readonly name: string;
  /** How many lives have ended. */
  lives = 0;
  readonly #dice: Dice;
  readonly #surroundings: ActorSurroundings;
  readonly #relay: FaultRelay;
  #life: Life | null = null;
  #isStopping = false;

  private constructor(
    name: string,
    dice: Dice,
    surroundings: ActorSurroundings,
    relay: FaultRelay,
  ) {
    this.name = name;
    this.#dice = dice;
    this.#surroundings = surroundings;
    this.#relay = relay;
  }

  /** A client behind a relay of its own, so that its n-th connection has the n-th fate of its seed. */
  static async start(name: string, dice: Dice, surroundings: ActorSurroundings): Promise<Actor> {
    const fates = dice.fork("faults");
    const relay = await FaultRelay.listen({
      target: surroundings.serverPort,
      script: (connection, port) => {
        const script = randomFaults(fates.fork(connection).next, PATIENCE);
        surroundings.see({ type: "relayed", client: name, connection, port, script });
        return script;
      },
      onFault: (kind, connection) => {
        surroundings.see({ type: "fault", client: name, connection, kind });
      },
    });
    return new Actor(name, dice, surroundings, relay);
  }

  /** The port that only this client connects to. */
  get port(): number {
    return this.#relay.port;
  }

  /** No connection is there or being made. */
  get isAtRest(): boolean {
    return this.#life === null || this.#life.isAtRest;
  }

  /** Lives until `stop`. */
  async run(): Promise<void> {
    while (!this.#isStopping) {
      await this.#live(this.#dice.fork(this.lives), `${this.name}.${this.lives}`);
      this.lives += 1;
    }
  }

  /** The life that goes on is ended, and no other begins. */
  stop(): void {
    this.#isStopping = true;
  }

  close(): Promise<void> {
    return this.#relay.close();
  }

  async #live(dice: Dice, name: string): Promise<void> {
    const { pace } = this.#surroundings;
    const url = `ws://127.0.0.1:${this.port}/socket`;
    const options = lifeOptions(dice.fork("options"));
    const life = new Life(name, options, dice, { ...this.#surroundings, url });
    this.#life = life;
    for (const { wait, ...act } of decisions(dice.fork("decisions"))) {
      await pace.wait(wait);
      if (this.#isStopping) break;
      life.act(act);
    }
    await life.end();
    this.#life = null;
  }
}
