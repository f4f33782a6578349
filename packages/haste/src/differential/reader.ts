// A reader that opens pages, grows, changes, pauses and drops them, loses its connection and comes back.
import { JoinError, PushError, type Socket } from "@slipstream/client";
import { PageMirror, type MirrorState } from "../fixtures/page-mirror.ts";
import type { Dice } from "./dice.ts";
import { randomPage, type PagePlan } from "./page-plan.ts";
import type { RandomTable } from "./schema.ts";

/** One page of a reader, over all its channels. */
export interface ReadPage {
  readonly states: MirrorState[];
}

/** What may be refused by chance. */
const REFUSALS = new Set(["row_not_found", "busy"]);

export interface ReaderOptions {
  readonly dice: Dice;
  readonly table: RandomTable;
  readonly view: string;
  readonly connect: () => Promise<Socket>;
  /** What each group was asked to show; shared by all readers. */
  readonly plans: Map<string, PagePlan>;
}

interface Open {
  mirror: PageMirror;
  plan: PagePlan;
  readonly page: ReadPage;
}

export class RandomReader {
  readonly pages: ReadPage[] = [];
  readonly #options: ReaderOptions;
  #socket: Socket | null = null;
  #open: Open[] = [];
  #topics = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Pages that are open, to be compared with the table at the end. */
  get open(): readonly PageMirror[] {
    return this.#open.map(({ mirror }) => mirror);
  }

  async act(): Promise<void> {
    const { dice } = this.#options;
    if (this.#socket === null || this.#open.length === 0) return this.#join();
    const open = dice.pick(this.#open);
    const { mirror } = open;
    const choice = dice.below(20);
    if (choice < 5 && this.#open.length < 6) return this.#join();
    if (choice < 8) {
      await this.#ask(open, "grow", { before: dice.below(4), after: dice.below(6) });
    } else if (choice < 10) {
      await this.#ask(open, "resize", { before: dice.below(5), after: dice.below(10) });
    } else if (choice < 13) await this.#change(open);
    else if (choice < 14) await mirror.push("pause");
    else if (choice < 16) await mirror.push("resume");
    else if (choice < 18) await this.#leave(open);
    else await this.#lose();
  }

  /** Resolves when every open page shows what a transaction did. */
  async seen(xid: bigint): Promise<void> {
    for (const { mirror } of this.#open) {
      await mirror.push("resume");
      await mirror.seen(`${xid}`);
    }
  }

  async close(): Promise<void> {
    await this.#socket?.disconnect();
    this.#socket = null;
  }

  async #join(): Promise<void> {
    const { dice, table, connect } = this.#options;
    this.#socket ??= await connect();
    const plan = randomPage(dice, table);
    const key = this.#someKey();
    const at = dice.chance(0.3) && key !== null ? { key } : dice.pick(["start", "start", "end"]);
    const params = {
      filter: plan.filter,
      order: plan.order,
      at,
      before: at === "start" ? undefined : dice.below(6),
      after: at === "end" ? undefined : dice.below(8),
      why: dice.chance(0.2),
    };
    const page: ReadPage = { states: [] };
    const mirror = new PageMirror(this.#socket, this.#topic(), params, page.states);
    await this.#opened(mirror, page, plan);
  }

  async #opened(mirror: PageMirror, page: ReadPage, plan: PagePlan): Promise<void> {
    try {
      const { group } = await mirror.join();
      this.#options.plans.set(group, plan);
      if (!this.pages.includes(page)) this.pages.push(page);
      this.#open.push({ mirror, plan, page });
    } catch (error) {
      if (!(error instanceof JoinError) || !isChance(error.response)) throw error;
    }
  }

  async #ask(open: Open, event: string, payload: object): Promise<boolean> {
    try {
      await open.mirror.push(event, payload);
      return true;
    } catch (error) {
      if (!(error instanceof PushError) || !isChance(error.response)) throw error;
      return false;
    }
  }

  async #change(open: Open): Promise<void> {
    const { dice, table, plans } = this.#options;
    const { mirror } = open;
    const plan = randomPage(dice, table);
    const headers = mirror.headers;
    const payload = { filter: plan.filter, order: plan.order, at: "start", after: dice.below(9) };
    if (!(await this.#ask(open, "change", payload))) return;
    await mirror.until(() => mirror.headers > headers);
    open.plan = plan;
    plans.set(mirror.header?.group ?? "", plan);
  }

  async #leave(open: Open): Promise<void> {
    this.#open = this.#open.filter((each) => each !== open);
    await open.mirror.channel.leave();
  }

  /** The connection ends, and the reader joins again where it was. */
  async #lose(): Promise<void> {
    await this.#socket?.disconnect();
    this.#socket = await this.#options.connect();
    for (const { mirror, plan, page } of this.#open.splice(0)) {
      const { header, version } = mirror;
      if (header === null) continue;
      const { at, before, after, group } = header;
      const again = new PageMirror(
        this.#socket,
        this.#topic(),
        { filter: plan.filter, order: plan.order, at, before, after, resume: { group, version } },
        page.states,
      );
      again.rows = mirror.rows;
      again.header = header;
      again.more = mirror.more;
      again.version = version;
      await this.#opened(again, page, plan);
    }
  }

  #topic(): string {
    this.#topics += 1;
    return `haste:${this.#options.view}:${this.#topics}`;
  }

  /** The key of a row that some page shows. */
  #someKey(): unknown[] | null {
    const { dice } = this.#options;
    if (this.#open.length === 0) return null;
    const { rows, header } = dice.pick(this.#open).mirror;
    if (rows.length === 0 || header === null) return null;
    const row = dice.pick(rows);
    return header.key.map((place) => row[place]);
  }
}

function isChance(response: unknown): boolean {
  return REFUSALS.has((response as { readonly reason?: string } | null)?.reason ?? "");
}
