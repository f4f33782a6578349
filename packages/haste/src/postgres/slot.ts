// The replication slot: where the server keeps what was not acknowledged, and the lock by which one
// process alone follows.
import { setTimeout as sleep } from "node:timers/promises";
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

/** Begins the stamp of a history until all that was committed before it can be seen. */
const UNSETTLED = "unsettled ";

/** The pause between two looks at whether transactions have ended, ms. */
const ENDED_PAUSE = 20;

const SLOT = `
  SELECT s.plugin, s.database = current_database(), s.confirmed_flush_lsn, s.wal_status,
    s.active_pid, coalesce(a.application_name, '')
  FROM pg_replication_slots s LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
  WHERE s.slot_name = $1`;

/**
 * Makes the slot if there is none, and anew if it was lost. A history that begins is waited for: the
 * server makes a slot when the transactions have ended that it finds running, and so does this with
 * those that it left running.
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
  const stamp = await stampOf(query, slot, { anew: isGap });
  return { stamp: await settled(query, slot, stamp), from };
}

/** The stamp comes first: were it written later and not at all, the old one would be kept. */
async function makeSlot(query: RunQuery, slot: string): Promise<OpenSlot> {
  const stamp = await stampOf(query, slot, { anew: true });
  const [row] = await query("SELECT lsn FROM pg_create_logical_replication_slot($1, 'pgoutput')", [
    slot,
  ]);
  return { stamp: await settled(query, slot, stamp), from: parseLsn(row?.[0] ?? "0/0") };
}

/**
 * The stamp of a history once every snapshot sees what was committed before it. A commit is in the log
 * before it can be seen. One that is there when the slot's history begins, and is not seen yet, comes
 * neither by the stream nor by a snapshot that is taken now.
 */
async function settled(query: RunQuery, slot: string, stamp: string): Promise<string> {
  if (!stamp.startsWith(UNSETTLED)) return stamp;
  await runningHaveEnded(query);
  const known = stamp.slice(UNSETTLED.length);
  await query("UPDATE haste.epochs SET stamp = $1 WHERE slot = $2 AND stamp = $3", [
    known,
    slot,
    stamp,
  ]);
  return known;
}

/** Resolves when no transaction runs any more that does now. */
async function runningHaveEnded(query: RunQuery): Promise<void> {
  // A number of our own is behind those of all that run. A snapshot's end is not: it is behind what has ended.
  const [row] = await query("SELECT pg_current_xact_id()", []);
  const ended = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8";
  for (;;) {
    const [answer] = await query(ended, [row?.[0] ?? ""]);
    if (answer?.[0] === "t") return;
    await sleep(ENDED_PAUSE);
  }
}

async function stampOf(
  query: RunQuery,
  slot: string,
  { anew }: { readonly anew: boolean },
): Promise<string> {
  const conflict = anew ? "excluded.stamp" : "epochs.stamp";
  const [row] = await query(
    `INSERT INTO haste.epochs AS epochs (slot, stamp)
     VALUES ($1, '${UNSETTLED}' || gen_random_uuid()::text)
     ON CONFLICT (slot) DO UPDATE SET stamp = ${conflict} RETURNING stamp`,
    [slot],
  );
  return row?.[0] ?? "";
}
