// A channel for as long as a component is there.
import type {
  BaseChannel,
  Channel,
  ChannelState,
  JoinParams,
  JoinResponse,
  Provided,
  Untyped,
} from "@slipstream/client";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Leases } from "./lease.ts";

/** A socket of `@slipstream/client`, or of `@slipstream/client/browser`. */
export interface AnySocket {
  channel(topic: string, params?: unknown): BaseChannel;
}

/** A channel, and where it stands. */
export interface ChannelView<C = Untyped> {
  /** Null until the component is there, and where there is no socket or topic. */
  readonly channel: Channel<C> | null;
  readonly state: ChannelState;
  /** What the server answered to the join; undefined unless joined. */
  readonly response: JoinResponse<C> | undefined;
}

/** The params may be left out where the channel wants none, or where nothing is known of them. */
export type ChannelParams<C> =
  Partial<JoinParams<C>> extends JoinParams<C>
    ? [params?: Provided<JoinParams<C>>]
    : [params: Provided<JoinParams<C>>];

const IDLE: ChannelState = { type: "idle" };

const memberships = new Leases<BaseChannel>({
  // Why it is not joined is what its state tells.
  begin: (channel) => void channel.join().catch(() => {}),
  end: (channel) => void channel.leave().catch(() => {}),
});

/**
 * Joins a topic while the component is there, and leaves it when it is not. Components with the same
 * socket and topic share one membership: the first joins, the last leaves. The component is rendered
 * anew when the channel's state changes.
 *
 * @param socket null as long as there is none.
 * @param topic null to join nothing.
 * @param params sent with each join: those of the latest render. Others alone are no reason to join anew.
 *
 * @example
 * ```tsx
 * const { channel, state } = useChannel<Room>(socket, "room:lobby", { user: 1 });
 * useEffect(() => channel?.on("new_msg", ({ body }) => add(body)), [channel]);
 * return <button disabled={state.type !== "joined"} onClick={() => channel?.push("new_msg", { body })} />;
 * ```
 */
export function useChannel<C = Untyped>(
  socket: AnySocket | null,
  topic: string | null,
  ...[params]: ChannelParams<C>
): ChannelView<C> {
  const latest = useRef<Provided<unknown>>(params);
  useEffect(() => {
    latest.current = params;
  });
  const [channel, setChannel] = useState<BaseChannel | null>(null);
  useEffect(() => {
    if (socket === null || topic === null) return undefined;
    const channel = socket.channel(topic, () => provide(latest.current));
    setChannel(channel);
    const letGo = memberships.hold(channel);
    return () => {
      setChannel(null);
      letGo();
    };
  }, [socket, topic]);
  const subscribe = useCallback(
    (changed: () => void) => channel?.onState(changed) ?? nothing,
    [channel],
  );
  const snapshot = (): ChannelState => channel?.state ?? IDLE;
  const state = useSyncExternalStore(subscribe, snapshot, snapshot);
  return {
    channel: channel as Channel<C> | null,
    state,
    response: channel?.response as JoinResponse<C> | undefined,
  };
}

function provide(params: Provided<unknown>): unknown {
  return typeof params === "function" ? (params as () => unknown)() : params;
}

function nothing(): void {}
