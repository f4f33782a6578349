// The database of Haste's benches: the table `orders`, copied for each run from one that is filled once.
import { setup } from "@slipstream/haste/postgres";
import { Client } from "pg";

/** Ids count through all tenants, and then again: `id = tenant + tenants * nth`. */
export interface OrdersSize {
  readonly tenants: number;
  readonly perTenant: number;
}

export interface OrdersDatabase extends OrdersSize {
  readonly connection: string;
  /** Ends whoever is connected, and deletes it with its slots. */
  drop(): Promise<void>;
}

/** The table, with indexes for the orders in which its pages are read. */
export const ORDERS_SQL = `
  CREATE TABLE orders (
    id integer PRIMARY KEY,
    tenant integer NOT NULL,
    amount numeric NOT NULL,
    note text NOT NULL
  );
  CREATE INDEX ON orders (tenant, id);
  CREATE INDEX ON orders (tenant, amount DESC, id);
  CREATE INDEX ON orders (amount);
`;

/** What fills it. Each amount is the tenant's number and a quarter. */
export function fillSql({ tenants, perTenant }: OrdersSize): string {
  return `INSERT INTO orders SELECT n, n % ${tenants}, n % ${tenants} + 0.25, '0'
    FROM generate_series(0, ${tenants * perTenant - 1}) n`;
}

/** @param cluster the connection string of a database of its superuser. */
export async function createOrders(cluster: string, size: OrdersSize): Promise<OrdersDatabase> {
  const template = `orders_${size.tenants}_${size.perTenant}`;
  const name = `run_${process.pid}`;
  await withClient(cluster, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [
      template,
    ]);
    if (rowCount === 0) {
      await client.query(`CREATE DATABASE ${template}`);
      await withClient(databaseOf(cluster, template), (filling) => fill(filling, size));
    }
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return {
    ...size,
    connection: databaseOf(cluster, name),
    drop: () => withClient(cluster, (client) => drop(client, name)),
  };
}

async function fill(client: Client, size: OrdersSize): Promise<void> {
  await client.query(ORDERS_SQL);
  await client.query(fillSql(size));
  await setup(client, ["orders"]);
  await client.query("VACUUM ANALYZE orders");
}

async function drop(client: Client, name: string): Promise<void> {
  const others = "FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()";
  await client.query(`SELECT pg_terminate_backend(pid) ${others}`, [name]);
  // A slot is in use until its walsender has gone.
  for (let held = 1; held > 0;) {
    const { rows } = await client.query<{ held: number }>(
      `SELECT count(*) FILTER (WHERE active)::integer AS held,
        count(pg_drop_replication_slot(slot_name)) FILTER (WHERE NOT active)
      FROM pg_replication_slots WHERE database = $1`,
      [name],
    );
    held = rows[0]?.held ?? 0;
  }
  await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
}

/** Connects, does it, and hangs up. */
export async function withClient<Result>(
  connection: string,
  task: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: connection });
  await client.connect();
  try {
    return await task(client);
  } finally {
    await client.end();
  }
}

function databaseOf(connection: string, name: string): string {
  const url = new URL(connection);
  url.pathname = `/${name}`;
  return url.href;
}
