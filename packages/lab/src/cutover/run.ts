// One cutover, or both orders of it: who runs when, and what is looked at meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import { kernelSockets } from "@slipstream/faults";
import type { ClientName } from "../clients/index.ts";
import { Changes } from "./changes.ts";
import { ClientHost } from "./client-host.ts";
import { LabProcessError } from "./child.ts";
import type { CutoverOptions } from "./options.ts";
import { findServer } from "./phoenix-server.ts";
import { ROLES, type Role } from "./protocol.ts";
import { phaseResult, type ByRole, type PhaseResult, type Sample } from "./sample.ts";
import { startServer, type Served } from "./served.ts";
import { Zombies } from "./zombies.ts";

/** Ms between looks; longer where a run is so long that there would be more looks than anybody reads. */
const INTERVAL = 250;
const MAX_LOOKS = 2_000;

/** In the last part of each phase no life begins, so that all that a client leaves behind is seen. */
const settleTime = (phase: number): number => Math.min(5_000, phase * 0.4);

/** One order of two clients against one server. */
export interface OrderResult {
  readonly from: ClientName;
  readonly to: ClientName;
  /** Whether the server tells the clients apart. If not, what it counts is of both, under the first. */
  readonly clientsApart: boolean;
  /** Ms since the run began. */
  readonly cutoverAt: number;
  readonly samples: readonly Sample[];
  readonly before: PhaseResult;
  readonly after: PhaseResult;
  /** What was left of the first client at the very end, and the reasons for which its connections ended after the cutover. */
  readonly leftOfFirst: {
    readonly zombies: number;
    readonly endsByReason: Readonly<Record<string, number>>;
  };
}

export interface CutoverResult {
  readonly options: CutoverOptions;
  readonly given: OrderResult;
  readonly reversed: OrderResult | null;
}

export type CutoverEvent =
  | { readonly type: "order"; readonly from: ClientName; readonly to: ClientName }
  | { readonly type: "sample"; readonly sample: Sample; readonly phase: Role }
  | { readonly type: "cutover"; readonly at: number };

/**
 * Runs the workload through one client and then the other, against a fresh server for each order.
 *
 * @param signal ends the run before its time; it then rejects with the signal's reason.
 * @throws {ClientUnusableError} A client's library is not installed.
 * @throws {ServerUnusableError} The server that was named cannot be used.
 */
export async function runCutover(
  options: CutoverOptions,
  tell: (event: CutoverEvent) => void,
  signal: AbortSignal,
): Promise<CutoverResult> {
  const { from, to } = options;
  const given = await runOrder(options, from, to, tell, signal);
  const reversed =
    options.orders === "both" && from !== to
      ? await runOrder(options, to, from, tell, signal)
      : null;
  return { options, given, reversed };
}

async function runOrder(
  options: CutoverOptions,
  from: ClientName,
  to: ClientName,
  tell: (event: CutoverEvent) => void,
  signal: AbortSignal,
): Promise<OrderResult> {
  const { url, bounds, rate, seed } = options;
  tell({ type: "order", from, to });
  const server = url === null ? await startServer(bounds) : await findServer(url);
  const zombies = new Zombies();
  const clients: Partial<Record<Role, ClientHost>> = {};
  let changes: Changes | null = null;
  try {
    for (const [role, name] of [
      ["first", from],
      ["second", to],
    ] as const) {
      const asksPort = !server.tellsClientsApart;
      const start = { name, role, url: server.url(role), rate, seed, asksPort };
      clients[role] = await ClientHost.start(start, zombies);
    }
    changes = await Changes.begin(ROLES.map((role) => server.url(role)));
    const order = new Order(
      server,
      zombies,
      clients as Record<Role, ClientHost>,
      changes,
      tell,
      signal,
    );
    return await order.run(from, to, options.seconds * 500);
  } finally {
    await changes?.end();
    await Promise.all(Object.values(clients).map((client) => client.close()));
    await server.close();
  }
}

class Order {
  readonly #server: Served;
  readonly #zombies: Zombies;
  readonly #clients: ByRole<ClientHost>;
  readonly #changes: Changes;
  readonly #tell: (event: CutoverEvent) => void;
  readonly #signal: AbortSignal;
  readonly #samples: Sample[] = [];
  #interval = INTERVAL;
  #began = 0;

  constructor(
    server: Served,
    zombies: Zombies,
    clients: ByRole<ClientHost>,
    changes: Changes,
    tell: (event: CutoverEvent) => void,
    signal: AbortSignal,
  ) {
    this.#server = server;
    this.#zombies = zombies;
    this.#clients = clients;
    this.#changes = changes;
    this.#tell = tell;
    this.#signal = signal;
  }

  async run(from: ClientName, to: ClientName, phase: number): Promise<OrderResult> {
    const { first, second } = this.#clients;
    this.#interval = Math.max(INTERVAL, (2 * phase) / MAX_LOOKS);
    this.#began = performance.now();
    await this.#look("first");
    first.begin();
    await this.#lookUntil(phase - settleTime(phase), "first");
    first.stop();
    await this.#lookUntil(phase, "first");
    const cutover = this.#samples.length - 1;
    const cutoverAt = this.#samples[cutover]?.at ?? phase;
    this.#tell({ type: "cutover", at: cutoverAt });
    second.begin();
    await this.#lookUntil(2 * phase - settleTime(phase), "second");
    second.stop();
    await this.#lookUntil(2 * phase, "second");
    const before = this.#samples.slice(0, cutover + 1);
    const after = this.#samples.slice(cutover);
    const apart = this.#server.tellsClientsApart;
    const left = phaseResult(after, "first", from);
    return {
      from,
      to,
      clientsApart: apart,
      cutoverAt,
      samples: this.#samples,
      before: phaseResult(before, "first", from),
      after: phaseResult(after, "second", to, apart ? "second" : "first"),
      leftOfFirst: { zombies: left.zombiesAtEnd, endsByReason: apart ? left.endsByReason : {} },
    };
  }

  async #lookUntil(moment: number, phase: Role): Promise<void> {
    for (;;) {
      const left = this.#began + moment - performance.now();
      if (left <= 0) return;
      await sleep(Math.min(left, this.#interval), undefined, { signal: this.#signal });
      await this.#look(phase);
    }
  }

  async #look(phase: Role): Promise<void> {
    const { live, ends, memory, ports, arrivals } = await this.#server.look();
    for (const role of ROLES) {
      // The first client's process outlives the cutover: its end would clean up after it.
      if (this.#clients[role].hasEnded) {
        throw new LabProcessError(`The process of the ${role} client ended during the run.`);
      }
    }
    for (const [life, port] of arrivals) this.#zombies.arrived(life, port);
    const kernel = this.#kernel();
    const held = new Set([...ports, ...kernel.ports]);
    const { unknown, ...zombies } = this.#zombies.count(held, Date.now());
    const { first, second } = this.#clients;
    const sample: Sample = {
      at: Math.round(performance.now() - this.#began),
      live,
      zombies,
      unknown: Math.max(0, unknown - this.#changes.connections),
      memory,
      ends,
      kernel: kernel.states,
      lives: {
        first: { begun: first.begun, failed: first.failed },
        second: { begun: second.begun, failed: second.failed },
      },
      heldUp: { first: first.takeHeldUp(), second: second.takeHeldUp() },
    };
    this.#samples.push(sample);
    this.#tell({ type: "sample", sample, phase });
  }

  /** Sockets of the server's port: the clients' ports of those that are held, and how many are in which state. */
  #kernel(): { readonly ports: number[]; readonly states: Record<string, number> } {
    const { port } = this.#server;
    const ports: number[] = [];
    const states: Record<string, number> = {};
    for (const { state, localPort, remotePort } of kernelSockets(port) ?? []) {
      if (state === "LISTEN") continue;
      states[state] = (states[state] ?? 0) + 1;
      // TIME-WAIT is what TCP wants of whoever closed first; nobody holds it.
      if (state !== "TIME-WAIT") ports.push(localPort === port ? remotePort : localPort);
    }
    return { ports, states };
  }
}
