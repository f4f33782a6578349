// P3: what is left in the kernel and in this process. A client that is at rest has no socket; when
// all is over, nobody has, and nothing here would keep the process alive.
import { setTimeout as sleep } from "node:timers/promises";
import { kernelSockets, type KernelSocket } from "@slipstream/faults";
import type { Verdicts } from "./verdicts.ts";

/** A client, as far as its sockets are concerned. */
export interface Socketed {
  readonly name: string;
  /** The port that only this client connects to. */
  readonly port: number;
  readonly isAtRest: boolean;
}

/** A second look, so that the kernel has had its turn. */
const SECOND_LOOK = 200;
/** How long what is on its way out may take, once all is over. */
const GRACE = 10_000;
const LASTING = new Set(["TCPServerWrap", "TCPSocketWrap", "Timeout", "ProcessWrap"]);

export class Leftovers {
  readonly #verdicts: Verdicts;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  /** While the soak runs: clients at rest have no socket, FIN-WAIT included, and the others have one. */
  async look(clients: readonly Socketed[]): Promise<void> {
    const suspects = clients.filter((client) => socketsOf(client.port).length > allowed(client));
    this.#verdicts.checks += clients.length;
    if (suspects.length === 0) return;
    await sleep(SECOND_LOOK);
    for (const client of suspects) {
      const open = socketsOf(client.port);
      this.#verdicts.hold(
        open.length <= allowed(client),
        "P3",
        `${client.name}.`,
        () =>
          `${client.name} is ${client.isAtRest ? "at rest" : "at work"} and has sockets: ${open.map(({ localPort, state }) => `${localPort} ${state}`).join(", ")}.`,
      );
    }
  }

  /** When all is over. TIME-WAIT alone may be left: it is how TCP ends on the side that ends it. */
  async final(ports: readonly number[]): Promise<void> {
    const lasting = (): string[] =>
      process.getActiveResourcesInfo().filter((kind) => LASTING.has(kind));
    const sockets = (): KernelSocket[] =>
      ports
        .flatMap((port) => kernelSockets(port) ?? [])
        .filter(({ state }) => state !== "TIME-WAIT");
    const until = performance.now() + GRACE;
    while (lasting().length + sockets().length > 0 && performance.now() < until) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#verdicts.hold(sockets().length === 0, "P3", null, () => {
      const names = sockets().map((one) => `${one.localPort}-${one.remotePort} ${one.state}`);
      return `sockets are left in the kernel: ${names.join(", ")}.`;
    });
    const left = lasting();
    this.#verdicts.hold(
      left.length === 0,
      "P3",
      null,
      `the process is kept alive by ${left.join(", ")}.`,
    );
  }
}

/** How many sockets a client may have. */
function allowed({ isAtRest }: Socketed): number {
  return isAtRest ? 0 : 1;
}

/** The client's ends of its connections, but those that have seen both FINs. */
function socketsOf(port: number): KernelSocket[] {
  const over = new Set(["TIME-WAIT", "LAST-ACK", "CLOSING", "CLOSE"]);
  return (kernelSockets(port) ?? []).filter(
    ({ remotePort, state }) => remotePort === port && !over.has(state),
  );
}
