// PGlite's start, begun early and elsewhere.
import { Worker } from "node:worker_threads";

/** The same file from `src` and from `dist`. */
const WORKER = new URL("../../../dist/demo/live-pages/pglite-worker.js", import.meta.url);

/** An empty database being made, by a thread beside this one. */
export class PgliteStart {
  readonly #worker = new Worker(WORKER);
  readonly #folder: Promise<ArrayBuffer>;

  constructor() {
    this.#folder = new Promise((resolve, reject) => {
      this.#worker.once("message", resolve);
      this.#worker.once("error", reject);
      this.#worker.once("exit", () => reject(new Error("PGlite's thread ended early.")));
    });
    // Whoever waits for it is told; until then it is nobody's fault.
    this.#folder.catch(() => undefined);
  }

  /** The data folder of the database, as PGlite's `loadDataDir` takes it. */
  async folder(): Promise<Blob> {
    return new Blob([await this.#folder]);
  }

  /** Ends the thread, wherever it is. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
