// A reader that opens pages, grows, changes, pauses and drops them, gets other policies, loses its
// connection and comes back.
import { JoinError, PushError, type Socket } from "@slipstream/client";
import { PageMirror } from "../fixtures/page-mirror.ts";
import type { Coverage, CoverageKind } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { countMessage, type PageMessage } from "./message-coverage.ts";
import { asked, newlyOpen, type Open } from "./open-page.ts";
import { randomPage, type PagePlan } from "./page-plan.ts";
import { PageRecord, type Range } from "./page-record.ts";
import { randomWish } from "./page-wish.ts";
import type { PolicyBook } from "./policies.ts";
import { ReaderPolicies } from "./reader-policies.ts";
import { isRefusedByChance } from "./refusals.ts";
import type { Relation, Schema } from "./schema.ts";

export interface ReaderOptions {
  readonly dice: Dice;
  readonly schema: Schema;
  readonly user: string;
  readonly connect: (user: string) => Promise<Socket>;
  readonly coverage: Coverage;
  readonly books: Readonly<Record<Relation["view"], PolicyBook>>;
  /** Has the user's policies decided anew. */
  readonly refresh: (user: string) => Promise<void>;
  /** The id of a transaction that was committed, if any was. */
  readonly someXid: (dice: Dice) => bigint | undefined;
  /** Whether pages may be so large that their rows come in pieces. */
  readonly isBulk: boolean;
}

export class RandomReader {
  readonly records: PageRecord[] = [];
  readonly #options: ReaderOptions;
  readonly #policies: ReaderPolicies;
  #socket: Socket | null = null;
  #open: Open[] = [];
  #topics = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#policies = new ReaderPolicies(options.user, options.schema, options.books);
  }

  async act(): Promise<void> {
    const { dice } = this.#options;
    this.#open = this.#open.filter(({ hasEnded }) => !hasEnded);
    if (this.#socket === null || this.#open.length === 0) return this.#join();
    const open = dice.pick(this.#open);
    const choice = dice.below(100);
    if (choice < 26 && this.#open.length < 6) return this.#join();
    if (choice < 38) return this.#grow(open);
    if (choice < 46) {
      this.#count("resize");
      await this.#ask(open, "resize", { before: dice.below(5), after: this.#rows(10) });
    } else if (choice < 60) await this.#change(open);
    else if (choice < 64) await this.#simple(open, "pause");
    else if (choice < 70) await this.#simple(open, "resume");
    else if (choice < 77) await this.#leave(open);
    else if (choice < 84) await this.#lose();
    else if (choice < 92) await this.#refresh();
    else await this.#see(open, this.#options.someXid(dice));
  }

  /** Resolves when every open page shows what a transaction did, and says how many rows there are. */
  async finish(xid: bigint): Promise<void> {
    const { dice } = this.#options;
    for (const open of this.#open) {
      await this.#ask(open, "resume", {});
      const since = open.record.observed.length;
      const version = await this.#see(open, xid);
      if (open.hasEnded) continue;
      if (version === null) throw new Error("A page could not say that it had seen the end.");
      const cap = dice.between(1, 40);
      const answer = await this.#ask(open, "count", { cap });
      if (answer === null) continue;
      this.#count("count");
      const count = { ...(answer as { count: number; more: boolean }), cap };
      const { mirror, record } = open;
      const plans: Range = [open.plan, open.plan];
      record.isTrue(
        mirror,
        version,
        "count",
        plans,
        this.#policies.range(record.relation),
        since,
        count,
      );
    }
  }

  async close(): Promise<void> {
    await this.#socket?.disconnect();
    this.#socket = null;
  }

  // Opening.

  async #join(): Promise<void> {
    const { dice, connect, user, schema, coverage } = this.#options;
    this.#socket ??= await connect(user);
    const wishing = { dice, schema, coverage, policies: this.#policies, open: this.#open };
    const { plan, at, sides } = randomWish(wishing);
    const why = dice.chance(0.2);
    if (why) this.#count("with why");
    if (plan.columns !== null) this.#count("some columns");
    this.#count(`view ${plan.relation.view}`);
    const params = {
      ...asked(plan),
      at,
      before: sides === "before" || sides === "both" ? this.#rows(6) : undefined,
      after: sides === "one" ? 1 : sides === "before" ? undefined : this.#rows(8),
      why,
    };
    const record = new PageRecord(user, plan);
    const mirror = new PageMirror(this.#socket, this.#topic(plan), params);
    await this.#opened(newlyOpen(mirror, record, 0, false));
  }

  /** The answer to the join, or null where it was refused. */
  async #opened(open: Open): Promise<{ readonly resumed?: string } | null> {
    const { mirror, record } = open;
    mirror.onHeard = (event, payload) => this.#heard(open, event, payload);
    this.#open.push(open);
    if (!this.records.includes(record)) this.records.push(record);
    try {
      return await mirror.join();
    } catch (error) {
      this.#open = this.#open.filter((each) => each !== open);
      if (!(error instanceof JoinError) || !this.#isChance(open, error)) throw error;
      return null;
    }
  }

  #heard(open: Open, event: string, payload: unknown): void {
    const { mirror, record } = open;
    if (event === "rows" || event === "batch") {
      countMessage(this.#options.coverage, payload as PageMessage);
      const state = mirror.states.at(-1);
      if (state !== undefined && mirror.states.length > open.noted) {
        open.noted = mirror.states.length;
        open.isWhole = !state.partial;
        record.shown(state, [0, record.plans.length - 1], this.#policies.range(record.relation));
      }
    } else if (event === "live") {
      this.#count("live");
      const { version } = payload as { readonly version: string };
      const plans: Range = [0, record.plans.length - 1];
      const since = record.observed.length;
      record.isTrue(mirror, version, "live", plans, this.#policies.range(record.relation), since);
    } else if (event === "stale") this.#count("stale");
    else if (event === "cleared") {
      open.isWhole = false;
      this.#count("cleared");
    } else if (event === "ended") {
      open.hasEnded = true;
      this.#count("ended by policy");
    }
  }

  // With an open page.

  async #grow(open: Open): Promise<void> {
    const { dice } = this.#options;
    this.#count("grow");
    const more = { before: dice.below(4), after: this.#rows(6) };
    const asks = [this.#ask(open, "grow", more)];
    if (dice.chance(0.3)) asks.push(this.#ask(open, "grow", { after: 1 }));
    await Promise.all(asks);
  }

  async #change(open: Open): Promise<void> {
    const { dice, coverage } = this.#options;
    const { mirror, record } = open;
    const { relation } = record;
    const may = this.#policies.columns(relation);
    if (may.length === 0) return;
    this.#count("change");
    const plan = randomPage(dice, relation, may, coverage);
    // What is left out stays.
    const columns = plan.columns ?? record.plans[open.plan]?.columns ?? null;
    const { headers } = mirror;
    const number = record.plans.push({ ...plan, columns }) - 1;
    const payload = { ...asked(plan), at: "start", after: this.#rows(9) };
    if ((await this.#ask(open, "change", payload)) === null) return;
    await mirror.until(() => mirror.headers > headers || open.hasEnded);
    open.plan = number;
  }

  async #simple(open: Open, event: "pause" | "resume"): Promise<void> {
    this.#count(event);
    await this.#ask(open, event, {});
  }

  /** The version at which it has been seen, or null. */
  async #see(open: Open, xid: bigint | undefined): Promise<string | null> {
    if (xid === undefined) return null;
    await this.#ask(open, "resume", {});
    const since = open.record.observed.length;
    const answer = await this.#ask(open, "seen", { xid: `${xid}` });
    if (answer === null) return null;
    this.#count("seen");
    const { version } = answer as { readonly version: string };
    const { mirror, record, plan } = open;
    record.isTrue(
      mirror,
      version,
      "seen",
      [plan, plan],
      this.#policies.range(record.relation),
      since,
    );
    return version;
  }

  async #leave(open: Open): Promise<void> {
    this.#count("leave");
    this.#open = this.#open.filter((each) => each !== open);
    await open.mirror.channel.leave();
  }

  /** The connection ends, and the reader joins again where it was, perhaps under another policy. */
  async #lose(): Promise<void> {
    const { dice, user, connect, coverage } = this.#options;
    this.#count("connection lost");
    await this.#socket?.disconnect();
    if (dice.chance(0.25)) {
      this.#count("policy refreshed while away");
      const [view, policy] = this.#policies.another(dice);
      await this.#options.refresh(user);
      this.#policies.settle(view, policy);
    }
    this.#socket = await connect(user);
    for (const { mirror, record, plan, isWhole, hasEnded } of this.#open.splice(0)) {
      const { header } = mirror;
      const { version } = record;
      const known = record.plans[plan];
      if (header === null || hasEnded || known === undefined) continue;
      const { at, before, after, group } = header;
      const resume = isWhole ? { group, version } : undefined;
      const params = { ...asked(known), at, before, after, resume };
      const again = new PageMirror(this.#socket, this.#topic(known), params);
      if (isWhole) Object.assign(again, { rows: mirror.rows, header, more: mirror.more, version });
      const answer = await this.#opened(newlyOpen(again, record, plan, isWhole));
      if (answer?.resumed === undefined) continue;
      coverage.count(answer.resumed === "replay" ? "resumed by replay" : "resumed by reload");
    }
  }

  // Policies.

  async #refresh(): Promise<void> {
    const { dice, user, refresh } = this.#options;
    this.#count("policy refreshed");
    const [view, policy] = this.#policies.another(dice);
    await refresh(user);
    const concerned = this.#open.filter(({ record }) => record.relation.view === view);
    // What the server had sent before is here when it has answered.
    for (const open of concerned) await this.#ask(open, "why", { on: false });
    this.#policies.settle(view, policy);
    for (const { mirror, record, hasEnded } of concerned) {
      if (!hasEnded) record.isAllowed(mirror, [policy, policy]);
    }
  }

  // Small things.

  /** The answer, or null where it was refused by chance or the page has ended. */
  async #ask(open: Open, event: string, payload: object): Promise<unknown> {
    if (open.hasEnded) return null;
    try {
      return (await open.mirror.push(event, payload)) ?? {};
    } catch (error) {
      if (open.hasEnded && error instanceof PushError) return null;
      if (error instanceof PushError && this.#isChance(open, error)) return null;
      throw error;
    }
  }

  #isChance({ record: { relation } }: Open, error: JoinError | PushError): boolean {
    return isRefusedByChance(error, relation, this.#policies.of(relation));
  }

  #count(kind: CoverageKind): void {
    this.#options.coverage.count(kind);
  }

  #rows(end: number): number {
    const { dice, isBulk } = this.#options;
    return isBulk && dice.chance(0.2) ? dice.between(800, 1_500) : dice.below(end);
  }

  #topic({ relation }: PagePlan): string {
    this.#topics += 1;
    return `haste:${relation.view}:${this.#topics}`;
  }
}
