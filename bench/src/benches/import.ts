// How long a program waits for `import`: for `ws` itself in the processes of the bare side, and in
// those of the others for what they need beyond it.
import { setImmediate as turn } from "node:timers/promises";
import type { Bench, Trial } from "../bench.ts";
import { requireNothingLoaded } from "../process/loaded.ts";
import { clientSides } from "../sides/load-side.ts";

async function timeOf(load: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await load();
  return performance.now() - before;
}

const trial: Trial = {
  name: "import",
  async measure(side) {
    requireNothingLoaded();
    const whole = await timeOf(() => import("ws"));
    // What `ws` has left to be done in the next turn, a collection of garbage above all, is not ours.
    await turn();
    const unit = "ms";
    switch (side) {
      case "slipstream": {
        const value = await timeOf(() => import("@slipstream/client"));
        return [{ case: "beyond ws", value, unit }];
      }
      case "phoenix":
        return [{ case: "beyond ws", value: await timeOf(() => import("phoenix")), unit }];
      default:
        return [{ case: "beyond ws", value: whole, unit }];
    }
  },
};

export const importTime: Bench = {
  name: "import",
  about: "import of the client beyond ws; the bare side's is that of ws itself",
  sides: clientSides,
  flags: [],
  trials: () => [trial],
};
