// All benches, in the order in which they run.
import type { Bench } from "../bench.ts";
import { churn } from "./churn.ts";
import { connects } from "./connects.ts";
import { fanOut } from "./fan-out.ts";
import { hasteMatching } from "./haste-matching.ts";
import { idleMemory } from "./idle-memory.ts";
import { importTime } from "./import.ts";
import { presence } from "./presence.ts";
import { pushReply } from "./push-reply.ts";
import { receive } from "./receive.ts";
import { serverMemory } from "./server-memory.ts";
import { serverScale } from "./server-scale.ts";
import { telemetry } from "./telemetry.ts";

export const benches: readonly Bench[] = [
  receive,
  pushReply,
  presence,
  churn,
  idleMemory,
  importTime,
  telemetry,
  fanOut,
  serverMemory,
  connects,
  serverScale,
  hasteMatching,
];

export function findBench(name: string): Bench | undefined {
  return benches.find((bench) => bench.name === name);
}
