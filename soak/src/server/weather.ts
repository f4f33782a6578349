// What the server does of itself, from its own dice: broadcasts, disconnects, and being replaced.
import type { Dice } from "../decisions/dice.ts";
import type { Pace } from "../pace.ts";
import type { SoakServer } from "./soak-server.ts";

export class Weather {
  readonly #dice: Dice;
  readonly #pace: Pace;
  #isStopping = false;

  constructor(dice: Dice, pace: Pace) {
    this.#dice = dice;
    this.#pace = pace;
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** Until `stop`. */
  async run(server: SoakServer, clients: number): Promise<void> {
    const dice = this.#dice;
    for (;;) {
      await this.#pace.wait(dice.wait(30));
      if (this.#isStopping) return;
      switch (dice.weighted({ broadcast: 60, disconnect: 3, replace: 0.4 })) {
        case "broadcast": {
          const topic = `room:${dice.between(1, 6)}`;
          const count = dice.chance(0.02) ? 200 : dice.between(1, 5);
          for (let i = 0; i < count; i++) server.broadcast(topic);
          break;
        }
        case "disconnect":
          server.disconnect(`c${dice.between(0, clients - 1)}`);
          break;
        case "replace":
          await server.replace(
            dice.chance(0.5) ? 0 : dice.between(1, 2_000),
            dice.chance(0.5) ? "atOnce" : "afterwards",
          );
      }
    }
  }
}
