// A process that does what it is told, one task after the other or several at once, and ends with
// whoever started it.
import type { ChildProcess } from "node:child_process";
import { endChild, startChild } from "./child.ts";

/** What a process can be told to do, by name. What goes to and fro is JSON. */
export type Tasks = Readonly<Record<string, (argument: never) => unknown>>;

interface Order {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Answer =
  | { readonly id: number; readonly type: "done"; readonly result: unknown }
  | { readonly id: number; readonly type: "failed"; readonly reason: string };

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The parent's end. */
export class Worker<Known extends Tasks> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;

  /** @param module of the process, from this folder; it calls {@link performTasks}. */
  constructor(module: string, parameters: readonly string[], flags: readonly string[] = []) {
    this.#child = startChild(module, parameters, flags);
    this.#child.on("message", (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.type === "done") waiting?.resolve(answer.result);
      else waiting?.reject(new Error(`${module}: ${answer.reason}`));
    });
    this.#child.once("exit", (code, signal) => {
      const error = new Error(`${module} ended with ${signal ?? code}.`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @throws What the process says went wrong, or that it has ended. */
  async perform<Name extends keyof Known & string>(
    name: Name,
    ...[argument]: Parameters<Known[Name]>
  ): Promise<Awaited<ReturnType<Known[Name]>>> {
    if (!this.#child.connected) throw new Error(`The process that knows ${name} has ended.`);
    this.#ids += 1;
    const order: Order = { id: this.#ids, name, argument };
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(order.id, { resolve, reject });
    });
    this.#child.send(order);
    return (await answered) as Awaited<ReturnType<Known[Name]>>;
  }

  close(): Promise<void> {
    return endChild(this.#child);
  }
}

/** The child's end: does what it is told from now on, and ends with its parent. */
export function performTasks(tasks: Tasks): void {
  const perform = async ({ id, name, argument }: Order): Promise<Answer> => {
    try {
      const task = tasks[name] as ((argument: unknown) => unknown) | undefined;
      if (task === undefined) throw new Error(`There is no task ${name}.`);
      return { id, type: "done", result: await task(argument) };
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { id, type: "failed", reason };
    }
  };
  process.on("disconnect", () => process.exit());
  process.on("message", (order: Order) => {
    void perform(order).then((answer) => process.send?.(answer));
  });
}
