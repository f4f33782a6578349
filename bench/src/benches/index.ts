// All benches, in the order in which they run.
import type { Bench } from "../bench.ts";
import { churn } from "./churn.ts";
import { connects } from "./connects.ts";
import { fanOut } from "./fan-out.ts";
import { hasteChurn } from "./haste-churn.ts";
import { hasteCommitToClient } from "./haste-commit-to-client.ts";
import { hasteDecoding } from "./haste-decoding.ts";
import { hasteFirstPage } from "./haste-first-page.ts";
import { hasteFlood } from "./haste-flood.ts";
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
  hasteDecoding,
  hasteCommitToClient,
  hasteFirstPage,
  hasteChurn,
  hasteFlood,
];

export function findBench(name: string): Bench | undefined {
  return benches.find((bench) => bench.name === name);
}
