// One client: the pure session of @slipstream/core, whose effects are performed on the simulated server.
import {
  Session,
  type Effect,
  type SessionInput,
  type SessionOptions,
  type TransportEnd,
} from "@slipstream/core";
import type { Agenda } from "./agenda.ts";
import type { Dialler, SimulatedServer } from "./simulated-server.ts";

type ClientEffect = Effect<never, never>;

export class SimulatedClient {
  readonly session: Session<never, never>;
  /** How often the credentials were asked for. */
  tokens = 0;
  readonly #agenda: Agenda;
  readonly #server: SimulatedServer;
  #dialler: Dialler | null = null;
  /** The moment for which it has asked to be woken. */
  #armedFor = Infinity;

  constructor(agenda: Agenda, server: SimulatedServer, options: SessionOptions) {
    this.#agenda = agenda;
    this.#server = server;
    this.session = new Session(options);
  }

  connect(): void {
    this.#handle({ type: "connectSocket" });
  }

  #handle(input: SessionInput<never, never>): void {
    this.session.handle(input, this.#agenda.now);
    this.#perform();
  }

  #perform(): void {
    const { effects } = this.session;
    for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) {
      this.#performOne(effect);
    }
    this.#arm();
  }

  #performOne(effect: ClientEffect): void {
    switch (effect.type) {
      case "resolveCredentials": {
        this.tokens += 1;
        const { serial } = effect;
        // A session takes answers only when it has said all that it had to say.
        this.#agenda.in(0, () =>
          this.#handle({ type: "credentialsResolved", serial, changed: true }),
        );
        return;
      }
      case "dialServer":
        this.#dial();
        return;
      case "sendMessage":
        if (this.#dialler !== null) this.#server.sent(this.#dialler);
        return;
      case "closeTransport":
      case "resetTransport":
        if (this.#dialler !== null) this.#server.hungUp(this.#dialler);
        return;
      default:
    }
  }

  #dial(): void {
    const dialler: Dialler = {
      opened: () => {
        if (this.#dialler === dialler) this.#handle({ type: "transportOpened" });
      },
      closed: (end: TransportEnd) => {
        if (this.#dialler !== dialler) return;
        this.#dialler = null;
        this.#handle({ type: "transportClosed", end });
      },
    };
    this.#dialler = dialler;
    this.#server.dial(dialler);
  }

  #arm(): void {
    const at = this.session.wakeAt;
    if (at >= this.#armedFor) return;
    this.#armedFor = at;
    this.#agenda.at(at, () => this.#wake(at));
  }

  #wake(armedFor: number): void {
    if (this.#armedFor !== armedFor) return;
    this.#armedFor = Infinity;
    this.session.wake(this.#agenda.now);
    this.#perform();
  }
}
