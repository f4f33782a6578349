// Equal pages, kept once: their rows, what they were a while ago, and whoever looks at them.
import { difference } from "../../difference/difference.ts";
import type { Transaction } from "../../source/source.ts";
import { PageError } from "../errors.ts";
import type { Shown } from "../page/shown.ts";
import { causeOf, sameMore, Step } from "../page/step.ts";
import type { PageShape } from "../page/page-shape.ts";
import type { Content } from "./content.ts";
import type { Retention } from "./retention.ts";
import type { Version } from "./version.ts";

/** Whoever is to be told what becomes of a group. */
export interface GroupMember {
  /** The next state of the page. */
  stepped(step: Step): void;
  /** What is shown is of the present again, though no row changed. */
  settled(): void;
  /** It cannot be read at present; what is shown grows old. It is being tried again. */
  stale(): void;
}

/** What a group needs of the engine. */
export interface GroupHost {
  /** How far the stream of changes has been taken in. */
  readonly version: Version;
  /** Why nothing comes at present; null while the stream flows. */
  readonly interruption: Error | null;
  /** Has it read again, soon. */
  reread(group: Group): void;
}

/** The version of what has not been read. */
const NEVER: Version = { epoch: "", position: -1n };

/** How many states a group remembers for readers that come back, and how many rows in all. */
const REMEMBERED = { states: 32, rows: 4_096 };

export class Group {
  readonly id: string;
  readonly shape: PageShape;
  readonly content: Content;
  readonly members: Set<GroupMember> = new Set();
  /** Live: kept true change by change. Reading: what it shows grows old until it has been read. */
  state: "reading" | "live" = "reading";
  /** What has come since its snapshot was asked for. */
  retained: Retention | null = null;
  isBeingRead = false;
  /** It has to be read once more, whatever comes of the reading that is under way. */
  isDisturbed = false;
  isDropped = false;
  /** Members, and those who wait to be. */
  users = 0;
  /** When its last member left, ms; null while it has members. */
  idleSince: number | null = null;
  readonly #host: GroupHost;
  readonly #history: Shown[] = [];
  #remembered = 0;
  #steps = new WeakMap<Shown, Step>();
  /** The last that was published, whether it brought anything new or not. */
  #version: Version = NEVER;
  #whenLive: PromiseWithResolvers | null = null;

  constructor(id: string, shape: PageShape, content: Content, host: GroupHost) {
    this.id = id;
    this.shape = shape;
    this.content = content;
    this.#host = host;
  }

  /** What it shows; null before it has been read. */
  get shown(): Shown | null {
    return this.#history.at(-1) ?? null;
  }

  /** What it holds, about: UTF-16 code units of what was asked for and of its rows. */
  get text(): number {
    let text = this.shape.key.length;
    for (const row of this.shown?.rows ?? []) for (const value of row) text += value?.length ?? 0;
    return text;
  }

  /** Until when what it shows is known to be true. */
  get version(): Version {
    return this.state === "live" ? this.#host.version : this.#version;
  }

  /** Whether what it shows is true now. */
  get isLive(): boolean {
    return this.state === "live";
  }

  /** Whether changes do not come at present, so that what it shows grows old. */
  get isCutOff(): boolean {
    return this.#host.interruption !== null;
  }

  /**
   * Resolves when it has been read, at once if it is live. @throws Why it could not be read, or
   * cannot be while no changes come.
   */
  async whenLive(): Promise<void> {
    if (this.isLive) return;
    if (this.#host.interruption !== null) throw interrupted(this.#host.interruption);
    this.#whenLive ??= withResolvers();
    await this.#whenLive.promise;
  }

  /** Takes in what a transaction did that can concern it. */
  take(transaction: Transaction): void {
    if (this.state === "reading") this.retained?.add(transaction);
    else this.apply(transaction);
  }

  /** Shows what a transaction did; has itself read if it cannot. */
  apply(transaction: Transaction): void {
    const changes = transaction.changes.flatMap((change) => this.content.apply(change) ?? []);
    if (changes.length === 0) return;
    const { epoch, position } = transaction;
    if (this.content.isShort) this.#host.reread(this);
    // Most changes that a page's filter lets through are far from its window.
    else if (this.content.wasTouched())
      this.publish({ epoch, position }, { ...transaction, changes });
  }

  /** Shows what its content is now. */
  publish(version: Version, transaction: Transaction | null): void {
    const { shown, content } = this;
    this.#version = version;
    const rows = content.rows();
    const { hasMore } = content;
    if (shown !== null) {
      const operations = difference(shown.rows, rows, this.shape.identity);
      if (operations.length === 0 && sameMore(shown, hasMore)) return;
      const next: Shown = { version, rows, hasMore };
      const cause = transaction === null ? null : causeOf(transaction);
      const step = new Step(this.shape, shown, next, operations, cause);
      this.#remember(next);
      for (const member of this.members) member.stepped(step);
      return;
    }
    this.#remember({ version, rows, hasMore });
  }

  /** It has been read, and taken in what came meanwhile. */
  wasRead(): void {
    this.#whenLive?.resolve();
    this.#whenLive = null;
    for (const member of this.members) member.settled();
  }

  /** It has been read for long, and what it shows grows old. */
  isLate(): void {
    for (const member of this.members) member.stale();
  }

  /** Changes do not come any more. */
  interrupted(cause: Error): void {
    this.failed(interrupted(cause));
  }

  /** It cannot be read. Whoever waits for that is told why, its members that it is stale. */
  failed(error: unknown): void {
    this.#whenLive?.reject(error);
    this.#whenLive = null;
    for (const member of this.members) member.stale();
  }

  /** From a state of an equal or another page to what is shown: computed once for all who need it. */
  stepFrom(base: Shown): Step {
    const shown = this.shown as Shown;
    const known = this.#steps.get(base);
    if (known?.to === shown) return known;
    const operations = difference(base.rows, shown.rows, this.shape.identity);
    const step = new Step(this.shape, base, shown, operations, null);
    this.#steps.set(base, step);
    return step;
  }

  /** What it showed at a version, if it still knows. */
  stateAt({ epoch, position }: Version): Shown | null {
    const { version } = this;
    if (epoch !== version.epoch || position > version.position) return null;
    return (
      this.#history.findLast(
        ({ version }) => version.epoch === epoch && version.position <= position,
      ) ?? null
    );
  }

  #remember(shown: Shown): void {
    this.#history.push(shown);
    this.#remembered += shown.rows.length;
    while (
      this.#history.length > 1 &&
      (this.#history.length > REMEMBERED.states || this.#remembered > REMEMBERED.rows)
    ) {
      this.#remembered -= this.#history.shift()?.rows.length ?? 0;
    }
  }
}

function interrupted(cause: Error): PageError {
  const sentence = "Changes of the database do not come at present. Try again in a while.";
  return new PageError("unavailable", sentence, { cause });
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}
