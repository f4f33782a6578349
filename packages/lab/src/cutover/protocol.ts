// What the processes of a cutover say to one another. Types alone.
import type { ServerStats } from "@slipstream/server";

/** The two clients by their place in the run. */
export type Role = "first" | "second";

export const ROLES: readonly Role[] = ["first", "second"];

/** To a client's process. It ends when it is disconnected. */
export type ToClient = { readonly type: "begin" } | { readonly type: "stop" };

/** Of a client's process. */
export type FromClient =
  | { readonly type: "ready" }
  | { readonly type: "unusable"; readonly reason: string }
  /** What became of lives since the last report. Moments are ms since the epoch. */
  | {
      readonly type: "lives";
      readonly begun: number;
      readonly failed: number;
      readonly ports: readonly (readonly [life: string, port: number])[];
      readonly declaredEnds: readonly (readonly [life: string, at: number])[];
      /** The longest time in which the process got no turn, in ms. */
      readonly heldUp: number;
    };

export type ToServer = { readonly type: "look" };

/** Of the server's process. */
export type FromServer = { readonly type: "listening"; readonly port: number } | ServerLook;

export interface ServerLook {
  readonly type: "look";
  /** TCP connections that it holds, by the client's port. */
  readonly ports: readonly number[];
  /** Lives whose connections came since the last look. */
  readonly arrivals: readonly (readonly [life: string, port: number])[];
  readonly stats: Readonly<Record<Role, ServerStats>>;
  /** Resident bytes. */
  readonly memory: number;
}
