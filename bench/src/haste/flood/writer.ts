// Changes as fast as the database takes them: orders whose amounts change, and some that are deleted
// and made anew, in transactions of many.
import { Client } from "pg";

export interface FloodOptions {
  /** Orders are of the first so many tenants of all. */
  readonly tenants: number;
  readonly allTenants: number;
  readonly perTenant: number;
  readonly changes: number;
  readonly perTransaction: number;
}

/** What the process of the writer can be told to do. */
export type FloodWriterTasks = {
  /** Resolves with the id of a transaction after all of it. */
  readonly write: (options: FloodOptions) => Promise<string>;
  /** How many changes have been committed. */
  readonly written: () => number;
};

const CONNECTIONS = 2;

/** One transaction in so many deletes orders and makes them anew. */
const ANEW = 10;

/** What chooses orders: each connection has ids of its own, in order, so that none waits for another. */
function chosenIds(options: FloodOptions, count: number, share: number): number[] {
  const { tenants, allTenants, perTenant } = options;
  const ids = new Set<number>();
  while (ids.size < count) {
    const tenant = Math.floor(Math.random() * tenants);
    const nth = Math.floor((Math.random() * perTenant) / CONNECTIONS) * CONNECTIONS + share;
    ids.add(tenant + allTenants * nth);
  }
  return [...ids].toSorted((one, other) => one - other);
}

/** An order's amount is its tenant's number and less than 0.9. */
const AMOUNT = "round(random()::numeric * 0.9, 2)";

export function floodWriter(connection: string): FloodWriterTasks {
  let written = 0;
  async function update(client: Client, ids: readonly number[], note: string): Promise<void> {
    await client.query(
      `UPDATE orders SET amount = tenant + ${AMOUNT}, note = $2 WHERE id = ANY($1::integer[])`,
      [ids, note],
    );
  }
  async function makeAnew(client: Client, ids: readonly number[], all: number): Promise<void> {
    await client.query("BEGIN");
    await client.query("DELETE FROM orders WHERE id = ANY($1::integer[])", [ids]);
    await client.query(
      `INSERT INTO orders SELECT id, id % $2, id % $2 + ${AMOUNT}, 'anew'
      FROM unnest($1::integer[]) AS id`,
      [ids, all],
    );
    await client.query("COMMIT");
  }
  async function writeShare(options: FloodOptions, share: number): Promise<void> {
    const { changes, perTransaction, allTenants } = options;
    const client = new Client({ connectionString: connection });
    await client.connect();
    for (let turn = 1; written < changes; turn += 1) {
      if (turn % ANEW === 0) {
        await makeAnew(client, chosenIds(options, perTransaction / 2, share), allTenants);
      } else await update(client, chosenIds(options, perTransaction, share), `${share}-${turn}`);
      written += perTransaction;
    }
    await client.end();
  }
  return {
    async write(options) {
      const shares = Array.from({ length: CONNECTIONS }, (_, share) => writeShare(options, share));
      await Promise.all(shares);
      const client = new Client({ connectionString: connection });
      await client.connect();
      const { rows } = await client.query<{ xid: string }>(
        "UPDATE orders SET note = 'last' WHERE id = 0 RETURNING pg_current_xact_id()::text AS xid",
      );
      await client.end();
      return rows[0]?.xid ?? "";
    },
    written: () => written,
  };
}
