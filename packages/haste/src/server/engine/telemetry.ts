// What can be heard of the engine by whoever measures. Functions must not throw and must return at once.
export interface Telemetry {
  /** A transaction has been taken in. `lag` is the ms since its commit, by two clocks. */
  transaction?(event: {
    readonly position: bigint;
    readonly changes: number;
    /** How many groups of equal pages it could concern. */
    readonly groups: number;
    readonly lag: number;
  }): void;
  /** A group has been read, in so many ms and attempts. */
  read?(event: { readonly view: string; readonly ms: number; readonly attempts: number }): void;
  /** A group could not be read. It is tried again while somebody looks at it. */
  readFailed?(event: { readonly view: string; readonly error: unknown }): void;
  interrupted?(event: { readonly error: Error }): void;
  resumed?(): void;
  pageOpened?(event: {
    readonly view: string;
    readonly ms: number;
    readonly resumed: boolean;
  }): void;
  pageClosed?(event: { readonly view: string }): void;
}
