// Transactions of several writers at once, and what befalls the source meanwhile.
import type { Coverage } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import { keyAndRow, puts, type Effect, type Run, type Written } from "./effects.ts";
import { randomPolicy, type PolicyBook } from "./policies.ts";
import type { Pace } from "./pace.ts";
import type { DifferentialDatabase } from "./database.ts";
import type { Relation, Schema } from "./schema.ts";
import type { DisturbanceBeside, SeedPlan } from "./seed-plan.ts";
import { insertBulk, updateBulk, write, writeGrant, type Writing } from "./writes.ts";

export interface WritersOptions {
  readonly dice: Dice;
  readonly schema: Schema;
  readonly database: DifferentialDatabase;
  readonly coverage: Coverage;
  readonly users: readonly string[];
  readonly books: Readonly<Record<Relation["view"], PolicyBook>>;
  readonly plan: SeedPlan;
}

/** Of commits, where some are held. */
const HELD = 0.3;

const TRANSACTIONS = 40;
/** Each may be of ten thousand rows. */
const BULK_TRANSACTIONS = 12;

export class Writers {
  /** What has been committed since readers may have come. */
  readonly written: Written[] = [];
  readonly #options: WritersOptions;
  #gaveUp = new Error("The transaction is rolled back.");

  constructor(options: WritersOptions) {
    this.#options = options;
  }

  /** What is there before anybody reads. */
  async begin(): Promise<readonly Written[]> {
    const { dice, schema, users, plan } = this.#options;
    await this.#transaction(dice, async ({ run, effects }) => {
      const { grants } = schema;
      const values = users.map((user) => `('${user}', 0)`).join(", ");
      const sql = `INSERT INTO ${grants.name} VALUES ${values} RETURNING ${keyAndRow(grants)}`;
      for (const effect of puts(grants, await run(sql))) effects.push(effect);
    });
    await this.#transaction(dice, plan.isBulk ? insertBulk : write);
    return this.written.splice(0);
  }

  /** How many transactions {@link run} tries. */
  get steps(): number {
    return this.#options.plan.isBulk ? BULK_TRANSACTIONS : TRANSACTIONS;
  }

  /** @param disturb - has something befall the source */
  async run(
    pace: Pace,
    disturb: (disturbance: DisturbanceBeside) => void | Promise<void>,
  ): Promise<void> {
    const { dice, database, plan, coverage } = this.#options;
    const { writers } = database;
    const each = this.steps / writers;
    const isServer = database.server !== null;
    const coming = plan.disturbances
      .filter((what) => isServer || what === "subscriber failed" || what === "epoch lost")
      .map((what) => ({ what, at: dice.between(1, each - 1) }));
    const bulkAt = plan.isBulk ? dice.below(each) : -1;
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        const own = dice.fork();
        for (let at = 0; at < each; at += 1) {
          await pace.next("writers");
          await this.#transaction(
            own,
            async (writing) => {
              if (writer === 0 && at === bulkAt) await updateBulk(writing);
              for (let count = own.between(1, 4); count > 0; count -= 1) await write(writing);
              if (!own.chance(0.1)) return;
              coverage.count("rolled back");
              throw this.#gaveUp;
            },
            isServer && plan.holdsCommits && own.chance(HELD) ? this.#held(own, pace) : undefined,
          );
          pace.step("writers");
          if (writer > 0) continue;
          for (const { what } of coming.filter((disturbance) => disturbance.at === at)) {
            if (what === "epoch lost") await this.#loseEpoch(own);
            else {
              coverage.count(what);
              await disturb(what);
            }
          }
        }
      }),
    );
  }

  /** Until readers have opened, grown and changed pages meanwhile. */
  #held(dice: Dice, pace: Pace): () => boolean {
    const steps = dice.between(1, 6);
    let end: number | null = null;
    return () => {
      if (end === null) this.#options.coverage.count("commit held");
      end ??= pace.done("readers") + steps;
      return pace.done("readers") < end;
    };
  }

  /** Somebody's policy changes, and no transaction will tell of it. */
  async #loseEpoch(dice: Dice): Promise<void> {
    const { database, coverage } = this.#options;
    await this.#transaction(dice, async (writing) => {
      await writeGrant(writing);
      await database.loseEpoch(writing.run);
      coverage.count("epoch lost");
    });
  }

  /** A last transaction, that changes something for certain. */
  async finish(): Promise<Written> {
    const { dice, schema } = this.#options;
    const { main } = schema;
    for (;;) {
      const { length } = this.written;
      await this.#transaction(dice, async ({ run, effects }) => {
        const literals = main.columns.map((column) => column.literal(dice)).join(", ");
        const sql = `INSERT INTO ${main.name} VALUES (${literals}) RETURNING ${keyAndRow(main)}`;
        for (const effect of puts(main, await run(sql))) effects.push(effect);
      });
      const last = this.written.at(-1);
      if (last !== undefined && this.written.length > length) return last;
    }
  }

  async #transaction(
    dice: Dice,
    work: (writing: Writing) => Promise<void>,
    isHeld?: () => boolean,
  ): Promise<void> {
    const { schema, database, coverage } = this.#options;
    const effects: Effect[] = [];
    let xid = 0n;
    try {
      await database.transaction(async (run: Run) => {
        const grant = (): readonly [string, number] => this.#grant(dice);
        await work({ dice, schema, run, coverage, effects, grant });
        xid = BigInt((await run("SELECT pg_current_xact_id()::text"))[0] ?? 0);
      }, isHeld);
      this.written.push({ xid, effects });
    } catch (error) {
      if (error === this.#gaveUp) return;
      const { code = "" } = error as { readonly code?: string };
      if (code === "23505") coverage.count("conflict");
      else if (code === "40P01") coverage.count("deadlock");
      else if (!this.#options.plan.disturbances.includes("database restarted")) throw error;
    }
  }

  #grant(dice: Dice): readonly [person: string, policy: number] {
    const { users, books, schema } = this.#options;
    const relation = schema.relations.find(({ view }) => view === "granted") as Relation;
    const person = dice.pick(users);
    return [person, books.granted.add(person, randomPolicy(dice, relation))];
  }
}
