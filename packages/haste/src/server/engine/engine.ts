// Takes the stream of changes, leads each to the groups that it can concern, and has groups read.
import { setMaxListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import type { Change, Snapshot, Source, Subscriber, Transaction } from "../../source/source.ts";
import type { EngineLimits } from "./engine-limits.ts";
import { PageError } from "../errors.ts";
import type { PageShape } from "../page/page-shape.ts";
import type { BoundView } from "../view/bound-view.ts";
import { Confirmations } from "./confirmations.ts";
import type { Content } from "./content.ts";
import { Group, type GroupHost } from "./group.ts";
import { Groups } from "./groups.ts";
import { lateOr } from "./lateness.ts";
import { Readings } from "./readings.ts";
import { Retention } from "./retention.ts";
import { Routes } from "./routes.ts";
import { SnapshotQueue } from "./snapshot-queue.ts";
import type { Telemetry } from "./telemetry.ts";
import type { Version } from "./version.ts";
import { Whereabouts } from "./whereabouts.ts";
import { RecentTransactions } from "./recent-transactions.ts";

/**
 * Ms of work after which others have their turn: sockets would wait until a flood of changes is over.
 */
const TURN = 10;

export interface EngineOptions {
  readonly source: Source;
  readonly limits: EngineLimits;
  readonly telemetry: Telemetry;
  /** Told of each transaction before any group takes it in. */
  readonly arriving: (transaction: Transaction) => void;
  /** Told when transactions may have been missed. */
  readonly startedOver: () => void;
  /**
   * Told which tables have been changed, all of them (null) where that may have been missed. Until it
   * resolves, no page is read and nothing more is taken in.
   */
  readonly schemaChanged: (tables: ReadonlySet<string> | null) => Promise<void>;
}

export class Engine implements Subscriber, GroupHost {
  readonly source: Source;
  readonly limits: EngineLimits;
  readonly snapshots: SnapshotQueue;
  readonly retention: Retention;
  readonly routes: Routes = new Routes();
  readonly groups: Groups;
  readonly recent: RecentTransactions;
  readonly whereabouts: Whereabouts = new Whereabouts(this);
  readonly closing: AbortController = new AbortController();
  readonly #telemetry: Telemetry;
  readonly #arriving: (transaction: Transaction) => void;
  readonly #startedOver: () => void;
  readonly #schemaChanged: EngineOptions["schemaChanged"];
  readonly #readings: Readings;
  readonly #confirmations: Confirmations;
  #version: Version = { epoch: "", position: 0n };
  #last: bigint | null = null;
  #interruption: Error | null = null;
  /** Why what comes is not taken in. */
  #halt: Error | null = null;
  #ids = 0;
  #epochs = 0;
  /** Ms of work since others had their turn. */
  #worked = 0;
  #checking: Promise<void> | null = null;

  constructor(options: EngineOptions) {
    const { source, limits, telemetry, arriving, startedOver, schemaChanged } = options;
    this.source = source;
    this.#schemaChanged = schemaChanged;
    // Each page that is being read listens, and they are bounded otherwise.
    setMaxListeners(0, this.closing.signal);
    this.limits = limits;
    this.#telemetry = telemetry;
    this.#arriving = arriving;
    this.#startedOver = startedOver;
    this.retention = new Retention({ maxChanges: limits.maxRetainedChanges, maxStubs: Infinity });
    this.#confirmations = new Confirmations(this.retention);
    this.groups = new Groups(limits, (group) => this.#dropped(group));
    this.#readings = new Readings(this, telemetry);
    this.recent = new RecentTransactions(10_000);
    this.snapshots = new SnapshotQueue(source, limits, (snapshot) => {
      if (snapshot.epoch === this.#version.epoch) this.retention.confirm(snapshot);
      this.#confirmations.taken();
    });
  }

  get version(): Version {
    return this.#version;
  }

  /** Why nothing comes at present; null while the stream flows. */
  get interruption(): Error | null {
    return this.#interruption ?? this.#halt;
  }

  /** Resolves when the views have been compared with their tables; null when they have been. */
  get checking(): Promise<void> | null {
    return this.#checking;
  }

  get epochs(): number {
    return this.#epochs;
  }

  async start(): Promise<void> {
    await this.source.subscribe(this);
    const snapshot = await this.snapshots.read((snapshot) => Promise.resolve(snapshot));
    await this.reaches(snapshot);
  }

  async close(): Promise<void> {
    this.closing.abort(new PageError("closed", "Live pages have ended here."));
    this.snapshots.close();
    this.recent.end();
    this.#readings.close();
    this.groups.clear();
    await this.source.close();
    await this.#readings.ended;
  }

  // For pages.

  /** The group of equal pages, new or known. {@link Groups.used} keeps it. */
  obtain(shape: PageShape, content: () => Content): Group {
    const known = this.groups.get(shape.key);
    if (known !== undefined) return known;
    this.closing.signal.throwIfAborted(); // Nobody would drop it.
    this.#ids += 1;
    const id = `${this.#ids.toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
    const group = new Group(id, shape, content(), this);
    this.groups.add(group);
    this.routes.set(group);
    this.reread(group, 0);
    return group;
  }

  /**
   * Resolves when everything until there has been taken in; with false if it never will be, since
   * another history has begun, or may be something else, since the server may have crashed meanwhile
   * and written anew from before that position.
   */
  async reaches({
    epoch,
    position,
    isOfThisStream,
  }: Version & Pick<Snapshot, "isOfThisStream">): Promise<boolean> {
    const isVoid = (): boolean => isOfThisStream?.() === false;
    if (isVoid()) return false;
    try {
      await this.source.reached(position, this.closing.signal);
    } catch (error) {
      if (epoch !== this.#version.epoch || isVoid()) return false;
      throw error;
    }
    if (this.#version.epoch === "") this.#newEpoch(epoch);
    if (epoch !== this.#version.epoch) return false;
    if (position > this.#version.position) this.#version = { epoch, position };
    return !isVoid();
  }

  /** Has a group read, now or after a pause. It is not kept true until it has been. */
  reread(group: Group, pause: number = group.shape.view.debounce): void {
    this.#readings.want(group, pause);
  }

  /** Gives up what is shown of a view that is not any more what it was. */
  giveUp(view: BoundView, error: PageError): void {
    for (const group of this.groups) {
      if (group.shape.view !== view) continue;
      group.failed(error);
      this.groups.remove(group);
    }
  }

  #dropped(group: Group): void {
    group.isDropped = true;
    this.routes.delete(group);
    this.#readings.forget(group);
    group.failed(new PageError("closed", "The page was given up."));
  }

  // For the source.

  transaction(transaction: Transaction): Promise<void> | void {
    const began = performance.now();
    this.#takeIn(transaction);
    const halt = this.#checked(transaction) ?? this.#confirmations.look(this.snapshots);
    this.#worked += performance.now() - began;
    if (halt !== undefined) return this.#halted(halt);
    if (this.#worked < TURN) return;
    this.#worked = 0;
    return turn();
  }

  /** While nothing is taken in, what is shown grows old: after a while, pages say so. */
  async #halted(halt: Promise<void>): Promise<void> {
    try {
      await lateOr(halt, () => {
        this.#halt = new Error("The stream waits for what the database is asked.");
        for (const group of this.groups) group.interrupted(this.#halt);
      });
    } finally {
      const wasLate = this.#halt !== null;
      this.#halt = null;
      if (wasLate) this.#settle();
    }
  }

  #takeIn(transaction: Transaction): void {
    const { epoch, position, previous } = transaction;
    if (epoch !== this.#version.epoch) this.epochChanged(epoch);
    if (this.#last !== null && position <= this.#last) return;
    const hasGap = this.#last !== null && previous > this.#last;
    this.#last = position;
    this.#version = { epoch, position };
    if (hasGap) this.#startOver(); // This one is retained: a snapshot may not see it yet.
    this.retention.add(transaction);
    this.recent.add(transaction);
    this.#arriving(transaction);
    const touched = this.#route(transaction);
    for (const [group, changes] of touched) group.take({ ...transaction, changes });
    this.recent.delivered(transaction);
    this.#telemetry.transaction?.({
      position,
      changes: transaction.changes.length,
      groups: touched.size,
      lag: Date.now() - transaction.committedAt,
    });
  }

  #route(transaction: Transaction): Map<Group, Change[]> {
    const touched = new Map<Group, Change[]>();
    for (const change of transaction.changes) {
      this.routes.visit(change, (group) => {
        const changes = touched.get(group);
        if (changes === undefined) touched.set(group, [change]);
        else changes.push(change);
      });
    }
    return touched;
  }

  /** What comes behind a change of the schema is of tables as they are then. */
  #checked({ changes }: Transaction): Promise<void> | null {
    const tables = new Set<string>();
    for (const change of changes) {
      if (change.kind === "reload" && change.cause === "schema") tables.add(change.table);
    }
    return tables.size === 0 ? null : this.#check(tables);
  }

  async #check(tables: ReadonlySet<string> | null): Promise<void> {
    const checking = this.#schemaChanged(tables);
    this.#checking = checking;
    await checking;
    if (this.#checking === checking) this.#checking = null;
  }

  epochChanged(epoch: string): void {
    if (epoch === this.#version.epoch) return;
    this.#newEpoch(epoch);
    this.#startOver();
  }

  interrupted(error: Error): void {
    this.#interruption = error;
    for (const group of this.groups) group.interrupted(error);
    this.#telemetry.interrupted?.({ error });
  }

  resumed(): void {
    this.#interruption = null;
    this.#settle();
    this.#telemetry.resumed?.();
  }

  #settle(): void {
    for (const group of this.groups) for (const member of group.members) member.settled();
  }

  #newEpoch(epoch: string): void {
    this.#version = { epoch, position: 0n };
    this.#last = null;
    this.#epochs += 1;
    this.retention.clear();
    this.recent.clear();
  }

  /** Nothing known is sure any more. */
  #startOver(): void {
    this.retention.clear();
    this.#startedOver();
    void this.#check(null);
    for (const group of this.groups) this.reread(group, 0);
  }
}
