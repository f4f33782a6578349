// What the connections of a test's server share with it.
/** "auto": the server does it by itself. "manual": the test does. */
export type Conduct = "auto" | "manual";

export interface Seat {
  /** Who answers heartbeats. */
  readonly heartbeats: Conduct;
  /** Who answers close frames. */
  readonly closing: Conduct;
  /** How long an assertion waits, in ms of the real clock. */
  readonly timeout: number;
  /** Something has happened: whoever waits for rest waits on. */
  readonly active: () => void;
  /** What a test that waits in vain might have forgotten; "" for nothing. */
  readonly hint: () => string;
  /** Lets the client come to rest, and this much of the test's time pass. */
  readonly pass: (within: number | undefined) => Promise<void>;
}
