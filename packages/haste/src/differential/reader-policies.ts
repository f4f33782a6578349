// The policies of one reader: those that he has had of each view, and which of them what he hears may be
// under.
import type { Dice } from "./dice.ts";
import type { Range } from "./page-record.ts";
import { randomPolicy, type PolicyBook, type RandomPolicy } from "./policies.ts";
import type { Relation, Schema } from "./schema.ts";

export class ReaderPolicies {
  readonly #user: string;
  readonly #schema: Schema;
  readonly #books: Readonly<Record<Relation["view"], PolicyBook>>;
  /** Which policy is sure to hold, of views whose policies the program decides. */
  readonly #settled = new Map<Relation["view"], number>();

  constructor(user: string, schema: Schema, books: Readonly<Record<Relation["view"], PolicyBook>>) {
    this.#user = user;
    this.#schema = schema;
    this.#books = books;
  }

  /** All that he has had of a view, the oldest first. */
  of({ view }: Relation): readonly RandomPolicy[] {
    return this.#books[view].of(this.#user);
  }

  /** The columns that he may see of a view now. */
  columns(relation: Relation): readonly string[] {
    return this.of(relation).at(-1)?.columns ?? [];
  }

  /** Those that what is heard now of a view may be under. */
  range(relation: Relation): Range {
    return [this.#settled.get(relation.view) ?? 0, this.of(relation).length - 1];
  }

  /** Another policy, of a view whose policies the program decides; {@link settle} is to follow. */
  another(dice: Dice): readonly [Relation["view"], number] {
    const { relations } = this.#schema;
    const relation = dice.pick(relations.filter(({ view }) => view !== "granted"));
    const policy = this.#books[relation.view].add(this.#user, randomPolicy(dice, relation));
    return [relation.view, policy];
  }

  /** Nothing older holds any more. */
  settle(view: Relation["view"], policy: number): void {
    this.#settled.set(view, policy);
  }
}
