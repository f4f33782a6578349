// Haste itself: the engine, the pages, and the channels to mount on a ChannelsServer.
import type { ChannelClass, Logger } from "@slipstream/server";
import type { Source } from "../source/source.ts";
import type { Table } from "../table.ts";
import { Engine } from "./engine/engine.ts";
import type { Telemetry } from "./engine/telemetry.ts";
import { PageError, ViewError } from "./errors.ts";
import type { HasteHost, PageContext } from "./haste-host.ts";
import { InterruptionLog } from "./interruption-log.ts";
import { Log } from "./log.ts";
import { withLimits, type HasteLimits } from "./limits.ts";
import { pageChannel } from "./page-channel.ts";
import { asPageError } from "./page/page-errors.ts";
import { Page } from "./page/page.ts";
import { Quota } from "./page/quota.ts";
import type { JoinRequest } from "./protocol/request.ts";
import { bindView, columnsOf, tablesOf } from "./view/bind-view.ts";
import { checkDefinition } from "./view/check-definition.ts";
import { checkQuery } from "./view/check-query.ts";
import type { BoundView } from "./view/bound-view.ts";
import type { Definition, View } from "./view/define-view.ts";
import { PolicyWatch } from "./view/policy-watch.ts";
import { ServedViews } from "./view/served-views.ts";

export interface HasteOptions<User> {
  /** Where changes come from: `pgliteSource(…)` or `postgresSource(…)`. Closed with Haste. */
  readonly source: Source;
  readonly views: readonly View<unknown, User>[];
  readonly limits?: Partial<HasteLimits>;
  readonly telemetry?: Telemetry;
  /**
   * Where errors go that clients are not told of: to the console by default, false for nowhere. While
   * changes do not come it is told each cause once, and then, as a warning, that they come again. Of what
   * fails for pages it is told each cause once in 10 s.
   */
  readonly logger?: Pick<Logger, "error" | "warn"> | false;
}

/** What goes on. Each number is a count of now, unless its name says otherwise. */
export interface HasteStats {
  /** Pages that clients have open. */
  readonly pages: number;
  /** Groups of equal pages, and those of them that nobody looks at. */
  readonly groups: number;
  readonly idleGroups: number;
  /** Changes that are kept for pages that are being opened. */
  readonly retainedChanges: number;
  readonly snapshots: { readonly open: number; readonly waiting: number; readonly taken: number };
  /** Transactions and changes taken in so far. */
  readonly transactions: number;
  readonly changes: number;
  /** Ms from the last transaction's commit to when it had been taken in, by two clocks. */
  readonly lag: number;
  readonly epoch: string;
  readonly position: bigint;
  /** Histories so far; more than one means that the source has lost its place. */
  readonly epochs: number;
  /** Whether the stream flows. */
  readonly isLive: boolean;
}

/** Live pages, being served. Made by {@link createHaste}. */
export class Haste<User = unknown> {
  /** To be spread into a socket's `channels`: `haste:<view>` and `haste:<view>:*` for each view. */
  readonly channels: Readonly<Record<string, ChannelClass<User>>>;
  readonly #engine: Engine;
  readonly #watch: PolicyWatch;
  readonly #pages: Map<Page, PageContext>;
  readonly #counts: { transactions: number; changes: number; lag: number };
  #closing: Promise<void> | null = null;

  /** @internal */
  constructor(parts: {
    readonly channels: Readonly<Record<string, ChannelClass<User>>>;
    readonly engine: Engine;
    readonly watch: PolicyWatch;
    readonly pages: Map<Page, PageContext>;
    readonly counts: { transactions: number; changes: number; lag: number };
  }) {
    this.channels = parts.channels;
    this.#engine = parts.engine;
    this.#watch = parts.watch;
    this.#pages = parts.pages;
    this.#counts = parts.counts;
  }

  /**
   * Decides anew what users may see, now; rows that are lost are taken away before anything else is
   * sent. Resolves when that has been done on this node.
   *
   * @param who the `id` of their sockets, or a function of what `connect` accepted for them.
   */
  refresh(who: string | ((user: User) => boolean)): Promise<void> {
    return this.#watch.refresh((page) => {
      if (typeof who === "function") return who(page.user as User);
      return this.#pages.get(page)?.socket.id === who;
    });
  }

  stats(): HasteStats {
    const { groups, retention, snapshots, version, epochs, interruption } = this.#engine;
    return {
      ...this.#counts,
      pages: this.#pages.size,
      groups: groups.size,
      idleGroups: groups.idle,
      retainedChanges: retention.changes,
      snapshots: snapshots.stats,
      epoch: version.epoch,
      position: version.position,
      epochs,
      isLive: interruption === null,
    };
  }

  /** Ends all pages, the stream of changes and the source's connections. Close the server first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#watch.close();
    for (const page of this.#pages.keys()) page.end();
    await this.#engine.close();
  }
}

/**
 * Begins to serve live pages: checks the views against the database, and follows its changes.
 *
 * @throws {ViewError} A view that does not fit its table, or whose query cannot be run.
 * @throws SetupError The database is not set up; says what to run.
 * @example
 * ```ts
 * const haste = await createHaste({ source, views: [flights] });
 * server.socket("/socket", { connect: () => accept({}), channels: { ...haste.channels } });
 * ```
 */
export async function createHaste<User>(options: HasteOptions<User>): Promise<Haste<User>> {
  checkOptions(options);
  const limits = withLimits(options.limits ?? {});
  const { views: bound, columns } = await boundViews(options.source, options.views);
  const counts = { transactions: 0, changes: 0, lag: 0 };
  const pages = new Map<Page, PageContext>();
  const { telemetry = {} } = options;
  const log = new Log(options.logger);
  const interruptions = new InterruptionLog(log);
  const watch: PolicyWatch = new PolicyWatch({
    failed: (page, error) => log.failed(`The policy of ${page.view.name} failed.`, error),
  });
  const engine: Engine = new Engine({
    source: options.source,
    limits,
    telemetry: {
      ...telemetry,
      transaction(event) {
        counts.transactions += 1;
        counts.changes += event.changes;
        counts.lag = event.lag;
        telemetry.transaction?.(event);
      },
      interrupted(event) {
        interruptions.interrupted(event.error);
        telemetry.interrupted?.(event);
      },
      resumed() {
        interruptions.resumed();
        telemetry.resumed?.();
      },
      readFailed(event) {
        log.failed(`A page of ${event.view} could not be read.`, event.error);
        telemetry.readFailed?.(event);
      },
    },
    arriving: (transaction) => watch.arriving(transaction),
    startedOver: () => watch.startedOver(),
    schemaChanged: (tables) => views.check(tables),
  });
  const views: ServedViews = new ServedViews(bound, {
    source: options.source,
    columns,
    closing: engine.closing.signal,
    catchesUp: (tables, timeout) => engine.whereabouts.catchesUp(tables, timeout),
    changed(view, problem) {
      if (problem !== null) log.error(`${view.name} does not fit its table.`, problem);
      const error = new PageError("unavailable", "The view has changed. Open the page again.");
      for (const page of pages.keys()) if (page.view === view) page.giveUp(error);
      engine.giveUp(view, error);
    },
  });
  const quota = new Quota(limits);
  const host: HasteHost = {
    limits,
    admit(view, channel, request: JoinRequest, ended) {
      const { socket } = channel;
      const giveBack = quota.open(socket, socket.id, view.name, view.limits.maxPages);
      const page = new Page(
        {
          view,
          engine,
          reader: channel,
          user: socket.assigns,
          maxBehind: limits.maxBehind,
          policyTimeout: limits.policyTimeout,
          ended,
        },
        request,
      );
      pages.set(page, channel);
      watch.add(page);
      const close = (): void => {
        if (!pages.delete(page)) return;
        watch.delete(page);
        page.end();
        giveBack();
        telemetry.pageClosed?.({ view: view.name });
      };
      return { page, close };
    },
    opened(page, ms, resumed) {
      telemetry.pageOpened?.({ view: page.view.name, ms, resumed });
    },
    decided: (page) => watch.decided(page),
    ask: (channel) => quota.ask(channel.socket),
    explain(view, error) {
      log.failed(`A page of ${view.name} failed.`, error);
      return asPageError(error);
    },
  };
  const channels: Record<string, ChannelClass<User>> = {};
  for (const served of views.all) {
    const channel = pageChannel(host, served) as unknown as ChannelClass<User>;
    channels[`haste:${served.view.name}`] = channel;
    channels[`haste:${served.view.name}:*`] = channel;
  }
  try {
    await engine.start();
    for (const [, view] of bound) {
      await engine.snapshots.read((snapshot) => checkQuery(view, snapshot));
    }
  } catch (error) {
    await engine.close();
    throw error;
  }
  return new Haste<User>({ channels, engine, watch, pages, counts });
}

interface BoundViews {
  readonly views: readonly (readonly [Definition, BoundView])[];
  /** Those that are followed, by the names of their tables. */
  readonly columns: ReturnType<typeof columnsOf>;
}

/** @throws {TypeError} What is no option, or no view. */
function checkOptions({ source, views, ...others }: HasteOptions<never>): void {
  const known = ["limits", "telemetry", "logger"];
  const unknown = Object.keys(others).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const there = ["source", "views", ...known].join(", ");
    throw new TypeError(`createHaste has no option ${unknown}. There are ${there}.`);
  }
  if (typeof source?.subscribe !== "function") {
    throw new TypeError("createHaste needs a source: pgliteSource(db) or postgresSource({ … }).");
  }
  if (!Array.isArray(views)) throw new TypeError("createHaste needs its views: views: [flights].");
  const no = views.findIndex((view) => typeof view?.definition !== "object");
  if (no < 0) return;
  throw new TypeError(`views[${no}] is no view. Make it with defineView or defineJoinedView.`);
}

async function boundViews<User>(
  source: Source,
  views: readonly View<unknown, User>[],
): Promise<BoundViews> {
  const definitions = views.map(({ definition }) => definition);
  for (const definition of definitions) checkDefinition(definition);
  const names = [...new Set(definitions.flatMap((definition) => tablesOf(definition)))];
  const described = async (...wanted: [] | [ReturnType<typeof columnsOf>]) => {
    const tables = await source.describe(names, ...wanted);
    return new Map(names.map((name, at): [string, Table] => [name, tables[at] as Table]));
  };
  // First all columns, so that errors can name them; then those that are looked at, to be followed.
  const whole = await described();
  for (const definition of definitions) bindView(definition, whole);
  const columns = columnsOf(definitions, whole);
  const tables = await described(columns);
  const bound = definitions.map(
    (definition) => [definition, bindView(definition, tables)] as const,
  );
  for (const [at, { name }] of definitions.entries()) {
    if (definitions.findIndex((other) => other.name === name) === at) continue;
    throw new ViewError(name, "there are two views of this name.");
  }
  return { views: bound, columns };
}
