// What is known of the rows, in a word. It says what the page's state says, and never better.
import type { PageState } from "@slipstream/haste/client";
import type { ReactNode } from "react";
import { clock } from "./format.ts";

export interface StatusPillProps {
  readonly status: PageState<unknown>["status"];
  readonly progress: PageState<unknown>["progress"];
  /** Whether there is a connection. */
  readonly isConnected: boolean;
  /** Since when the rows have not been live, ms since 1970. */
  readonly since: number;
}

export function StatusPill({ status, ...more }: StatusPillProps): ReactNode {
  return (
    <p className="pill" role="status" data-status={status}>
      <span className="dot" aria-hidden="true" />
      {sentence({ status, ...more })}
    </p>
  );
}

function sentence({ status, progress, isConnected, since }: StatusPillProps): string {
  switch (status) {
    case "loading":
      if (!isConnected) return "Connecting";
      return progress === null ? "Loading" : `Loading ${progress.received} of ${progress.of}`;
    case "live":
      return "Live";
    case "stale":
      return isConnected ? "Fetching anew" : `Offline: as of ${clock(since)}`;
    case "paused":
      return isConnected ? "Held while you edit" : `Offline: as of ${clock(since)}`;
    case "error":
      return "No page";
    case "closed":
      return "Closed";
  }
}
