// What has been asked for since what is shown: counted, and each who asked is told how it went.

interface Waiting {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Revisions {
  #newest = 0;
  #settled = 0;
  #waiting: Waiting[] = [];

  get newest(): number {
    return this.#newest;
  }

  /** Whether the newest is what is shown, or has been found to be impossible. */
  get areSettled(): boolean {
    return this.#settled === this.#newest;
  }

  /** One more. Resolves when it is shown, or a newer one is. */
  add(): Promise<void> {
    this.#newest += 1;
    const revision = this.#newest;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ revision, resolve, reject });
    });
  }

  /** It is shown, and with it all before it. */
  resolve(revision: number): void {
    for (const waiting of this.#settle(revision)) waiting.resolve();
  }

  /** It cannot be had, and nor can those before it, which it replaced. */
  reject(revision: number, error: unknown): void {
    for (const waiting of this.#settle(revision)) waiting.reject(error);
  }

  #settle(revision: number): readonly Waiting[] {
    this.#settled = revision;
    const done = this.#waiting.filter((waiting) => waiting.revision <= revision);
    this.#waiting = this.#waiting.filter((waiting) => waiting.revision > revision);
    return done;
  }
}
