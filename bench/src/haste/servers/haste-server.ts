// What is told to the process of a server of live pages, whichever it is.

/** What a server holds and does, now. What one of another side does not have is 0. */
export interface Look {
  /** Connections of clients. */
  readonly connections: number;
  readonly pages: number;
  readonly groups: number;
  readonly idleGroups: number;
  readonly snapshots: { readonly open: number; readonly waiting: number; readonly taken: number };
  readonly retainedChanges: number;
  /** Changes that it has taken in so far. */
  readonly changes: number;
  /** Timers of the process. */
  readonly timers: number;
  /** CPU that the process has had so far, ms. */
  readonly cpu: number;
}

/** What a server of any side gives. */
export interface HasteServer {
  readonly port: number;
  look(): Omit<Look, "timers" | "cpu">;
}

/** What such a server holds of what it has not. */
export const NOTHING: Omit<Look, "timers" | "cpu" | "connections"> = {
  pages: 0,
  groups: 0,
  idleGroups: 0,
  snapshots: { open: 0, waiting: 0, taken: 0 },
  retainedChanges: 0,
  changes: 0,
};

/** Bytes. */
export interface Memory {
  readonly heap: number;
  readonly rss: number;
}

/** The most since somebody last asked. */
export interface Peak extends Memory {
  /** The heap after a full collection, which is what is held; the others count garbage too. */
  readonly held: number;
}

/** What the process of a server can be told to do. */
export type ServerTasks = {
  readonly port: () => Promise<number>;
  readonly look: () => Promise<Look>;
  /** What is in use once garbage is gone. */
  readonly memory: () => Promise<Memory>;
  readonly peak: () => Peak;
};
