// Real brokers for tests: programs of the machine, on spare ports of loopback, killed and restarted
// at will.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** How a program is started, and what it prints when it can be used. */
export interface BrokerProgram {
  readonly command: string;
  readonly parameters: (port: number) => readonly string[];
  readonly ready: RegExp;
}

export const REDIS: BrokerProgram = {
  command: "redis-server",
  parameters: (port) => [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
  ],
  ready: /Ready to accept connections/,
};

export const NATS: BrokerProgram = {
  command: "nats-server",
  parameters: (port) => ["-a", "127.0.0.1", "-p", String(port)],
  ready: /Server is ready/,
};

/** A port that nobody uses just now. */
async function sparePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export class BrokerProcess {
  readonly port: number;
  readonly #program: BrokerProgram;
  #child: ChildProcess | null = null;

  private constructor(program: BrokerProgram, port: number) {
    this.#program = program;
    this.port = port;
  }

  static async start(program: BrokerProgram): Promise<BrokerProcess> {
    const broker = new BrokerProcess(program, await sparePort());
    await broker.start();
    return broker;
  }

  async start(): Promise<void> {
    const { command, parameters, ready } = this.#program;
    const child = spawn(command, parameters(this.port), { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      const hear = (text: Buffer): void => {
        said += text.toString();
        if (ready.test(said)) resolve();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`${command} ended: ${said}`)));
    });
  }

  /** Without a goodbye, and without an end of its connections but the kernel's. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}
