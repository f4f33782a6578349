// Hands on what a remote service sends to another place: an endpoint of one's own, a queue, a file.
import { Slipstream } from "@slipstream/client";

export type HandOn = (topic: string, event: string, payload: unknown) => void | Promise<void>;

export class Repeater extends Slipstream {
  readonly #handOn: HandOn;

  constructor(url: string, handOn: HandOn) {
    super(url);
    this.#handOn = handOn;
  }

  override handleConnect(): void {
    this.join("rooms:lobby");
  }

  /** The next message waits until this one has been handed on. */
  override async handleMessage(topic: string, event: string, payload: unknown): Promise<void> {
    await this.#handOn(topic, event, payload);
  }
}
