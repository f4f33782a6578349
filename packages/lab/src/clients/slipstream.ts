// Our client, with the options that it comes with.
import { connect, type Channel, type Socket } from "@slipstream/client";
import type { Farewell, LabChannel, LabClient, LabSocket } from "./lab-client.ts";

/** What the server sends: somebody has to listen. */
const EVENTS = ["bcast", "page", "push_n"];

class SlipstreamSocket implements LabSocket {
  readonly #socket: Socket;
  readonly #channels: Channel[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async join(topic: string, params: object): Promise<LabChannel> {
    const channel = await this.#socket.join(topic, params);
    for (const event of EVENTS) channel.on(event, () => {});
    this.#channels.push(channel);
    return channel;
  }

  end(how: Farewell): void {
    const leaves = how === "leave" ? this.#channels.map((channel) => channel.leave()) : [];
    void Promise.allSettled(leaves).then(() => this.#socket.disconnect());
  }
}

export const slipstream: LabClient = {
  async connect(url, params) {
    return new SlipstreamSocket(await connect(url, { params, logger: {} }));
  },
};
