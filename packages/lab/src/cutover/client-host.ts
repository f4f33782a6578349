// A client's process, from outside: tells it when to work, and takes down what it says.
import type { ChildProcess } from "node:child_process";
import { flagsOf, type ClientName } from "../clients/index.ts";
import { endChild, hear, startChild } from "./child.ts";
import type { FromClient, Role, ToClient } from "./protocol.ts";
import type { Zombies } from "./zombies.ts";

/** A client cannot be tried here. */
export class ClientUnusableError extends Error {
  override readonly name = "ClientUnusableError";
  readonly code = "client_unusable";
}

export interface ClientHostOptions {
  readonly name: ClientName;
  readonly role: Role;
  readonly url: string;
  readonly rate: number;
  readonly seed: number;
  readonly asksPort: boolean;
}

export class ClientHost {
  /** @throws {ClientUnusableError} */
  static async start(options: ClientHostOptions, zombies: Zombies): Promise<ClientHost> {
    const { name, role, url, rate, seed, asksPort } = options;
    const child = startChild(
      "./client-process.js",
      [name, role, url, String(rate), String(seed), asksPort ? "asks" : ""],
      flagsOf(name),
    );
    const answer = await hear<FromClient>(child, ({ type }) => type !== "lives");
    if (answer.type === "unusable") {
      await endChild(child);
      throw new ClientUnusableError(`The client ${name} cannot be tried. ${answer.reason}`);
    }
    return new ClientHost(child, zombies);
  }

  begun = 0;
  failed = 0;
  #heldUp = 0;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, zombies: Zombies) {
    this.#child = child;
    child.on("message", (message: FromClient) => {
      if (message.type !== "lives") return;
      this.begun += message.begun;
      this.failed += message.failed;
      this.#heldUp = Math.max(this.#heldUp, message.heldUp);
      for (const [life, port] of message.ports) zombies.arrived(life, port);
      for (const [life, at] of message.declaredEnds) zombies.declaredEnd(life, at);
    });
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The longest time since the last call in which the process got no turn, in ms. */
  takeHeldUp(): number {
    const heldUp = this.#heldUp;
    this.#heldUp = 0;
    return heldUp;
  }

  begin(): void {
    this.#tell({ type: "begin" });
  }

  stop(): void {
    this.#tell({ type: "stop" });
  }

  /** Ends the process, and with it whatever it has left. */
  close(): Promise<void> {
    return endChild(this.#child);
  }

  #tell(message: ToClient): void {
    if (this.#child.connected) this.#child.send(message);
  }
}
