// npm `phoenix` over a WebSocket library, with the options that it comes with. What is added is promises.
import type * as Phoenix from "phoenix";
import type { Channel, Push, Socket } from "phoenix";
import type { Farewell, LabChannel, LabClient, LabSocket } from "./lab-client.ts";
import { load, loadLibrary, type Library } from "./libraries.ts";

class PhoenixSocket implements LabSocket {
  readonly #socket: Socket;
  readonly #channels: Channel[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async join(topic: string, params: object): Promise<LabChannel> {
    const channel = this.#socket.channel(topic, params);
    this.#channels.push(channel);
    await answerTo(channel.join());
    return { push: (event, payload) => answerTo(channel.push(event, payload)) };
  }

  end(how: Farewell): void {
    const leaves =
      how === "leave" ? this.#channels.map((channel) => answerTo(channel.leave())) : [];
    void Promise.allSettled(leaves).then(() => this.#socket.disconnect());
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

/** @throws {MissingLibraryError} */
export async function phoenixOver(library: Library): Promise<LabClient> {
  const [{ Socket }, transport] = await Promise.all([
    load<typeof Phoenix>("phoenix"),
    loadLibrary(library),
  ]);
  return {
    connect(url, params) {
      return new Promise((resolve, reject) => {
        const socket = new Socket(url, { params, transport });
        socket.onOpen(() => resolve(new PhoenixSocket(socket)));
        socket.onError(() => {
          reject(new Error("phoenix could not connect."));
        });
        socket.connect();
      });
    },
  };
}
