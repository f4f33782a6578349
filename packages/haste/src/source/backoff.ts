// How long to wait before the next attempt: longer each time, and never quite the same.

const FIRST = 100;
const LONGEST = 5_000;

export class Backoff {
  #attempt = 0;
  #cancel: (() => void) | null = null;
  #cancelled = false;

  /** Waits a random moment of the upper half of 0.1 s, 0.2 s, … up to 5 s; {@link cancel} ends it. */
  async wait(): Promise<void> {
    if (this.#cancelled) return;
    const longest = Math.min(LONGEST, FIRST * 2 ** this.#attempt);
    this.#attempt += 1;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2));
      this.#cancel = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#cancel = null;
  }

  reset(): void {
    this.#attempt = 0;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#cancel?.();
  }
}
