// Sockets that do something wrong with pushes.
import type { Channel } from "@slipstream/client";
import { channelsLike, socketsLike, type Broken } from "./bend.ts";

type PushParameters = Parameters<Channel["push"]>;

export const BROKEN_PUSHES: Broken = [
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
    "lets more pushes wait than it may",
    "P8",
    socketsLike(
      () => ({}),
      (options) => ({ ...options, maxQueued: 10_000 }),
    ),
  ],
];
