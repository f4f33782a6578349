// How far a cutover has come, on standard error: one line that is written over in a terminal, and
// otherwise a line now and then.
import { describeServer, type CutoverEvent, type CutoverOptions } from "@slipstream/lab";

const MIB = 1024 * 1024;

/** Ms of a run between two lines, where lines stay. */
const LINE_INTERVAL = 10_000;

/** What is needed of process.stderr. */
export interface ProgressScreen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
}

/** "54 s", "2 min 6 s", "1 h 3 min". */
export function durationOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export class Progress {
  readonly #screen: ProgressScreen;
  readonly #options: CutoverOptions;
  #place = "";
  #lastLine = -LINE_INTERVAL;

  constructor(screen: ProgressScreen, options: CutoverOptions) {
    this.#screen = screen;
    this.#options = options;
    const { from, to, seconds, orders } = options;
    const runs = orders === "both" && from !== to ? 2 : 1;
    const time = durationOf(runs * (seconds + 3));
    screen.write(
      `Against ${describeServer(options)}.\n${runs === 2 ? "Two orders" : "One order"} of ${seconds} s each: about ${time}.\n`,
    );
  }

  tell(event: CutoverEvent): void {
    switch (event.type) {
      case "order":
        this.#place = `${event.from} → ${event.to}`;
        this.#lastLine = -LINE_INTERVAL;
        return;
      case "cutover":
        return;
      case "sample": {
        const { at, live, zombies, memory } = event.sample;
        const { seconds } = this.#options;
        const text = `${this.#place}: ${Math.floor(at / 1_000)} of ${seconds} s, ${event.phase === "first" ? "before" : "after"} the cutover · live ${live.first + live.second} · zombies ${zombies.first + zombies.second} · ${Math.round(memory / MIB)} MiB`;
        this.#show(text, at);
      }
    }
  }

  /** Leaves the screen as it should be. */
  end(): void {
    if (this.#screen.isTTY === true) this.#screen.write("\r\u001B[K");
  }

  #show(text: string, at: number): void {
    if (this.#screen.isTTY === true) {
      this.#screen.write(`\r\u001B[K${text.slice(0, (this.#screen.columns ?? 80) - 1)}`);
    } else if (at - this.#lastLine >= LINE_INTERVAL) {
      this.#lastLine = at;
      this.#screen.write(`${text}\n`);
    }
  }
}
