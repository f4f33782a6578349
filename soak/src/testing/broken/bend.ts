// How a socket is broken on purpose: the real client with one thing bent.
import { Socket, type Channel, type NodeSocketOptions } from "@slipstream/client";
import type { MakeSocket } from "../../client/life.ts";

/** By what they do: the promise that each breaks, and the sockets. */
export type Broken = readonly (readonly [what: string, promise: string, make: MakeSocket])[];

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

/** Bends the sockets, and their options before. */
export const socketsLike =
  (
    bend: Bend<Socket>,
    change: (options: NodeSocketOptions) => NodeSocketOptions = (same) => same,
  ): MakeSocket =>
  (url, options) =>
    bent(new Socket(url, change(options)), bend);

/** Bends the channels of a socket. */
export const channelsLike = (bend: Bend<Channel>): MakeSocket =>
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
