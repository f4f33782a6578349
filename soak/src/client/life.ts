// One socket's life: does what is decided, as far as it can be done, and in the end disconnects and
// shows that nothing is left.
import { getEventListeners } from "node:events";
import type { NodeSocketOptions, Socket } from "@slipstream/client";
import type { Act, HandlerTemper } from "../decisions/decision.ts";
import type { Dice } from "../decisions/dice.ts";
import type { LifeOptions } from "../decisions/life-options.ts";
import { toBytes, type Order } from "../decisions/order.ts";
import type { ClientObservation, LifeName } from "../model/observation.ts";
import type { Verdicts } from "../model/verdicts.ts";
import type { Pace } from "../pace.ts";
import { SLACK } from "../settings.ts";
import { within } from "../within.ts";
import { socketOptions } from "./socket-options.ts";
import type { WatchedChannel } from "./watched-channel.ts";
import { WatchedSocket } from "./watched-socket.ts";

/** Makes the sockets; tests of the model give broken ones. */
export type MakeSocket = (url: string, options: NodeSocketOptions) => Socket;

export interface LifeSurroundings {
  readonly make: MakeSocket;
  readonly see: (observation: ClientObservation) => void;
  readonly verdicts: Verdicts;
  readonly pace: Pace;
  readonly url: string;
}

type PushAct = Extract<Act, { type: "push" }>;

export class Life {
  readonly watched: WatchedSocket;
  readonly #name: LifeName;
  readonly #surroundings: LifeSurroundings;
  readonly #abort = new AbortController();
  readonly #signals: AbortSignal[] = [];
  readonly #pending = new Set<() => void>();
  /** Readers and loops over states that go on. */
  readonly #loops = new Set<Promise<void>>();
  #pushes = 0;

  constructor(name: LifeName, options: LifeOptions, dice: Dice, surroundings: LifeSurroundings) {
    this.#name = name;
    this.#surroundings = surroundings;
    const { make, see, pace, url } = surroundings;
    see({ type: "lifeBegan", life: name, options });
    const source = {
      life: name,
      dice: dice.fork("credentials"),
      pace,
      told: (mood: string): void => see({ type: "credentialsGiven", life: name, mood }),
    };
    this.#signals.push(this.#abort.signal);
    const socket = make(url, socketOptions(options, source, this.#abort.signal));
    this.watched = new WatchedSocket(socket, name, see);
  }

  /** Nothing is there, and nothing will be tried. */
  get isAtRest(): boolean {
    const { type } = this.watched.socket.state;
    return type === "idle" || type === "ended";
  }

  /** Does one thing, and waits for nothing. */
  act(act: Act): void {
    const { watched } = this;
    switch (act.type) {
      case "connect":
        return watched.connect(
          this.#signal(act.abortAfter, () => watched.tell({ type: "connectAborted" })),
        );
      case "disconnect":
        return this.#disconnect(act);
      case "abortSocket":
        watched.tell({ type: "socketAborted" });
        return this.#abort.abort(new Error("The socket's signal."));
      case "join": {
        const channel = watched.channel(act.topic, this.#joinParams(act));
        const told = (): void => watched.tell({ type: "joinAborted", topic: act.topic });
        return channel.join(this.#signal(act.abortAfter, told), act.listen);
      }
      case "leave":
        return this.#leave(watched.channel(act.topic), act);
      case "push":
        for (let i = 0; i < act.count; i++) this.#push(act);
        return;
      case "read":
        return this.#loop(
          watched.channel(act.topic).read({
            ...act,
            pace: act.pace === 0 ? async () => {} : () => this.#surroundings.pace.wait(act.pace),
          }),
        );
      case "listen":
        return this.#listen(act.topic, act.event, act.temper, act.stay);
      case "ping":
        return watched.ping(act.timeout);
      case "followStates":
        return this.#loop(watched.followStates(act.count));
    }
  }

  #loop(loop: Promise<void>): void {
    this.#loops.add(loop);
    void loop.then(() => this.#loops.delete(loop));
  }

  /** Disconnects for the last time, and reports what is left. */
  async end(): Promise<void> {
    const { watched } = this;
    await watched.disconnect(1000, "");
    for (const calledOff of this.#pending) calledOff();
    this.#pending.clear();
    watched.endLoops();
    await within(SLACK, Promise.all(this.#loops));
    // Whoever is told last.
    await new Promise((resolve) => setImmediate(resolve));
    const left = this.#signals.flatMap((signal) => getEventListeners(signal, "abort")).length;
    this.#surroundings.verdicts.hold(
      left === 0,
      "P3",
      this.#name,
      `${left} listeners are left on signals.`,
    );
    const { stats, state } = watched.socket;
    watched.tell({ type: "lifeEnded", stats, state });
  }

  #disconnect({ how, code, reason, then }: Extract<Act, { type: "disconnect" }>): void {
    const { watched } = this;
    void (how === "reset" ? watched.reset() : watched.disconnect(code, reason));
    switch (then) {
      case "nothing":
        return;
      case "disconnect":
        void watched.disconnect(1000, "");
        return;
      case "connect":
        return watched.connect(undefined);
    }
  }

  #leave(channel: WatchedChannel, { timeout, then }: Extract<Act, { type: "leave" }>): void {
    channel.leave(timeout);
    if (then === "leave") channel.leave(null);
    if (then === "join") channel.join(undefined, "early");
  }

  #joinParams({ params, paramsKind }: Extract<Act, { type: "join" }>): unknown {
    switch (paramsKind) {
      case "value":
        return params;
      case "function":
        return () => params;
      case "async":
        return () => this.#surroundings.pace.wait(params.ms / 4).then(() => params);
      case "fails":
        return () => Promise.reject(new Error("There are no params today."));
    }
  }

  #push(act: PushAct): void {
    const { topic, expects, deed, form, timeout, look, size } = act;
    this.#pushes += 1;
    const name = `${this.#name}:${this.#pushes}`;
    const order: Order = { p: name, deed, ms: act.ms, count: act.size % 30, pad: act.size };
    const payload = { ...order, padding: "x".repeat(size) };
    this.watched.channel(topic).push({
      name,
      event: deed,
      form,
      expects,
      timeout,
      look,
      payload: payloadOf(payload, form),
      signal: this.#signal(act.abortAfter, () => {
        this.watched.tell({ type: "pushAborted", topic, push: name });
      }),
    });
  }

  #listen(topic: string, event: string, temper: HandlerTemper, stay: number): void {
    const remove = this.watched.channel(topic).listen(event, () => this.#react(temper, topic));
    this.#later(stay, remove);
  }

  #react(temper: HandlerTemper, topic: string): unknown {
    switch (temper) {
      case "calm":
        return undefined;
      case "throws":
        throw new Error("A handler that throws.");
      case "rejects":
        return Promise.reject(new Error("A handler that rejects."));
      case "leaves":
        return this.watched.channel(topic).leave(null);
      case "pushes":
        return this.#push(PUSH_OF_A_HANDLER(topic));
      case "disconnects":
        return void this.watched.disconnect(1000, "");
    }
  }

  /** A signal that is aborted after so many ms, and `told` before. */
  #signal(after: number | null, told: () => void): AbortSignal | undefined {
    if (after === null) return undefined;
    const controller = new AbortController();
    this.#signals.push(controller.signal);
    const abort = (): void => {
      told();
      controller.abort(new Error("Somebody lost patience."));
    };
    if (after === 0) abort();
    else this.#later(after, abort);
    return controller.signal;
  }

  #later(ms: number, act: () => void): void {
    let callOff: (() => void) | null = null;
    callOff = this.#surroundings.pace.later(ms, () => {
      if (callOff !== null) this.#pending.delete(callOff);
      act();
    });
    this.#pending.add(callOff);
  }
}

function payloadOf(payload: object, form: PushAct["form"]): unknown {
  switch (form) {
    case "json":
      return payload;
    case "bytes":
      return toBytes(payload);
    case "unsendable":
      return { ...payload, never: 1n };
  }
}

const PUSH_OF_A_HANDLER = (topic: string): PushAct => ({
  type: "push",
  topic,
  expects: "reply",
  deed: "ok",
  ms: 0,
  size: 0,
  form: "json",
  count: 1,
  timeout: 500,
  abortAfter: null,
  look: "observed",
});
