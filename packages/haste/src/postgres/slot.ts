// The replication slot: where the server keeps what was not acknowledged, and the lock by which one
// process alone follows.
import type { RunQuery } from "../source/catalog.ts";
import { SetupError } from "../source/setup-error.ts";
import { StreamError } from "./errors.ts";
import { parseLsn } from "./lsn.ts";

export interface OpenSlot {
  /** Names the slot's own history, until it is lost. */
  readonly stamp: string;
  /** From here on, the server has everything. */
  readonly from: bigint;
}

const SLOT = `
  SELECT s.plugin, s.database = current_database(), s.confirmed_flush_lsn, s.wal_status,
    s.active_pid, coalesce(a.application_name, '')
  FROM pg_replication_slots s LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
  WHERE s.slot_name = $1`;

/**
 * Makes the slot if there is none, and anew if it was lost.
 *
 * @param name of our own connections: one of them that lost its way gives way to us.
 * @param taken up to where the subscriber has everything, null when it has nothing yet.
 * @throws {@link StreamError} `slot_in_use`; SetupError, when the slot is not one of ours.
 */
export async function openSlot(
  query: RunQuery,
  slot: string,
  name: string,
  taken: bigint | null,
): Promise<OpenSlot> {
  const [row] = await query(SLOT, [slot]);
  if (row === undefined) return await makeSlot(query, slot);
  const [plugin, isHere, confirmed, status, holder, holderName] = row;
  if (plugin !== "pgoutput" || isHere !== "t") {
    const problem = `The slot ${slot} is of another database or another plugin: choose another name.`;
    throw new SetupError([{ problem }]);
  }
  if (typeof holder === "string") {
    if (holderName === name) await query("SELECT pg_terminate_backend($1::int4)", [holder]);
    throw new StreamError(
      "slot_in_use",
      `The replication slot ${slot} is in use by another process (PID ${holder} of the database). One process follows at a time; this one waits.`,
    );
  }
  if (status === "lost" || confirmed === null || confirmed === undefined) {
    await query("SELECT pg_drop_replication_slot($1)", [slot]);
    return await makeSlot(query, slot);
  }
  const from = parseLsn(confirmed);
  // Somebody made it anew, or took from it: what lies between was never ours.
  const isGap = taken !== null && from > taken;
  return { stamp: await stampOf(query, slot, { anew: isGap }), from };
}

/** The stamp comes first: were it written later and not at all, the old one would be kept. */
async function makeSlot(query: RunQuery, slot: string): Promise<OpenSlot> {
  const stamp = await stampOf(query, slot, { anew: true });
  const [row] = await query("SELECT lsn FROM pg_create_logical_replication_slot($1, 'pgoutput')", [
    slot,
  ]);
  return { stamp, from: parseLsn(row?.[0] ?? "0/0") };
}

async function stampOf(
  query: RunQuery,
  slot: string,
  { anew }: { readonly anew: boolean },
): Promise<string> {
  const conflict = anew ? "excluded.stamp" : "epochs.stamp";
  const [row] = await query(
    `INSERT INTO haste.epochs AS epochs (slot, stamp) VALUES ($1, gen_random_uuid()::text)
     ON CONFLICT (slot) DO UPDATE SET stamp = ${conflict} RETURNING stamp`,
    [slot],
  );
  return row?.[0] ?? "";
}
