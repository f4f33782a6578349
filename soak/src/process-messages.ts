// What the soak's process says to the one that started it.

/** All is over, and nothing should keep the process alive. */
export interface SoakDone {
  readonly type: "done";
  readonly checks: number;
  readonly violations: number;
}

export function isSoakDone(message: unknown): message is SoakDone {
  return (
    typeof message === "object" && message !== null && "type" in message && message.type === "done"
  );
}
