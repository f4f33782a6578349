// A block of lines at the bottom of a terminal that is drawn again and again in place. Whatever
// happens, the cursor comes back.
import { truncate } from "./width.ts";

const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";
const CLEAR_LINE_END = "\u001B[K";
const CLEAR_BELOW = "\u001B[J";
/** Terminals that know it show a frame at once; the others ignore it. */
const BEGIN_FRAME = "\u001B[?2026h";
const END_FRAME = "\u001B[?2026l";

/** What is needed of process.stdout. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): boolean;
}

/** Ten frames a second. */
const INTERVAL = 100;

export class LiveBlock {
  readonly #terminal: Terminal;
  readonly #draw: (width: number) => readonly string[];
  readonly #timer: NodeJS.Timeout;
  readonly #restore: () => void;
  #height = 0;

  /** @param draw the lines of the present moment, for a terminal of `width` columns. */
  constructor(terminal: Terminal, draw: (width: number) => readonly string[]) {
    this.#terminal = terminal;
    this.#draw = draw;
    this.#restore = () => terminal.write(SHOW_CURSOR);
    process.on("exit", this.#restore);
    terminal.write(HIDE_CURSOR);
    this.#frame(this.#room());
    this.#timer = setInterval(() => this.#frame(this.#room()), INTERVAL);
  }

  /** Draws the last frame, whole even if the terminal is too low for it, and gives the cursor back. */
  end(): void {
    clearInterval(this.#timer);
    this.#frame(Number.POSITIVE_INFINITY);
    this.#restore();
    process.off("exit", this.#restore);
  }

  /** A block as high as the terminal would scroll, and could not be drawn over. */
  #room(): number {
    return Math.max(1, (this.#terminal.rows || 24) - 1);
  }

  #frame(room: number): void {
    // One less than there are: a full line would wrap. A terminal that does not know says 0.
    const width = Math.max(1, (this.#terminal.columns || 80) - 1);
    const lines = this.#draw(width).slice(-room);
    const up = this.#height === 0 ? "" : `\u001B[${this.#height}A`;
    const text = lines.map((line) => `${truncate(line, width)}${CLEAR_LINE_END}\n`).join("");
    this.#terminal.write(`${BEGIN_FRAME}${up}\r${text}${CLEAR_BELOW}${END_FRAME}`);
    this.#height = lines.length;
  }
}
