// Whether a client may come in: where its page is from, whether there is room, and what `connect`
// says. The same for all transports.
import { Addresses } from "./addresses.ts";
import type { IncomingHttpHeaders } from "node:http";
import type { ConnectRequest, Endpoint } from "../endpoint.ts";
import type { UpgradeRefusal } from "../end-reason.ts";
import { hostOf } from "./request-host.ts";
import { InvalidResultError } from "../errors.ts";
import type { ServerScope } from "../server-scope.ts";
import { Span } from "../telemetry/span.ts";
import type { TraceFailure } from "../telemetry/traces.ts";
import { ignore, isThenable } from "../thenable.ts";
import type { HttpAnswer } from "./upgrade-decision.ts";

/** What became of a client that wants to come in. */
export type Admission =
  /** It may. It takes up room until `release` is called, once. */
  | {
      readonly type: "accepted";
      readonly assigns: unknown;
      readonly id: string | null;
      readonly release: () => void;
    }
  | {
      readonly type: "refused";
      readonly reason: UpgradeRefusal;
      readonly answer: HttpAnswer;
      /** What `connect` threw. For nobody outside of this program. */
      readonly cause?: unknown;
    }
  /** It went away before it was answered. */
  | { readonly type: "abandoned" };

/** Tells of a client that goes away. Returns the function that stops listening. */
export type OnGone = (gone: () => void) => () => void;

const INTERNAL_ERROR: HttpAnswer = {
  status: 500,
  type: "application/json",
  body: '{"error":"Internal Server Error"}',
};
const ACCEPT_ALL = { type: "accepted", assigns: {} };

export class Entrance {
  readonly #scope: ServerScope;
  readonly #endpoint: Endpoint;
  readonly #addresses: Addresses;
  /** Those who wait for `connect`. */
  readonly #pending = new Set<() => void>();
  #admitted = 0;
  #saidOrigins = false;

  constructor(scope: ServerScope, endpoint: Endpoint) {
    this.#scope = scope;
    this.#endpoint = endpoint;
    this.#addresses = new Addresses(endpoint.limits);
  }

  /** Decides, at once if `connect` does. `decided` is called once, and must not throw. */
  ask(asked: ConnectRequest, onGone: OnGone, decided: (admission: Admission) => void): void {
    const span = Span.begin("slipstream.server.connect", () => ({
      server: this.#scope.server,
      path: asked.url.pathname,
    }));
    if (span === null) return this.#ask(asked, onGone, decided);
    span.call(() =>
      this.#ask(asked, onGone, (admission) => {
        span.settle(failureOf(admission));
        decided(admission);
      }),
    );
  }

  #ask(asked: ConnectRequest, onGone: OnGone, decided: (admission: Admission) => void): void {
    const { connect } = this.#endpoint;
    if (!this.mayConnect(asked.headers)) return decided(refused("forbiddenOrigin", 403));
    const release = this.#admit(asked);
    if (typeof release === "string") {
      return decided(refused(release, release === "full" ? 503 : 429));
    }
    const conclude = (admission: Admission): void => {
      if (admission.type !== "accepted") release();
      decided(admission);
    };
    let result: unknown;
    try {
      result = connect === null ? ACCEPT_ALL : connect(asked);
    } catch (error) {
      return conclude(this.#failed(error));
    }
    if (isThenable(result)) this.#await(result, release, onGone, conclude);
    else conclude(this.#read(result, release));
  }

  /** Whether the page that asks, if it is one, may. Told once, since a browser does not say why. */
  mayConnect(headers: IncomingHttpHeaders): boolean {
    try {
      if (this.#endpoint.mayConnect(headers.origin, hostOf(headers))) return true;
    } catch (error) {
      this.#tell("origins", error);
      return false;
    }
    if (!this.#saidOrigins) {
      this.#scope.logger.error(
        `The socket ${this.#endpoint.path} has refused a web page of another origin with 403. If it is ` +
          "a page of yours, name its origin in the option origins. This is said once.",
      );
    }
    this.#saidOrigins = true;
    return false;
  }

  /** Refuses whoever waits for `connect`. */
  close(): void {
    for (const giveUp of this.#pending) giveUp();
  }

  /** Takes up room, and returns how to give it back; or says why there is none. */
  #admit(asked: ConnectRequest): (() => void) | "full" | "addressLimited" {
    const { limits, addressOf } = this.#endpoint;
    if (this.#admitted >= limits.maxConnections) return "full";
    let address: string;
    try {
      address = addressOf(asked);
      if (typeof address !== "string") {
        ignore(address);
        throw new InvalidResultError("addressOf", "a text");
      }
    } catch (error) {
      this.#tell("addressOf", error);
      return "addressLimited";
    }
    if (!this.#addresses.admit(address, performance.now())) return "addressLimited";
    this.#admitted += 1;
    return () => {
      this.#admitted -= 1;
      this.#addresses.release(address);
    };
  }

  #await(
    result: PromiseLike<unknown>,
    release: () => void,
    onGone: OnGone,
    conclude: (admission: Admission) => void,
  ): void {
    const settle = (admission: () => Admission): void => {
      if (!this.#pending.delete(giveUp)) return;
      clearTimeout(timer);
      stopListening();
      conclude(admission());
    };
    const giveUp = (): void => settle(() => refused("closing", 503));
    const stopListening = onGone(() => settle(() => ({ type: "abandoned" })));
    const timer = setTimeout(() => {
      const { path } = this.#endpoint;
      this.#scope.logger.error(`The connect of the socket ${path} exceeds connectTimeout.`);
      settle(() => refused("connectTimeout", 503));
    }, this.#endpoint.limits.connectTimeout);
    this.#pending.add(giveUp);
    // Promise.resolve, since a thenable may throw rather than reject.
    Promise.resolve(result).then(
      (value) => settle(() => this.#read(value, release)),
      (error: unknown) => {
        // Why it has taken too long, perhaps.
        if (this.#pending.has(giveUp)) settle(() => this.#failed(error));
        else this.#tell("connect", error);
      },
    );
  }

  /** What `connect` has said. */
  #read(value: unknown, release: () => void): Admission {
    try {
      return this.#readable(value, release);
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** @throws What `id` throws, or a value that cannot even be looked at. */
  #readable(value: unknown, release: () => void): Admission {
    if (isTagged(value, "refused") && "status" in value) {
      const status = Number(value.status);
      return refused("refused", status >= 400 && status < 600 ? status : 403);
    }
    if (!isTagged(value, "accepted") || !("assigns" in value)) {
      throw new InvalidResultError("connect", "accept(…) or refuse(…)");
    }
    const { assigns } = value;
    const id: unknown = this.#endpoint.idOf?.(assigns) ?? null;
    // Under another name `server.disconnect` would never find it.
    if (typeof id !== "string" && id !== null) {
      ignore(id);
      throw new InvalidResultError("id", "a text, or null for no name");
    }
    return { type: "accepted", assigns, id, release };
  }

  #failed(error: unknown): Admission {
    this.#tell("connect", error);
    return { type: "refused", reason: "connectFailed", answer: INTERNAL_ERROR, cause: error };
  }

  #tell(callback: "connect" | "origins" | "addressOf", error: unknown): void {
    this.#scope.logger.error(`The ${callback} of the socket ${this.#endpoint.path} failed.`, error);
  }
}

function refused(reason: UpgradeRefusal, status: number): Admission {
  return { type: "refused", reason, answer: { status } };
}

function failureOf(admission: Admission): TraceFailure | null {
  switch (admission.type) {
    case "accepted":
      return null;
    case "refused":
      return { code: admission.reason, status: admission.answer.status };
    case "abandoned":
      return { code: "abandoned" };
  }
}

function isTagged(value: unknown, tag: string): value is object {
  return typeof value === "object" && value !== null && "type" in value && value.type === tag;
}
