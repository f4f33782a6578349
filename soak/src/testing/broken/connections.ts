// Sockets that do something wrong with connections and memberships.
import { connect } from "node:net";
import { Socket, type Channel } from "@slipstream/client";
import { channelsLike, socketsLike, type Broken } from "./bend.ts";

export const BROKEN_CONNECTIONS: Broken = [
  [
    "joins without asking the server",
    "P6",
    channelsLike((channel) => ({
      join: (...parameters: Parameters<Channel["join"]>) => {
        void channel.join(...parameters);
        return Promise.resolve({});
      },
    })),
  ],
  [
    "leaves without the server's word",
    "P6",
    channelsLike((channel) => ({
      leave: () => {
        void channel.leave();
        return Promise.resolve();
      },
    })),
  ],
  [
    "says that it is disconnected, and is not",
    "P1",
    socketsLike((socket) => ({
      disconnect: () => {
        void socket.disconnect();
        return Promise.resolve({ code: null, reason: "", clean: true });
      },
    })),
  ],
  [
    "connects again after disconnect()",
    "P1",
    socketsLike((socket) => ({
      disconnect: async (...parameters: Parameters<Socket["disconnect"]>) => {
        const disconnected = await socket.disconnect(...parameters);
        void socket.connect().catch(() => {});
        setTimeout(() => void socket.disconnect(), 50);
        return disconnected;
      },
    })),
  ],
  [
    "tells the end of a connection twice",
    "P4",
    socketsLike((socket) => ({
      onConnectionEnd: (handler: Parameters<Socket["onConnectionEnd"]>[0]) =>
        socket.onConnectionEnd((end) => {
          handler(end);
          handler(end);
        }),
    })),
  ],
  [
    "keeps a TCP connection",
    "P3",
    (url, options) => {
      const leaked = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
      leaked.on("error", () => {});
      // Longer than two looks at the kernel's list are apart.
      setTimeout(() => leaked.destroy(), 2_500);
      return new Socket(url, options);
    },
  ],
  [
    "keeps a listener on the signal",
    "P3",
    (url, options) => {
      options.signal?.addEventListener("abort", () => {});
      return new Socket(url, options);
    },
  ],
];
