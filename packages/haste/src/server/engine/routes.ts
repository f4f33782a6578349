// Which groups a change can concern: of single tables by the index over their filters, of joins all
// that read the table.
import { ChangeIndex } from "../../matching/change-index.ts";
import type { Change } from "../../source/source.ts";
import type { Group } from "./group.ts";

export class Routes {
  readonly #indexes = new Map<string, ChangeIndex<Group>>();
  readonly #joined = new Map<string, Set<Group>>();

  set(group: Group): void {
    const { view, filter } = group.shape;
    if (view.kind === "table") return this.#index(group).set(group, filter);
    for (const table of view.tables) {
      const groups = this.#joined.get(table);
      if (groups === undefined) this.#joined.set(table, new Set([group]));
      else groups.add(group);
    }
  }

  delete(group: Group): void {
    const { view } = group.shape;
    if (view.kind === "table") {
      const index = this.#index(group);
      index.delete(group);
      if (index.size === 0) this.#indexes.delete(view.table.id);
      return;
    }
    for (const table of view.tables) {
      const groups = this.#joined.get(table);
      groups?.delete(group);
      if (groups?.size === 0) this.#joined.delete(table);
    }
  }

  /** Calls `visit` once for each group that the change may concern. */
  visit(change: Change, visit: (group: Group) => void): void {
    const index = this.#indexes.get(change.table);
    if (index !== undefined) {
      if (change.kind === "reload") for (const group of index.items()) visit(group);
      else {
        index.visit(
          change.kind === "insert" ? undefined : change.before,
          change.kind === "delete" ? undefined : change.after,
          visit,
        );
      }
    }
    this.#joined.get(change.table)?.forEach(visit);
  }

  #index({ shape: { view } }: Group): ChangeIndex<Group> {
    const known = this.#indexes.get(view.table.id);
    if (known !== undefined) return known;
    const index = new ChangeIndex<Group>(view.table);
    this.#indexes.set(view.table.id, index);
    return index;
  }
}
