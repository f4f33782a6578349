// One page of one client: what it asks for, what it may see, and the group that shows both.
import { matcher } from "../../filter/matcher.ts";
import { countQuery } from "../../query/page-query.ts";
import type { Group } from "../engine/group.ts";
import { QueryContent } from "../engine/query-content.ts";
import { parseVersion, versionText, type Version } from "../engine/version.ts";
import { WindowContent } from "../engine/window-content.ts";
import { PageError } from "../errors.ts";
import type { ChangeRequest, JoinRequest, PageRequest } from "../protocol/request.ts";
import type { BoundView } from "../view/bound-view.ts";
import { allowedBy, type Allowed } from "../view/allowed.ts";
import { headerOf } from "./header.ts";
import { asPageError, forbidden, left, undecided } from "./page-errors.ts";
import { Member } from "./member.ts";
import type { PageShape } from "./page-shape.ts";
import { changedRequest, fixed, grownRequest, resizedRequest } from "./next-request.ts";
import { resolvePage } from "./resolve.ts";
import type { Opened, PageSeat } from "./page-seat.ts";
import { Revisions } from "./revisions.ts";

export class Page {
  readonly view: BoundView;
  readonly member: Member;
  /** When what it may see was decided, ms. */
  decidedAt = 0;
  readonly #seat: PageSeat;
  #request: PageRequest;
  /** The request that is shown, or was last found to be possible. */
  #settled: PageRequest;
  #allowed: Allowed | null = null;
  #group: Group | null = null;
  readonly #revisions = new Revisions();
  #isAnew = false;
  #isSettling = false;
  #hasEnded = false;
  /** What whoever waits for it is told once it has ended. */
  #ending: PageError = left();
  /** Whether the join has been answered, so that rows may follow. */
  #isStarted = false;
  #start: (() => void) | null = null;
  #opened: () => void = () => {};
  /** Resolves when opening it has worked out, or has not. */
  readonly whenOpen: Promise<void>;

  constructor(seat: PageSeat, { page, why, paused }: JoinRequest) {
    this.view = seat.view;
    this.#seat = seat;
    this.#request = page;
    this.#settled = page;
    this.member = new Member(seat.reader, seat.maxBehind, { why });
    if (paused) this.member.hold("paused");
    this.whenOpen = new Promise((resolve) => (this.#opened = resolve));
  }

  get user(): unknown {
    return this.#seat.user;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  // Opening.

  /**
   * Opens it. The rows are sent after {@link start}.
   *
   * @throws {PageError}
   */
  open(request: JoinRequest): Promise<Opened> {
    return this.#open(request).finally(this.#opened);
  }

  async #open({ resume }: JoinRequest): Promise<Opened> {
    const allowed = await this.#decide();
    if (allowed === null) throw forbidden();
    this.#allowed = allowed;
    const shape = await this.#resolve(allowed, this.#request);
    if (this.#hasEnded) throw this.#ending;
    const group = this.#obtain(shape);
    try {
      await group.whenLive();
      if (this.#hasEnded) throw this.#ending;
    } catch (error) {
      this.#seat.engine.groups.unused(group);
      throw error;
    }
    this.#group = group;
    this.#keep({ ...this.#request, at: fixed(shape.anchor) });
    const header = headerOf(group);
    const known = resume === null ? null : parseVersion(resume.version);
    const base = known === null || resume?.group !== group.id ? null : group.stateAt(known);
    const { version } = this.#seat.engine;
    if (known?.epoch === version.epoch && known.position <= version.position) {
      this.member.knows(known);
    }
    this.#start = () => {
      if (base === null) this.member.showAnew(group, JSON.stringify(header));
      else this.member.resume(group, base);
    };
    const resumed =
      resume === null ? {} : ({ resumed: base === null ? "reload" : "replay" } as const);
    return { ...header, version: versionText(group.version), ...resumed };
  }

  /** Begins to send. */
  start(): void {
    const start = this.#start;
    this.#start = null;
    this.#isStarted = true;
    if (!this.#hasEnded) start?.();
  }

  /** Nothing is sent any more, and nothing is left of it. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.member.end();
    if (this.#group !== null) this.#seat.engine.groups.unused(this.#group);
    this.#group = null;
    this.#revisions.reject(this.#revisions.newest, this.#ending);
  }

  /** Ends it for a reason that its client is told. */
  giveUp(error: PageError): void {
    if (this.#hasEnded) return;
    this.#ending = error;
    this.end();
    this.#seat.ended(error);
  }

  // Changing what is asked for.

  /** Another filter, order, place, size or columns. Resolves when it is on its way. @throws {PageError} */
  change(change: ChangeRequest): Promise<void> {
    this.#isAnew = true;
    return this.#ask(changedRequest(this.#request, change));
  }

  /** So many rows on each side; null leaves a side as it is. @throws {PageError} */
  async resize(size: Pick<PageRequest, "before" | "after">): Promise<void> {
    await this.#ask(resizedRequest(this.view, this.#request, size));
  }

  /** So many rows more on each side. @throws {PageError} */
  async grow(more: Pick<PageRequest, "before" | "after">): Promise<void> {
    await this.#ask(grownRequest(this.view, this.#request, more));
  }

  #ask(request: PageRequest): Promise<void> {
    this.#request = request;
    const settled = this.#revisions.add();
    if (!this.#isSettling) void this.#settle();
    return settled;
  }

  /** Shows what is asked for now; what was asked for meanwhile is one with it. */
  async #settle(): Promise<void> {
    this.#isSettling = true;
    while (!this.#revisions.areSettled && !this.#hasEnded) {
      const revision = this.#revisions.newest;
      const request = this.#request;
      const allowed = this.#allowed;
      if (allowed === null) break;
      let group: Group | null = null;
      try {
        const shape = await this.#resolve(allowed, request);
        if (this.#isOver(revision)) continue;
        group = this.#obtain(shape);
        await group.whenLive();
        if (this.#isOver(revision)) {
          this.#seat.engine.groups.unused(group);
          continue;
        }
        this.#keep({ ...request, at: fixed(shape.anchor) });
        this.#enter(group);
        this.#revisions.resolve(revision);
      } catch (error) {
        if (group !== null) this.#seat.engine.groups.unused(group);
        if (this.#isOver(revision)) continue;
        this.#failed(revision, error);
      }
    }
    this.#isSettling = false;
  }

  /** From now on its window stands where it stands, whatever becomes of the row that it was opened at. */
  #keep(request: PageRequest): void {
    this.#request = request;
    this.#settled = request;
  }

  /** The page stays what it was. A policy's page that cannot be read leaves nothing to stay. */
  #failed(revision: number, error: unknown): void {
    this.#request = this.#settled;
    this.#isAnew = false;
    this.#revisions.reject(revision, error);
    if (this.member.group === null) this.#seat.ended(asPageError(error));
  }

  /** Whether nobody wants it any more. */
  #isOver(revision: number): boolean {
    return this.#hasEnded || revision !== this.#revisions.newest;
  }

  #enter(group: Group): void {
    const old = this.#group;
    this.#group = group;
    const header = JSON.stringify(headerOf(group));
    if (!this.#isStarted) this.#start = () => this.member.showAnew(group, header);
    else if (this.#isAnew) this.member.showAnew(group, header);
    else this.member.show(group, header);
    this.#isAnew = false;
    if (old !== null) this.#seat.engine.groups.unused(old);
  }

  #resolve(allowed: Allowed, request: PageRequest): Promise<PageShape> {
    return resolvePage(this.view, allowed, request, this.#seat.engine.snapshots);
  }

  #obtain(shape: PageShape): Group {
    const { engine } = this.#seat;
    const group = engine.obtain(shape, () =>
      this.view.kind === "table"
        ? new WindowContent(shape, engine.limits.slack)
        : new QueryContent(shape),
    );
    engine.groups.used(group);
    return group;
  }

  // What may be seen.

  async #decide(): Promise<Allowed | null> {
    // What the policy looks at may have been told of before anybody sees it, and its rows with it.
    await this.#seat.engine.whereabouts.caughtUp(this.view.policy.tables);
    const decidedAt = performance.now();
    const allowed = await allowedBy(this.view, this.#seat.user, this.#seat.policyTimeout);
    this.decidedAt = decidedAt;
    return allowed;
  }

  /**
   * Has it decided anew what may be seen. Its member, which is held back, gets first what takes away
   * what may be seen no longer, and then the rest.
   *
   * @param isOld - whether the decision is old before it has been made: then another follows
   * @throws What the policy throws: then its member is still held back.
   */
  async decideAgain(isOld: () => boolean): Promise<void> {
    if (this.#hasEnded) return;
    const allowed = await this.#decide();
    if (this.#hasEnded || isOld()) return;
    if (allowed === null) {
      this.member.clear();
      return this.#seat.ended(forbidden());
    }
    const before = this.#allowed;
    if (before?.key === allowed.key) return this.member.release("policy");
    this.#allowed = allowed;
    this.member.leave();
    const lost = before?.columns.some((place) => !allowed.columns.includes(place)) ?? true;
    if (lost) this.member.clear();
    else this.member.narrow(matcher(allowed.filter, this.view.table));
    this.member.release("policy");
    // Who waits for a change of his own gets it with this one.
    await this.#ask(this.#request).catch(() => {});
  }

  // Questions.

  /** How many rows there are, up to `cap`; one more stands for "more". @throws {PageError} */
  async count(cap: number): Promise<{ readonly count: number; readonly more: boolean }> {
    const group = this.#group;
    if (group === null) throw this.#ending;
    if (this.member.isUndecided) throw undecided();
    const { filter, view } = group.shape;
    const { sql, parameters } = countQuery({ table: view.table, filter, ...view.from }, cap);
    const { snapshots } = this.#seat.engine;
    const [row] = await snapshots.read((one) => one.query(sql, parameters), view.name);
    const count = Number(row?.[0] ?? 0);
    return { count: Math.min(count, cap), more: count > cap };
  }

  /**
   * Resolves with the version when the transaction is in what the client has been sent.
   *
   * @throws {PageError} not_seen
   */
  async seen(xid: bigint, timeout: number): Promise<Version> {
    const deadline = performance.now() + timeout;
    const position = await this.#seat.engine.whereabouts.positionOf(xid, timeout);
    const left = Math.max(1, deadline - performance.now());
    const version = position === null ? null : await this.member.reaches(position, left);
    if (version !== null) return version;
    const sentence = "The transaction did not get here in time. Has it been committed?";
    throw new PageError("not_seen", sentence);
  }
}
