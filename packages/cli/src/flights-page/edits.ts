// The channel by which the page edits a flight: what comes is checked here, and done by whoever owns
// the database.
import {
  Channel,
  ok,
  reply,
  type HandleInResult,
  type IncomingPush,
  type JoinResult,
} from "@slipstream/server";
import { MAX_DELAY, type FlightEdit } from "./flight.ts";

/** Does an edit; resolves with the transaction's id, or with null where there is no such flight. */
export type Edit = (edit: FlightEdit) => Promise<{ readonly xid: string } | null>;

/** What travels on the channel. */
export interface Edits {
  join: { params: object; response: Record<string, never> };
  push: { edit: { payload: unknown; reply: { xid: string } } };
}

/** The channel class; edits of one connection are done one after the other. */
export function editsChannel(
  edit: Edit,
): new (...args: ConstructorParameters<typeof Channel>) => Channel<Edits> {
  return class EditsChannel extends Channel<Edits> {
    override join(): JoinResult<Edits> {
      return ok({});
    }

    override async handleIn({ payload }: IncomingPush<Edits>): Promise<HandleInResult<Edits>> {
      const wanted = editOf(payload);
      if (wanted === null)
        return refusal("invalid", "A flight's delay is a whole number of minutes.");
      const done = await edit(wanted).catch(() => undefined);
      if (done === undefined) return refusal("failed", "The database did not take it.");
      if (done === null) return refusal("gone", "There is no such flight any more.");
      return reply({ xid: done.xid });
    }
  };
}

function refusal(reason: string, message: string): HandleInResult<Edits> {
  return reply("error", { reason, message });
}

/** What a client may have sent as an edit, or null. */
function editOf(payload: unknown): FlightEdit | null {
  if (typeof payload !== "object" || payload === null) return null;
  const { id, delay } = payload as { readonly id?: unknown; readonly delay?: unknown };
  if (!isWhole(id, 2 ** 31 - 1) || !isWhole(delay, MAX_DELAY)) return null;
  return { id, delay };
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= most;
}
