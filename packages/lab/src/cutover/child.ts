// Starting processes of our own and hearing from them. Every wait has a bound.
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The longest that a process may be silent when it was asked something, in ms. */
const PATIENCE = 30_000;

/** A process of the lab ended, or fell silent, when it was needed. */
export class LabProcessError extends Error {
  override readonly name = "LabProcessError";
  readonly code = "lab_process";
}

/** Starts a module beside this one. */
export function startChild(
  module: string,
  parameters: readonly string[],
  flags: readonly string[] = [],
): ChildProcess {
  return fork(fileURLToPath(new URL(module, import.meta.url)), [...parameters], {
    execArgv: [...flags],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // `ws` uses the native addon of another library where it finds it; here it is as its users have it.
    env: { ...process.env, WS_NO_BUFFER_UTIL: "1" },
  });
}

/** The child's next message of which `isIt` says that it is the one. */
export function hear<Message>(
  child: ChildProcess,
  isIt: (message: Message) => boolean,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      settle(() => reject(new LabProcessError(`A process said nothing for ${PATIENCE} ms.`)));
    }, PATIENCE);
    const onMessage = (message: unknown): void => {
      if (isIt(message as Message)) settle(() => resolve(message as Message));
    };
    const onExit = (code: number | null): void =>
      settle(() =>
        reject(new LabProcessError(`A process of the lab ended with the code ${code}.`)),
      );
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
  else child.kill("SIGKILL");
  await gone;
}
