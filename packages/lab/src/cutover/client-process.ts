// The process of one client: begins lives at a steady rate from the word "begin" until "stop", tells
// what became of them, and lives on until it is let go. Arguments: client, role, URL, rate, seed,
// and "asks" if it has to ask the server for its ports.
import { seededRandom } from "@slipstream/core";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { isClientName, loadClient } from "../clients/index.ts";
import type { LabClient } from "../clients/lab-client.ts";
import { live, planLife, type LifeEvents } from "./life.ts";
import type { FromClient, ToClient } from "./protocol.ts";

const [name = "", role = "", url = "", rate = "", seed = "", asks = ""] = process.argv.slice(2);

/** Ms between reports. */
const REPORT_INTERVAL = 100;

const delays = monitorEventLoopDelay();
delays.enable();

let begun = 0;
let failed = 0;
let ports: [string, number][] = [];
let declaredEnds: [string, number][] = [];

const events: LifeEvents = {
  port: (life, port) => ports.push([life, port]),
  declaredEnd: (life) => declaredEnds.push([life, Date.now()]),
  failed: () => (failed += 1),
};

function report(): void {
  const heldUp = delays.count === 0 ? 0 : Math.round(delays.max / 1e6);
  tell({ type: "lives", begun, failed, ports, declaredEnds, heldUp });
  delays.reset();
  begun = 0;
  failed = 0;
  ports = [];
  declaredEnds = [];
}

function tell(message: FromClient): void {
  if (process.connected) process.send?.(message);
}

function work(client: LabClient): void {
  const random = seededRandom(Number(seed));
  const workplace = { url, asksPort: asks === "asks", sleep };
  let number = 0;
  let begins: NodeJS.Timeout | undefined;
  process.on("message", (message: ToClient) => {
    if (message.type === "begin") {
      begins = setInterval(
        () => {
          begun += 1;
          void live(client, planLife(`${role}-${(number += 1)}`, random), workplace, events);
        },
        1_000 / Number(rate),
      );
    } else {
      clearInterval(begins);
    }
  });
  setInterval(report, REPORT_INTERVAL);
  tell({ type: "ready" });
}

// Its connections are what the lab counts: they are nobody's to close but this process's end.
process.on("disconnect", () => process.exit());
// A library that throws where nobody can catch it does so to its user; the lab goes on looking.
process.on("uncaughtException", () => (failed += 1));
process.on("unhandledRejection", () => {});
// The terminal's Ctrl-C is for the lab, which lets this process go.
process.on("SIGINT", () => {});

if (!isClientName(name)) throw new Error(`There is no client ${name}.`);
loadClient(name).then(work, (error: unknown) => {
  tell({ type: "unusable", reason: error instanceof Error ? error.message : String(error) });
});
