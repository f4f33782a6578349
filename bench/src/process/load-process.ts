// The process of a load: does what it is told, one task after the other, and ends with its parent.
import { dialectOf } from "../load/dialect.ts";
import { Load, type Task } from "../load/load.ts";
import type { Done } from "./run-load.ts";

const [side = "", port = ""] = process.argv.slice(2);
const load = new Load(Number(port), dialectOf(side));

async function perform(task: Task): Promise<Done> {
  try {
    return { type: "done", arrivals: await load.perform(task) };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { type: "failed", reason };
  }
}

async function answer(task: Task): Promise<void> {
  const done = await perform(task);
  process.send?.(done);
}

process.on("disconnect", () => process.exit());
process.on("message", (task: Task) => void answer(task));
