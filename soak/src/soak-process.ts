// The process in which a soak runs. It reports to the one that started it and then does nothing more:
// that it ends by itself is one of the checks.
import { readArguments } from "./arguments.ts";
import type { SoakDone } from "./process-messages.ts";
import { progressLine, reportOf } from "./report/report.ts";
import { Soak } from "./run.ts";

/** Beyond this, violations are only counted. */
const MAX_TOLD = 20;

const asked = readArguments(process.argv.slice(2), 1);
if (asked.type !== "soak") throw new Error("Start main.ts, which reads the arguments first.");
const { seed, seconds, clients } = asked;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

let nextLineAt = 0;
let told = 0;
const soak = await Soak.run({
  seed,
  seconds,
  clients,
  onProgress: (running) => {
    if (running.age < nextLineAt) return;
    nextLineAt = running.age + Math.max(5, seconds / 30);
    say(progressLine(running));
  },
  onViolation: ({ promise, life, sentence }, history) => {
    told += 1;
    if (told > MAX_TOLD) return;
    say(`VIOLATION of ${promise}${life === null ? "" : ` by ${life}`}, seed ${seed}: ${sentence}`);
    if (history !== null) say(`The last events of this client:\n${history}`);
  },
});
say(`\n${reportOf(soak)}`);

const { checks, violations } = soak.model.verdicts;
const done: SoakDone = { type: "done", checks, violations };
process.send?.(done, () => process.disconnect());
