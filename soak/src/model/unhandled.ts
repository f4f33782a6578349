// P5 and P15: nothing that happens to clients or servers is an unhandled rejection or ends the process.
import type { Verdicts } from "./verdicts.ts";

const EVENTS = ["unhandledRejection", "uncaughtException"] as const;

/** Calls each of them a violation from now on. Returns the function that stops. */
export function watchUnhandled(verdicts: Verdicts): () => void {
  const stops = EVENTS.map((event) => {
    const listener = (error: unknown): void => {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      verdicts.hold(false, "P5", null, `${event}: ${what}`);
    };
    process.on(event, listener);
    return () => process.off(event, listener);
  });
  return () => {
    for (const stop of stops) stop();
  };
}
