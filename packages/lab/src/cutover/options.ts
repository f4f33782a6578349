// What a cutover is between, and how it runs. Data alone.
import type { Limits } from "@slipstream/server";
import type { ClientName } from "../clients/index.ts";

/** "on": a lab's limits, short enough to show within a run. "default": the server's own. "off": none. */
export type Bounds = "on" | "default" | "off";

export const BOUNDS: readonly Bounds[] = ["on", "default", "off"];

export interface CutoverOptions {
  /** The client before the cutover, and the one after it. */
  readonly from: ClientName;
  readonly to: ClientName;
  /** How long one order of the two runs, in s. The cutover is in the middle. */
  readonly seconds: number;
  /** Whether the other order is run too, against a fresh server. */
  readonly orders: "both" | "given";
  readonly bounds: Bounds;
  /** Lives of clients that begin in a second. */
  readonly rate: number;
  /** Decides how long each life is and what it asks for. */
  readonly seed: number;
  /** A server that runs already, such as interop's Phoenix app; null for one of our own. */
  readonly url: string | null;
}

export const CUTOVER_DEFAULTS: CutoverOptions = {
  from: "imitation",
  to: "slipstream",
  seconds: 60,
  orders: "both",
  bounds: "on",
  rate: 15,
  seed: 1,
  url: null,
};

const NEVER = 2 ** 31 - 1;

const LIMITS: Readonly<Record<Bounds, Partial<Limits>>> = {
  on: { idleTimeout: 6_000, sendTimeout: 3_000, closeTimeout: 2_000, maxBuffered: 2 * 1024 * 1024 },
  default: {},
  off: {
    idleTimeout: Infinity,
    sendTimeout: Infinity,
    handlerTimeout: Infinity,
    closeTimeout: NEVER,
    maxBuffered: NEVER,
  },
};

export function limitsOf(bounds: Bounds): Partial<Limits> {
  return LIMITS[bounds];
}

/** A sentence on the server and its bounds, which every run says. */
export function describeServer({ bounds, url }: Pick<CutoverOptions, "bounds" | "url">): string {
  if (url !== null) return `the server at ${url}, with its own bounds`;
  switch (bounds) {
    case "on":
      return "our server with its bounds on: silent for 6 s, takes nothing for 3 s, more than 2 MiB waiting, or a close of 2 s end a connection";
    case "default":
      return "our server with its default bounds: silent for 60 s, takes nothing for 30 s, more than 16 MiB waiting, or a close of 5 s end a connection";
    case "off":
      return "our server with its bounds off: nothing but its client ends a connection";
  }
}
