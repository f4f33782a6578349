// Sockets that do something wrong with messages and those who take them.
import type { MessagesOptions } from "@slipstream/client";
import { channelsLike, type Broken } from "./bend.ts";

type Handler = (message: { readonly event: string; readonly payload: unknown }) => void;

export const BROKEN_MESSAGES: Broken = [
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
    "lets more messages wait than a reader's limit",
    "P8",
    channelsLike((channel) => ({
      messages: (event: string | undefined, options: MessagesOptions) =>
        channel.messages(event, { ...options, limit: 100_000 }),
    })),
  ],
];
