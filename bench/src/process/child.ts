// Starting processes of our own and hearing from them. Every wait has a bound, and every process that
// is started here is ended here.
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The longest that any one process may be silent, in ms; {@link progress} is a sign of life. */
const PATIENCE = 120_000;

/** What a process says to show that it lives, and what it does. */
interface Progress {
  readonly type: "progress";
}

/** Says on stderr what goes on in a trial that takes long, and to whoever waits for it that it does. */
export function progress(what: string): void {
  process.stderr.write(`  ${what}\n`);
  process.send?.({ type: "progress" } satisfies Progress);
}

/** Starts a module beside this one. */
export function startChild(
  module: string,
  parameters: readonly string[],
  flags: readonly string[],
): ChildProcess {
  const path = fileURLToPath(new URL(module, import.meta.url));
  return fork(path, [...parameters], {
    execArgv: [...flags],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // `ws` uses the native addon of another library where it finds one; it is measured as its users have it.
    env: { ...process.env, WS_NO_BUFFER_UTIL: "1" },
  });
}

/** The child's next message. Kills the child and rejects if it ends or is silent for too long. */
export function hear<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      settle(() => reject(new Error(`A process said nothing for ${PATIENCE} ms.`)));
    }, PATIENCE);
    const onMessage = (message: unknown): void => {
      if ((message as Progress | null)?.type === "progress") timer.refresh();
      else settle(() => resolve(message as Message));
    };
    const onExit = (code: number | null): void =>
      settle(() => reject(new Error(`A process ended with the code ${code} and said nothing.`)));
    const settle = (tell: () => void): void => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
      tell();
    };
    child.on("message", onMessage).on("exit", onExit);
  });
}

/** Resolves when the process is gone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  if (child.connected) child.disconnect();
  await gone;
}
