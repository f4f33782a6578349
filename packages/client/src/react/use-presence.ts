// Who is present on a channel, for as long as a component asks.
import { Presence, type AnyChannel, type PresenceMeta, type Present } from "@slipstream/client";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { Leases } from "./lease.ts";

/** One for each channel, which all components share. */
const presences = new WeakMap<AnyChannel, Presence>();

const watches = new Leases<AnyChannel>({
  begin: (channel) => void presences.set(channel, new Presence(channel)),
  end(channel) {
    presences.get(channel)?.close();
    presences.delete(channel);
  },
});

const NOBODY: readonly never[] = [];

/**
 * Everybody who is present, in the order in which they came: the same array until somebody comes, goes
 * or changes. The server tells it right after the join, so that it belongs into the component that
 * joins, or one that is there with it; components that come later share what that one knows.
 *
 * @example
 * ```tsx
 * const { channel } = useChannel(socket, "room:lobby");
 * const present = usePresence<{ name: string }>(channel);
 * return <ul>{present.map(({ key, metas }) => <li key={key}>{metas[0]?.name}</li>)}</ul>;
 * ```
 */
export function usePresence<M extends object = object>(
  channel: AnyChannel | null,
): readonly Present<M & PresenceMeta>[] {
  const [presence, setPresence] = useState<Presence | null>(null);
  useEffect(() => {
    if (channel === null) return undefined;
    const letGo = watches.hold(channel);
    setPresence(presences.get(channel) ?? null);
    return () => {
      setPresence(null);
      letGo();
    };
  }, [channel]);
  const subscribe = useCallback(
    (changed: () => void) => presence?.onSync(changed) ?? nothing,
    [presence],
  );
  const snapshot = (): readonly Present[] => presence?.list() ?? NOBODY;
  return useSyncExternalStore(subscribe, snapshot, snapshot) as readonly Present<
    M & PresenceMeta
  >[];
}

function nothing(): void {}
