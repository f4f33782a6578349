// npm `phoenix` over the library `ws`, with the options that it comes with. What is added is promises.
import { Socket, type Channel, type Push } from "phoenix";
import { WebSocket } from "ws";
import type { Side, SideChannel, SideSocket } from "./side.ts";

class PhoenixSocket implements SideSocket {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  channel(topic: string, params: object): PhoenixChannel {
    return new PhoenixChannel(this.#socket.channel(topic, params));
  }

  disconnect(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.disconnect(() => resolve());
    });
  }
}

class PhoenixChannel implements SideChannel {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  on(event: string, handler: (payload: unknown) => void): void {
    this.#channel.on(event, handler);
  }

  join(): Promise<unknown> {
    return answerTo(this.#channel.join());
  }

  push(event: string, payload: object): Promise<unknown> {
    return answerTo(this.#channel.push(event, payload));
  }

  leave(): Promise<unknown> {
    return answerTo(this.#channel.leave());
  }
}

function answerTo(push: Push): Promise<unknown> {
  return new Promise((resolve, reject) => {
    push
      .receive("ok", resolve)
      .receive("error", () => reject(new Error("The server replied error.")))
      .receive("timeout", () => reject(new Error("The server did not reply.")));
  });
}

export const phoenix: Side = {
  connect(url) {
    return new Promise((resolve, reject) => {
      const socket = new Socket(url, { transport: WebSocket });
      socket.onOpen(() => resolve(new PhoenixSocket(socket)));
      socket.onError((error) => reject(new Error("phoenix could not connect.", { cause: error })));
      socket.connect();
    });
  },
};
