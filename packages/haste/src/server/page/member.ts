// One reader of a page: sends it what its group shows, and never more than it can take. A reader that
// cannot be sent anything now is owed one difference, whatever happens meanwhile (P23).
import { JsonText } from "@slipstream/server";
import { difference } from "../../difference/difference.ts";
import type { Row } from "../../row.ts";
import type { Group, GroupMember } from "../engine/group.ts";
import { later, versionText, type Version } from "../engine/version.ts";
import type { Reader } from "./reader.ts";
import { rowChunks } from "./row-chunks.ts";
import { sameColumns, type PageShape } from "./page-shape.ts";
import type { Shown } from "./shown.ts";
import { Step } from "./step.ts";
import { VersionWaiters } from "./version-waiters.ts";

/** Why a reader is sent nothing. */
export type Hold =
  /** It does not take what is sent. */
  | "slow"
  /** It asked for it. */
  | "paused"
  /** What it may see is being decided anew. */
  | "policy"
  /** It is being sent all rows. */
  | "sending"
  /** It has left its group, and is not in the next. */
  | "moving";

export class Member implements GroupMember {
  readonly #reader: Reader;
  readonly #room: number;
  readonly #ended = new AbortController();
  readonly #holds = new Set<Hold>();
  #group: Group | null = null;
  /** What the reader shows, as far as it has been sent. */
  #base: Shown | null = null;
  /** What it was last shown, or said to be true at. */
  #sent: Version | null = null;
  /** What the next message has to say of the page, beside its rows. */
  #header: string | null = null;
  /** The page that {@link base} is of. */
  #shape: PageShape | null = null;
  /** The reader is to be sent all rows, whatever it has. */
  #isAnew = false;
  #sending: symbol | null = null;
  #isStale = false;
  #withWhy: boolean;
  readonly #waiters = new VersionWaiters();

  /** @param room - bytes that may wait on the connection while more is sent */
  constructor(reader: Reader, room: number, options: { readonly why: boolean }) {
    this.#reader = reader;
    this.#room = room;
    this.#withWhy = options.why;
  }

  /** The reader knows this version already: it is shown no older one. */
  knows(version: Version): void {
    this.#sent = version;
  }

  get group(): Group | null {
    return this.#group;
  }

  /** What it shows, as far as it has been sent. */
  get base(): Shown | null {
    return this.#base;
  }

  set why(on: boolean) {
    this.#withWhy = on;
  }

  /** Whether it is not known what the reader may see still. */
  get isUndecided(): boolean {
    return this.#holds.has("policy");
  }

  /** Whether the reader is owed something. */
  get isBehind(): boolean {
    return this.#base !== this.#group?.shown;
  }

  // Holding back.

  hold(hold: Hold): void {
    this.#holds.add(hold);
  }

  release(hold: Hold): void {
    if (this.#holds.delete(hold)) this.#catchUp();
  }

  // Moving between groups.

  /** Shows another group, from the state in which the reader is: by a difference where that will do. */
  show(group: Group, header: string): void {
    this.#enter(group, header);
    this.#catchUp();
  }

  /** Shows another group by all of its rows. What is shown stays until they are there. */
  showAnew(group: Group, header: string): void {
    this.#enter(group, header);
    this.#isAnew = true;
    this.#catchUp();
  }

  /** The reader has come back to a state that the group still knows. */
  resume(group: Group, base: Shown): void {
    this.#enter(group, null);
    this.#base = base;
    this.#shape = group.shape;
    this.#catchUp();
  }

  /** Leaves its group; it is sent nothing more until it is shown another. */
  leave(): void {
    this.#group?.members.delete(this);
    this.#group = null;
    this.#holds.add("moving");
  }

  #enter(group: Group, header: string | null): void {
    this.#group?.members.delete(this);
    this.#group = group;
    this.#header = header;
    this.#stopSending();
    this.#holds.delete("moving");
    group.members.add(this);
  }

  #stopSending(): void {
    this.#sending = null;
    this.#holds.delete("sending");
  }

  /** Takes rows away that may be seen no longer, before anything else is said, held back or not. */
  narrow(keeps: (row: Row) => boolean): void {
    const shape = this.#shape;
    if (this.#base === null || shape === null) return;
    const before = this.#base;
    const rows = before.rows.filter(keeps);
    // What was being sent may hold the same rows: the reader forgets it by the next of either kind.
    this.#stopSending();
    if (rows.length === before.rows.length) return;
    const version = this.#sent ?? before.version;
    const base: Shown = { version, rows, hasMore: before.hasMore };
    const operations = difference(before.rows, rows, shape.identity);
    this.#base = base;
    const step = new Step(shape, before, base, operations, null);
    this.#reader.push("batch", new JsonText(step.text(version, ',"partial":true')));
  }

  /** Takes all rows away. */
  clear(): void {
    this.#stopSending();
    if (this.#base === null) return;
    this.#base = null;
    this.#reader.push("cleared", {});
  }

  end(): void {
    this.leave();
    this.#stopSending();
    this.#ended.abort();
    this.#waiters.end();
  }

  // From the group.

  stepped(step: Step): void {
    if (this.#isHeld) return;
    if (step.from === this.#base && this.#header === null) this.#send(step, step.to.version);
    else this.#catchUp();
  }

  settled(): void {
    this.#catchUp();
  }

  stale(): void {
    if (this.#isStale || this.#base === null) return;
    this.#isStale = true;
    this.#reader.push("stale", {});
  }

  // Waiting for a version.

  /**
   * Resolves when what the reader has been sent is true at a position, with the version; with null
   * when so many ms have passed, or the page has ended.
   */
  reaches(position: bigint, timeout: number): Promise<Version | null> {
    const reached = this.#waiters.wait(position, timeout);
    this.#tellWaiters();
    return reached;
  }

  #tellWaiters(): void {
    if (this.#group === null || this.#isHeld || this.isBehind) return;
    // A group that is being read knows an older one, and the reader has been told of nothing since.
    const { version } = this.#group;
    const known = this.#sent === null ? version : later(version, this.#sent);
    if (this.#waiters.reached(known)) this.#sent = known;
  }

  // Sending.

  /** A page that was asked for is sent to a reader that has paused, too. */
  get #isHeld(): boolean {
    return this.#holds.size > (this.#header !== null && this.#holds.has("paused") ? 1 : 0);
  }

  /** Sends what the reader is owed, if it can be sent now. */
  #catchUp(): void {
    const group = this.#group;
    if (this.#isHeld || group === null || group.shown === null) return;
    // A group that is being read may show what is older than what the reader has.
    if (this.#sent !== null && later(group.version, this.#sent) !== group.version) return;
    if (this.#base === null || this.#isAnew || !sameColumns(this.#shape, group.shape)) {
      return this.#sendRows(group, group.shown);
    }
    if (this.isBehind || this.#header !== null) {
      this.#send(group.stepFrom(this.#base), group.version);
    } else if (group.isLive) this.#tellAge(group.version);
    this.#tellWaiters();
  }

  #send(step: Step, version: Version): void {
    const isNews = !step.isEmpty || this.#header !== null;
    const header = this.#header === null ? "" : `,"page":${this.#header}`;
    const why = this.#withWhy ? step.whyText() : "";
    this.#header = null;
    this.#base = step.to;
    this.#shape = step.shape;
    this.#sent = version;
    if (isNews) this.#reader.push("batch", new JsonText(step.text(version, header + why)));
    this.#tellAge(version);
    this.#looksForRoom();
    this.#tellWaiters();
  }

  /** Whoever comes while no changes do is told of it, too. */
  #tellAge(version: Version): void {
    if (this.#group?.isCutOff === true) this.stale();
    else this.#live(version);
  }

  /** It is true again: says so if it was said to be stale. */
  #live(version: Version): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#sent = version;
    this.#reader.push("live", { version: versionText(version) });
  }

  /** Sends all rows of the group in chunks, with pauses where the reader needs them. */
  #sendRows(group: Group, shown: Shown): void {
    const turn = Symbol("sending");
    this.#sending = turn;
    this.#holds.add("sending");
    void this.#sendChunks(group, shown, group.version, turn);
  }

  async #sendChunks(group: Group, shown: Shown, version: Version, turn: symbol): Promise<void> {
    const header = this.#header === null ? "" : `,"page":${this.#header}`;
    const { before, after } = shown.hasMore;
    const fixed = `"version":${JSON.stringify(versionText(version))},"of":${shown.rows.length},"more":[${before},${after}]`;
    let from = 0;
    for (const { count, text } of rowChunks(group.shape, shown)) {
      if (this.#sending !== turn) return;
      const page = from === 0 ? header : "";
      this.#reader.push("rows", new JsonText(`{${fixed},"from":${from},"rows":${text}${page}}`));
      from += count;
      if (this.#reader.bufferedAmount > this.#room) await this.#hasRoom();
    }
    if (this.#sending !== turn) return;
    this.#sending = null;
    this.#header = null;
    this.#isAnew = false;
    this.#base = shown;
    this.#shape = group.shape;
    this.#sent = version;
    this.#tellAge(version);
    this.#looksForRoom();
    this.release("sending");
  }

  /** A reader that does not take what is sent gets nothing until it has. */
  #looksForRoom(): void {
    if (this.#holds.has("slow") || this.#reader.bufferedAmount <= this.#room) return;
    this.#holds.add("slow");
    void this.#hasRoom().then(() => this.release("slow"));
  }

  async #hasRoom(): Promise<void> {
    await this.#reader.drained({ below: this.#room, signal: this.#ended.signal }).catch(() => {});
  }
}
