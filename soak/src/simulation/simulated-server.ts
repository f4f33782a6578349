// A server as its clients see it when they dial: it lets in, refuses, is not there, or drops what it
// has let in. It counts every attempt.
import type { Random, TransportEnd } from "@slipstream/core";
import type { Agenda } from "./agenda.ts";
import { Histogram, STEP } from "./histogram.ts";

/** How the server is at some time. */
export type Weather =
  /** It answers up to so many handshakes in 100 ms, and refuses the others with 503. */
  | { readonly type: "up"; readonly capacity: number }
  /** Nothing listens. */
  | { readonly type: "down" }
  /** It lets in and drops after so many ms. */
  | { readonly type: "flapping"; readonly life: number };

/** What a dial comes to. `closed` is told once, and last. */
export interface Dialler {
  opened(): void;
  closed(end: TransportEnd): void;
}

/** Ms that a handshake or a refusal takes at least, and at random beyond that. */
const NEAR = 5;
const SPREAD = 20;

const LOST: TransportEnd = { code: null, reason: "", clean: false };
const REFUSED: TransportEnd = { ...LOST, error: { cause: "ECONNREFUSED" } };
const BUSY: TransportEnd = { ...LOST, rejected: { status: 503 } };

export class SimulatedServer {
  readonly attempts: Histogram = new Histogram();
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #live = new Set<Dialler>();
  #weather: Weather;
  #window = -1;
  #taken = 0;

  constructor(agenda: Agenda, random: Random, weather: Weather) {
    this.#agenda = agenda;
    this.#random = random;
    this.#weather = weather;
  }

  /** How many connections it has. */
  get live(): number {
    return this.#live.size;
  }

  /** Changes what it does with those who dial from now on. */
  become(weather: Weather): void {
    this.#weather = weather;
  }

  /** Every connection is gone; each client sees it when its packet comes. */
  crash(): void {
    for (const dialler of this.#live) this.#later(() => dialler.closed(LOST));
    this.#live.clear();
  }

  /** Every connection is gone, and no client sees it until it sends something. */
  forget(): void {
    this.#live.clear();
  }

  dial(dialler: Dialler): void {
    this.attempts.add(this.#agenda.now);
    const weather = this.#weather;
    switch (weather.type) {
      case "down":
        this.#later(() => dialler.closed(REFUSED));
        return;
      case "up":
        if (this.#hasRoom(weather.capacity)) this.#letIn(dialler);
        else this.#later(() => dialler.closed(BUSY));
        return;
      case "flapping":
        this.#letIn(dialler);
        this.#agenda.in(NEAR + SPREAD + weather.life, () => this.#drop(dialler));
    }
  }

  /** A frame of this client's comes. Where its connection is forgotten, TCP answers with RST. */
  sent(dialler: Dialler): void {
    if (!this.#live.has(dialler)) this.#later(() => dialler.closed(LOST));
  }

  /** The client ends the connection. */
  hungUp(dialler: Dialler): void {
    this.#live.delete(dialler);
    this.#later(() => dialler.closed(LOST));
  }

  #hasRoom(capacity: number): boolean {
    const window = Math.floor(this.#agenda.now / STEP);
    if (window !== this.#window) {
      this.#window = window;
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#taken <= capacity;
  }

  #letIn(dialler: Dialler): void {
    this.#live.add(dialler);
    this.#later(() => dialler.opened());
  }

  #drop(dialler: Dialler): void {
    if (this.#live.delete(dialler)) dialler.closed(LOST);
  }

  #later(act: () => void): void {
    this.#agenda.in(NEAR + this.#random() * SPREAD, act);
  }
}
