// How many changed rows a second are read from PostgreSQL's log and handed on, whole transactions
// each, to somebody who does nothing with them. They are there before: the log is read, not waited for.
import { postgresSource } from "@slipstream/haste/postgres";
import type { Source, Transaction } from "@slipstream/haste";
import { LogicalReplicationService, PgoutputPlugin, type Pgoutput } from "pg-logical-replication";
import type { Bench, Figure, Size, Trial } from "../bench.ts";
import { createOrders, withClient, type OrdersDatabase, type OrdersSize } from "../haste/orders.ts";
import type { Result } from "../result.ts";
import { paceOf } from "./pace.ts";

interface Load extends OrdersSize {
  readonly changes: number;
  readonly perTransaction: number;
}

const SLOT = "decoding";

/** Follows the log, and calls `handled` with the number of rows of each transaction. */
interface Follower {
  /** Makes the slot, before which nothing is read. */
  prepare(): Promise<void>;
  follow(handled: (rows: number) => void): Promise<void>;
  close(): Promise<void>;
}

function slipstream(connection: string): Follower {
  const open = async (handled: (rows: number) => void): Promise<Source> => {
    const source = postgresSource({ connection, slot: SLOT });
    await source.describe(["orders"]);
    await source.subscribe({
      transaction: ({ changes }: Transaction) => handled(changes.length),
      epochChanged() {},
      interrupted(error) {
        throw error;
      },
      resumed() {},
    });
    return source;
  };
  let following: Source | null = null;
  return {
    async prepare() {
      await (await open(() => {})).close();
    },
    async follow(handled) {
      following = await open(handled);
    },
    async close() {
      await following?.close();
    },
  };
}

function bare(connection: string): Follower {
  const service = new LogicalReplicationService({ connectionString: connection });
  return {
    async prepare() {
      await withClient(connection, (client) =>
        client.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [SLOT]),
      );
    },
    async follow(handled) {
      const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: ["haste"] });
      let rows = 0;
      service.on("data", (_lsn: string, { tag }: Pgoutput.Message) => {
        if (tag === "begin") rows = 0;
        else if (tag === "commit") handled(rows);
        else if (tag === "update") rows += 1;
      });
      service.subscribe(plugin, SLOT).catch(() => process.exit(1));
    },
    async close() {
      await service.destroy();
    },
  };
}

async function write(database: OrdersDatabase, load: Load): Promise<void> {
  const { changes, perTransaction, tenants, perTenant } = load;
  const orders = tenants * perTenant;
  await withClient(database.connection, (client) =>
    client.query(`DO $$ BEGIN
      FOR n IN 0 .. ${changes / perTransaction - 1} LOOP
        UPDATE orders SET note = n WHERE id >= n * ${perTransaction} % ${orders}
          AND id < n * ${perTransaction} % ${orders} + ${perTransaction};
        COMMIT;
      END LOOP;
    END $$`),
  );
}

function trial(load: Load): Trial {
  const { changes, perTransaction } = load;
  const name = `${perTransaction} rows in a transaction`;
  return {
    name,
    async measure(side, url): Promise<readonly Figure[]> {
      const database = await createOrders(url, load);
      const follower = (side === "bare" ? bare : slipstream)(database.connection);
      await follower.prepare();
      await write(database, load);
      const { perSecond, busy } = await paceOf(changes, async () => {
        let rows = 0;
        await new Promise<void>((resolve, reject) => {
          const handled = (more: number): void => {
            rows += more;
            if (rows >= changes) resolve();
          };
          follower.follow(handled).catch(reject);
        });
      });
      await follower.close();
      await database.drop();
      return [{ case: name, value: perSecond, unit: "rows/s", busy }];
    },
  };
}

function trials(size: Size): readonly Trial[] {
  if (size === "quick") {
    return [trial({ tenants: 30, perTenant: 60, changes: 1_000, perTransaction: 10 })];
  }
  const orders = { tenants: 1_000, perTenant: 200 };
  return [
    trial({ ...orders, changes: 40_000, perTransaction: 1 }),
    trial({ ...orders, changes: 200_000, perTransaction: 100 }),
  ];
}

export const hasteDecoding: Bench = {
  name: "haste-decoding",
  about: "updates read from PostgreSQL's log and handed on, old and new row of each",
  sides: ["bare", "slipstream"],
  flags: [],
  stand: "postgres",
  warmsUp: true,
  trials,
  lines: (results: readonly Result[]) =>
    results.map((result) => ({
      bench: result.bench,
      case: result.case,
      side: result.side,
      rowsPerSecond: result.median,
      range: [result.min, result.max],
      ratio: result.ratio,
    })),
};
