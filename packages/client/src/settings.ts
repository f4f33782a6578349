// What is settled about a socket: no option is left open. Types alone.
import type { ClientSerializer, SessionOptions } from "@slipstream/core";
import type { Clock } from "./clock.ts";
import type { GuardedLogger } from "./logger.ts";
import type { SocketOptions } from "./options.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import type { Dial } from "./transport.ts";

/** Where a socket's credentials come from: what tells it from the others of its program. */
export type Credentials = {
  readonly [K in "params" | "authToken" | "headers"]?: SocketOptions[K] | undefined;
};

/** How a socket behaves: what the session needs to know of that, and what is the client's own. */
export interface Settings extends SessionOptions {
  /** The options that they were made of. */
  readonly given: object;
  readonly serializer: ClientSerializer;
  readonly transport?: Dial;
  readonly clock: Clock;
  /** Whether the credentials can differ from one attempt to the next, being functions. */
  readonly renewable: boolean;
  readonly pushTimeout: number;
  readonly maxPayload: number;
  readonly maxBuffered: number;
  readonly telemetry: Telemetry | null;
  readonly logger: GuardedLogger;
}
