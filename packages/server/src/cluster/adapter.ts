// The contract between a server and whatever carries messages between the nodes of a cluster. An
// adapter moves bytes and says whether it can; what the bytes mean is not its business.

/** What an adapter reports: never from inside `open` or `publish`. None of these throws. */
export interface AdapterEvents {
  /** From now on whatever other nodes publish is received, and what this node publishes is carried. */
  up(): void;
  /** The broker cannot be reached. The adapter goes on trying by itself, and calls `up` again. */
  down(cause: unknown): void;
  /** One message that `publish` had taken was not taken by the broker after all. */
  lost(): void;
  /**
   * Something was published, by another node or by this one. The messages of one node come in the
   * order in which it published them; while the broker is away they may be lost.
   */
  received(bytes: Uint8Array): void;
}

/** An open line to the other nodes. */
export interface ClusterLink {
  /**
   * Hands bytes to the broker, for all nodes. Returns at once, and must not throw. False if they
   * were not taken, because the broker is away or does not keep up: then they are lost, and counted.
   */
  publish(bytes: Uint8Array): boolean;
  /**
   * Sends what was published, if that takes no longer than `bound` ms, and frees everything. Nothing
   * is reported after it was called.
   */
  close(bound: number): Promise<void>;
}

/**
 * Connects the nodes of a cluster. Made by `redis(…)` of `@slipstream/server/redis`, by `nats(…)` of
 * `@slipstream/server/nats`, or by whoever has another broker.
 */
export interface ClusterAdapter {
  /** Starts to connect, and returns at once. A broker that is away is no error: see `down`. */
  open(events: AdapterEvents): ClusterLink;
}
