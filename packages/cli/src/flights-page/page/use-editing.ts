// Editing a delay: the rows are held while somebody types, and what was saved is awaited until this
// page shows it.
import { useChannel } from "@slipstream/client/react";
import { useCallback, useRef, useState } from "react";
import type { UseLiveList } from "@slipstream/haste/react";
import { EDITS, MAX_DELAY, type Flight } from "../flight.ts";
import { grouped } from "./format.ts";
import { numberOf } from "./query.ts";

type Socket = NonNullable<Parameters<typeof useChannel>[0]>;

/** What travels on the channel, as this end sees it. */
interface Edits {
  join: { params: object; response: object };
  push: { edit: { payload: { id: number; delay: number }; reply: { xid: string } } };
}

export interface Editing {
  readonly id: number;
  /** What is being saved, or null while it is being typed. */
  readonly saving: number | null;
  /** Why it was not saved. */
  readonly problem: string | null;
}

export interface UseEditing {
  readonly editing: Editing | null;
  readonly begin: (flight: Flight) => void;
  readonly save: (flight: Flight, text: string) => void;
  readonly cancel: () => void;
}

type Held = Pick<UseLiveList<Flight>, "pause" | "resume" | "seen">;

export function useEditing(socket: Socket, { pause, resume, seen }: Held): UseEditing {
  const { channel } = useChannel<Edits>(socket, EDITS, {});
  const [editing, setEditing] = useState<Editing | null>(null);
  /** What is saved after somebody has begun to edit another flight is none of the field's business. */
  const turn = useRef(0);

  const begin = useCallback(
    ({ id }: Flight) => {
      turn.current += 1;
      setEditing({ id, saving: null, problem: null });
      // While the connection is away nothing comes that would have to be held.
      pause().catch(() => {});
    },
    [pause],
  );
  const cancel = useCallback(() => {
    turn.current += 1;
    setEditing(null);
    resume().catch(() => {});
  }, [resume]);
  const save = useCallback(
    ({ id, delay: before }: Flight, text: string) => {
      const delay = numberOf(text);
      if (delay === null || Math.abs(delay) > MAX_DELAY) {
        const problem = `Whole minutes, from −${grouped(MAX_DELAY)} to ${grouped(MAX_DELAY)}.`;
        setEditing({ id, saving: null, problem });
        return;
      }
      if (delay === before) return cancel();
      const mine = ++turn.current;
      const tell = (now: Editing | null): void => {
        if (turn.current === mine) setEditing(now);
      };
      tell({ id, saving: delay, problem: null });
      const saved = async (): Promise<void> => {
        if (channel === null) throw new Error("There is no connection yet.");
        const { xid } = await channel.push("edit", { id, delay });
        await resume();
        // It is saved, whether or not it is seen in time.
        await seen(xid).catch(() => {});
      };
      saved().then(
        () => tell(null),
        (error: unknown) => tell({ id, saving: null, problem: reasonOf(error) }),
      );
    },
    [channel, cancel, resume, seen],
  );
  return { editing, begin, save, cancel };
}

function reasonOf(error: unknown): string {
  const { response, message } = error as {
    readonly response?: { readonly message?: unknown };
    readonly message?: unknown;
  };
  return `Not saved: ${String(response?.message ?? message)}`;
}
