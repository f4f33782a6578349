// Sockets that break one promise each, on purpose: the real client with one thing bent. What bends is
// chosen so that a soak of some seconds comes across it.
import { connect } from "node:net";
import {
  Socket,
  type Channel,
  type MessagesOptions,
  type NodeSocketOptions,
} from "@slipstream/client";
import type { MakeSocket } from "../client/life.ts";

type Bend<T> = (target: T) => Partial<Record<keyof T, unknown>>;

/** The same object, with some of its members replaced. */
function bent<T extends object>(target: T, bend: Bend<T>): T {
  const bends = new Map<PropertyKey, unknown>(Object.entries(bend(target)));
  return new Proxy(target, {
    get(_, key) {
      if (bends.has(key)) return bends.get(key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

const socketsLike =
  (
    bend: Bend<Socket>,
    change: (options: NodeSocketOptions) => NodeSocketOptions = (same) => same,
  ): MakeSocket =>
  (url, options) =>
    bent(new Socket(url, change(options)), bend);

/** Bends the channels of a socket. */
const channelsLike = (bend: Bend<Channel>): MakeSocket =>
  socketsLike((socket) => {
    const known = new WeakMap<Channel, Channel>();
    return {
      channel(topic: string, params?: unknown): Channel {
        const channel = socket.channel(topic, params);
        const broken = known.get(channel) ?? bent(channel, bend);
        known.set(channel, broken);
        return broken;
      },
    };
  });

type Handler = (message: { readonly event: string; readonly payload: unknown }) => void;
type PushParameters = Parameters<Channel["push"]>;

/** By what they do: the promise that each breaks, and the sockets. */
export const BROKEN: readonly (readonly [what: string, promise: string, make: MakeSocket])[] = [
  [
    "delivers a message twice",
    "P7",
    channelsLike((channel) => {
      let count = 0;
      return {
        onMessage: (handler: Handler) =>
          channel.onMessage((message) => {
            handler(message);
            if ((count += 1) % 10 === 0) handler(message);
          }),
      };
    }),
  ],
  [
    "loses a message",
    "P7",
    channelsLike((channel) => {
      let count = 0;
      return {
        onMessage: (handler: Handler) =>
          channel.onMessage((message) => {
            if ((count += 1) % 10 !== 0) handler(message);
          }),
      };
    }),
  ],
  [
    "changes the order of two messages",
    "P7",
    channelsLike((channel) => {
      let count = 0;
      let held: Parameters<Handler>[0] | null = null;
      return {
        onMessage: (handler: Handler) =>
          channel.onMessage((message) => {
            if ((count += 1) % 10 === 5) {
              held = message;
              return;
            }
            handler(message);
            if (held !== null) handler(held);
            held = null;
          }),
      };
    }),
  ],
  [
    "delivers after leave()",
    "P7",
    channelsLike((channel) => {
      let again = (): void => {};
      return {
        onMessage: (handler: Handler) =>
          channel.onMessage((message) => {
            handler(message);
            again = () => handler(message);
          }),
        leave: () => {
          const leaving = channel.leave();
          queueMicrotask(again);
          return leaving;
        },
      };
    }),
  ],
  [
    "calls a push that timed out ok",
    "P5",
    channelsLike((channel) => ({
      push: (...parameters: PushParameters) =>
        channel.push(...parameters).catch((error: unknown) => {
          if ((error as { code?: unknown }).code === "timeout") return {};
          throw error;
        }),
    })),
  ],
  [
    "sends a push twice",
    "P5",
    channelsLike((channel) => ({
      push: (...parameters: PushParameters) => {
        void channel.push(...parameters);
        return channel.push(...parameters);
      },
    })),
  ],
  [
    "never settles a push",
    "P5",
    channelsLike((channel) => {
      let count = 0;
      return {
        push: (...parameters: PushParameters) => {
          const pushed = channel.push(...parameters);
          return (count += 1) % 10 === 0 ? new Promise(() => {}) : pushed;
        },
      };
    }),
  ],
  [
    "lets a failed push become an unhandled rejection",
    "P5",
    channelsLike((channel) => ({
      push: (...parameters: PushParameters) => {
        const pushed = channel.push(...parameters);
        void pushed.then(() => {});
        return pushed;
      },
    })),
  ],
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
    "lets more pushes wait than it may",
    "P8",
    socketsLike(
      () => ({}),
      (options) => ({ ...options, maxQueued: 10_000 }),
    ),
  ],
  [
    "lets more messages wait than a reader's limit",
    "P8",
    channelsLike((channel) => ({
      messages: (event: string | undefined, options: MessagesOptions) =>
        channel.messages(event, { ...options, limit: 100_000 }),
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
      setTimeout(() => leaked.destroy(), 5_000);
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
