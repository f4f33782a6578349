// The load of a server's bench, seen from the process of the server: clients in a process of their
// own.
import type { ChildProcess } from "node:child_process";
import type { Arrivals, Task } from "../load/load.ts";
import { endChild, hear, startChild } from "./child.ts";

/** What the process of a load says when it has done what it was told. */
export type Done =
  | { readonly type: "done"; readonly arrivals: Arrivals }
  | { readonly type: "failed"; readonly reason: string };

export class RunningLoad {
  readonly #child: ChildProcess;

  /** @param side whose dialect the clients speak. */
  constructor(side: string, port: number) {
    this.#child = startChild("./load-process.js", [side, String(port)], []);
  }

  /** Resolves when it is done. One task at a time. */
  async perform(task: Task): Promise<Arrivals> {
    const heard = hear<Done>(this.#child);
    this.#child.send(task);
    const done = await heard;
    if (done.type === "done") return done.arrivals;
    throw new Error(`The load's ${task.type} failed: ${done.reason}`);
  }

  close(): Promise<void> {
    return endChild(this.#child);
  }
}
