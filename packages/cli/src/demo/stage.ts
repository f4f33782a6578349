// What stands between the client and the flights: a relay on the port that the client knows, and
// behind it one server after another. What goes wrong in the demo goes wrong here.
import { Relay } from "@slipstream/faults";
import type { ChannelsServer } from "@slipstream/server";
import type { FlightsService } from "./flights-service.ts";
import { KernelWatch } from "./sockets-left.ts";

interface Running {
  readonly server: ChannelsServer;
  readonly port: number;
}

export class Stage {
  /** Starts the first server and the relay before it. */
  static async open(service: FlightsService): Promise<Stage> {
    const first = await service.serve();
    const stage: Stage = new Stage(service, first);
    // The relay asks for its target at each connection.
    const relay = await Relay.listen({
      get targetPort() {
        return stage.#current.port;
      },
    });
    stage.#relay = relay;
    stage.kernel.add(relay.port);
    return stage;
  }

  /** The sockets of all ports that were ever listened on. */
  readonly kernel: KernelWatch = new KernelWatch();
  readonly #service: FlightsService;
  #current: Running;
  #relay: Relay | null = null;

  private constructor(service: FlightsService, first: Running) {
    this.#service = service;
    this.#current = first;
    this.kernel.add(first.port);
  }

  get relay(): Relay {
    if (this.#relay === null) throw new Error("A stage is made by Stage.open.");
    return this.#relay;
  }

  /** What clients connect to. */
  get url(): string {
    return `ws://127.0.0.1:${this.relay.port}/socket`;
  }

  /** As a rolling restart does: the next server is there before the old one sends its clients away. */
  async roll(): Promise<void> {
    const old = this.#current;
    this.#current = await this.#service.serve();
    this.kernel.add(this.#current.port);
    await old.server.close({ drain: 100 });
  }

  async close(): Promise<void> {
    await this.#service.close();
    await this.#relay?.close();
  }
}
