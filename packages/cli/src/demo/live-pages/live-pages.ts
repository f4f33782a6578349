// The part of the run that is about live pages: the flights go into a database, the page is served,
// visitors open pages of it over real sockets while a writer changes flights, and in the end each
// page is held against what the database says.
import { Relay } from "@slipstream/faults";
import { EDIT } from "../../flights-page/table.ts";
import type { Edit } from "../../flights-page/edits.ts";
import { serveFlightsPage, type FlightsPage } from "../../flights-page/serve.ts";
import type { Tell } from "../events.ts";
import type { Rows } from "../flights.ts";
import { pagePortError } from "../page-port.ts";
import type { Check, HasteResult } from "../result.ts";
import { attemptsAlive, KernelWatch } from "../sockets-left.ts";
import { grouped } from "../words.ts";
import type { FlightsDatabase } from "./flights-database.ts";
import {
  departuresPlan,
  rowsOf,
  standingPlans,
  tellFlights,
  type FlightsTold,
  type PagePlan,
} from "./page-plan.ts";
import { PageWire, type AlterMessage } from "./page-wire.ts";
import { Visitor, type RightRows } from "./visitor.ts";
import { FlightsWriter } from "./writer.ts";

export interface LivePagesOptions {
  readonly db: FlightsDatabase;
  readonly flights: Rows;
  readonly tell: Tell;
  /** Ends it; whoever opened it closes it all the same. */
  readonly signal: AbortSignal;
  /** Of the page; 0 for any that is free. */
  readonly port?: number;
}

const VISITORS = 3;
/** Pages that a visitor opens and drops in each round, one after the other. */
const BROWSED = 4;
/** Rows by which pages are grown. */
const GROWTH = 50;
/** Transactions of each round. */
const TRANSACTIONS = 40;
/** Ms between two transactions: while pages are checked, and while the page is only looked at. */
const BUSY = 15;
const GENTLE = 400;

export class LivePages {
  readonly #options: LivePagesOptions;
  readonly #served: FlightsPage;
  readonly #relay: Relay;
  readonly #writer: FlightsWriter;
  readonly #filling: number;
  #visitors: readonly Visitor[] = [];
  /** The sockets of the ports that we listen on. */
  readonly kernel: KernelWatch = new KernelWatch();
  #onWriterError: (error: unknown) => void = () => undefined;

  private constructor(
    options: LivePagesOptions,
    parts: { readonly served: FlightsPage; readonly relay: Relay; readonly filling: number },
  ) {
    this.#options = options;
    this.#served = parts.served;
    this.#relay = parts.relay;
    this.#filling = parts.filling;
    for (const { port } of [parts.served, parts.relay]) this.kernel.add(port);
    const { db, flights } = options;
    this.#writer = new FlightsWriter(db, flights.length, (error) => this.#onWriterError(error));
  }

  /** Fills the database and serves the page. @throws {UsageError} The port is taken. */
  static async open(options: LivePagesOptions): Promise<LivePages> {
    const { db, flights, tell, signal, port = 0 } = options;
    const begin = performance.now();
    await db.fill(flights, { onStored: (rows) => tell({ type: "flightsStored", rows }), signal });
    const filling = performance.now() - begin;
    const edit: Edit = async ({ id, delay }) =>
      (await db.run<{ xid: string }>(EDIT, [id, delay]))[0] ?? null;
    const served = await serveFlightsPage({ source: db.source(), edit, port }).catch(
      (error: unknown) => {
        throw pagePortError(error, port);
      },
    );
    try {
      const relay = await Relay.listen({ targetPort: served.port });
      tell({ type: "pageServed" });
      return new LivePages(options, { served, relay, filling });
    } catch (error) {
      await served.close();
      throw error;
    }
  }

  /** What to open in a browser. */
  get url(): string {
    return this.#served.url;
  }

  /** What there is of connections, at the page's server and at the relay before it. */
  get connections(): { readonly server: number; readonly relay: number } {
    const { websocket, channel } = this.#served.server.stats().live;
    const { clients, targets } = this.#relay.live;
    return { server: websocket + channel, relay: clients + targets };
  }

  /** Connections of visitors that are not over, by their own counters. */
  get visitorsAlive(): number {
    return this.#visitors.reduce((sum, { socket }) => sum + attemptsAlive(socket.stats), 0);
  }

  /**
   * Opens pages, changes flights, and compares. Resolves when the visitors have gone.
   *
   * @param alter for tests of what it finds
   */
  async check(
    alter?: AlterMessage,
  ): Promise<{ readonly haste: HasteResult; readonly checks: readonly Check[] }> {
    const { db, tell } = this.#options;
    const begin = performance.now();
    const visitors: Visitor[] = [];
    this.#visitors = visitors;
    const opened = (): number => visitors.reduce((sum, one) => sum + one.opened, 0);
    const wire: PageWire = new PageWire(
      () => tell({ type: "pagesChanged", pages: opened(), changes: wire.changes }),
      alter,
    );
    const failed = new AbortController();
    this.#onWriterError = (error) => failed.abort(error);
    const signal = AbortSignal.any([this.#options.signal, failed.signal]);
    let different = 0;
    try {
      const told = await tellFlights(db.run, this.#options.flights.length);
      for (let at = 0; at < VISITORS; at += 1) {
        // All but the last one lose their connection on the way.
        const port = at < VISITORS - 1 ? this.#relay.port : this.#served.port;
        visitors.push(new Visitor(`ws://127.0.0.1:${port}/socket`, wire, signal));
      }
      await Promise.all(visitors.map((visitor) => visitor.socket.connect({ signal })));
      for (const round of rounds(told, () => this.#relay.cut())) {
        this.#writer.go(BUSY);
        await Promise.all([
          this.#writer.until(this.#writer.written + TRANSACTIONS, signal),
          ...visitors.map((visitor, at) => round(visitor, at)),
        ]);
        const xid = await this.#writer.hold();
        // What several of them look at is asked for once.
        const rows = remembered((plan, size) => rowsOf(plan, size, db.run));
        for (const visitor of visitors) different += await visitor.compare(xid, rows);
      }
    } finally {
      await this.#writer.hold();
      await Promise.all(visitors.map(({ socket }) => socket.disconnect()));
    }
    const haste: HasteResult = {
      database: db.name,
      rows: this.#options.flights.length,
      pages: opened(),
      changes: wire.changes,
      differences: different,
      took: {
        filling: Math.round(this.#filling),
        following: Math.round(performance.now() - begin),
      },
    };
    tell({ type: "pagesHeld", haste });
    const failures = visitors.flatMap((visitor) => visitor.failures);
    return { haste, checks: checksOf(haste, failures) };
  }

  /** Changes flights now and then, until it is closed. @param onError told when the database fails */
  goOn(onError: (error: unknown) => void): void {
    this.#onWriterError = onError;
    this.#writer.go(GENTLE);
  }

  /** Ends the writer, the page and its connections; the database stays. */
  async close(): Promise<void> {
    await this.#writer.hold();
    await this.#served.close();
    await this.#relay.close();
  }
}

/** What each visitor does in each round, while flights change. */
function rounds(
  told: FlightsTold,
  cut: () => void,
): readonly ((visitor: Visitor, at: number) => Promise<void>)[] {
  const plans = standingPlans(told);
  const browsed = (round: number): readonly PagePlan[] =>
    Array.from({ length: BROWSED }, (_, at) =>
      departuresPlan(told.airports[(round * BROWSED + at) % told.airports.length] ?? ""),
    );
  return [
    async (visitor) => {
      await visitor.open(plans);
      await visitor.browse(browsed(0));
    },
    async (visitor, at) => {
      await visitor.drop(plans.length);
      await visitor.grow(GROWTH);
      if (at === 0) cut();
      await visitor.browse(browsed(1));
    },
    async (visitor, at) => {
      await visitor.drop(plans.length / 2);
      if (at === 0) cut();
      await visitor.change(departuresPlan(told.airports[1 + at] ?? told.airports[0] ?? ""));
      await visitor.browse(browsed(2));
      await visitor.open(plans.slice(plans.length / 2));
    },
  ];
}

function remembered(ask: RightRows): RightRows {
  const known = new Map<string, ReturnType<RightRows>>();
  return (plan, size) => {
    const key = JSON.stringify([plan, size]);
    const rows = known.get(key) ?? ask(plan, size);
    known.set(key, rows);
    return rows;
  };
}

function checksOf(haste: HasteResult, failures: readonly string[]): Check[] {
  return [
    {
      what: "every live page came, and came back",
      held: failures.length === 0 && haste.pages > 0,
      found: `${grouped(haste.pages)} pages opened: ${failures[0] ?? "all live"}`,
    },
    {
      what: "every live page shows what the database says",
      held: haste.differences === 0 && haste.changes > 0,
      found: `${grouped(haste.changes)} changes, ${grouped(haste.differences)} rows differ`,
    },
  ];
}
