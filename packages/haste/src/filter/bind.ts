// From JSON that anybody may have sent to a filter that is known to make sense.
import { placeOf } from "../columns.ts";
import { InvalidFilterError, InvalidValueError, kindOf } from "../errors.ts";
import { columnAt } from "../sql/names.ts";
import type { Column, Table } from "../table.ts";
import { storableText } from "../values/text.ts";
import type { BoundFilter } from "./filter.ts";
import { FILTER_LIMITS, type FilterLimits } from "./limits.ts";

/**
 * Checks a filter against a table.
 *
 * @param filter anything; see {@link Filter} for what it should be.
 * @param path what errors call it.
 * @throws InvalidFilterError says where in the filter, and what there may be instead.
 */
export function bindFilter(
  filter: unknown,
  table: Table,
  limits: FilterLimits = FILTER_LIMITS,
  path = "where",
): BoundFilter {
  return new Binding(table, limits).filter(filter, path, 1);
}

class Binding {
  readonly #table: Table;
  readonly #limits: FilterLimits;
  #conditions = 0;
  /** How long the values so far are. */
  #total = 0;

  constructor(table: Table, limits: FilterLimits) {
    this.#table = table;
    this.#limits = limits;
  }

  filter(filter: unknown, path: string, depth: number): BoundFilter {
    if (!Array.isArray(filter)) {
      const example = '["eq", "gate", "A1"]';
      throw new InvalidFilterError(
        path,
        `a filter is an array such as ${example}, and not ${kindOf(filter)}.`,
      );
    }
    if (depth > this.#limits.depth) {
      throw new InvalidFilterError(
        path,
        `filters may be ${this.#limits.depth} deep, and no deeper.`,
      );
    }
    this.#conditions += 1;
    if (this.#conditions > this.#limits.conditions) {
      const most = `a filter may have ${this.#limits.conditions} conditions, and no more.`;
      throw new InvalidFilterError(path, most);
    }
    const parts: readonly unknown[] = filter;
    const [op] = parts;
    switch (op) {
      case "and":
      case "or":
        return {
          op,
          of: parts
            .slice(1, this.#limits.conditions + 2)
            .map((part, at) => this.filter(part, `${path}[${at + 1}]`, depth + 1)),
        };
      case "not":
        length(parts, 2, path);
        return { op, of: this.filter(parts[1], `${path}[1]`, depth + 1) };
      case "eq":
      case "ne": {
        length(parts, 3, path);
        const column = this.#column(parts[1], path, "equality", op);
        return { op, column, value: this.#value(column, parts[2], `${path}[2]`) };
      }
      case "lt":
      case "lte":
      case "gt":
      case "gte": {
        length(parts, 3, path);
        const column = this.#column(parts[1], path, "order", op);
        return { op, column, value: this.#value(column, parts[2], `${path}[2]`) };
      }
      case "between": {
        length(parts, 4, path);
        const column = this.#column(parts[1], path, "order", op);
        return {
          op: "and",
          of: [
            { op: "gte", column, value: this.#value(column, parts[2], `${path}[2]`) },
            { op: "lte", column, value: this.#value(column, parts[3], `${path}[3]`) },
          ],
        };
      }
      case "in": {
        length(parts, 3, path);
        const column = this.#column(parts[1], path, "equality", op);
        return { op, column, values: this.#values(column, parts[2], `${path}[2]`) };
      }
      case "isNull":
      case "isNotNull": {
        length(parts, 2, path);
        const column = this.#column(parts[1], path, "none", op);
        const isNull = { op: "isNull", column } as const;
        return op === "isNull" ? isNull : { op: "not", of: isNull };
      }
      case "prefix":
      case "contains": {
        length(parts, 3, path);
        const column = this.#column(parts[1], path, "text", op);
        return { op, column, value: this.#text(parts[2], `${path}[2]`) };
      }
      default:
        throw new InvalidFilterError(
          `${path}[0]`,
          "a filter begins with one of and, or, not, eq, ne, lt, lte, gt, gte, in, between, isNull, isNotNull, prefix and contains.",
        );
    }
  }

  #column(name: unknown, path: string, needs: Column["type"]["filters"], op: string): number {
    const place = placeOf(this.#table, name, this.#limits.columns);
    if (place === undefined) {
      const problem =
        typeof name === "string"
          ? "there is no such column to filter by."
          : `a column's name belongs here, and not ${kindOf(name)}.`;
      throw new InvalidFilterError(`${path}[1]`, problem);
    }
    const { type } = columnAt(this.#table, place);
    if (!ALLOWS[type.filters].has(needs)) {
      throw new InvalidFilterError(`${path}[1]`, `${type.name} cannot be filtered by ${op}.`);
    }
    return place;
  }

  #values(column: number, values: unknown, path: string): readonly string[] {
    if (!Array.isArray(values)) {
      throw new InvalidFilterError(
        path,
        `an array of values belongs here, and not ${kindOf(values)}.`,
      );
    }
    if (values.length > this.#limits.values) {
      const most = `in may have ${this.#limits.values} values, and no more.`;
      throw new InvalidFilterError(path, most);
    }
    return values.map((value, at) => this.#value(column, value, `${path}[${at}]`));
  }

  #value(column: number, value: unknown, path: string): string {
    if (value === null) {
      throw new InvalidFilterError(path, "nothing equals null; use isNull or isNotNull.");
    }
    this.#bounded(value, path);
    return this.#counted(
      explained(path, () => columnAt(this.#table, column).type.fromJson(value)),
      path,
    );
  }

  #text(value: unknown, path: string): string {
    this.#bounded(value, path);
    return this.#counted(
      explained(path, () => storableText("a text to look for", value)),
      path,
    );
  }

  /** A filter is kept as long as its page, and longer. */
  #counted(text: string, path: string): string {
    this.#total += text.length;
    if (this.#total <= this.#limits.total) return text;
    const most = `the values of a filter may have ${this.#limits.total} UTF-16 code units together, and no more.`;
    throw new InvalidFilterError(path, most);
  }

  #bounded(value: unknown, path: string): void {
    if (typeof value === "string" && value.length > this.#limits.text) {
      const most = `a text may have ${this.#limits.text} UTF-16 code units, and no more.`;
      throw new InvalidFilterError(path, most);
    }
  }
}

/** What each kind of type allows; `none` stands for what needs no value. */
const ALLOWS: Readonly<Record<Column["type"]["filters"], ReadonlySet<Column["type"]["filters"]>>> =
  {
    none: new Set(["none"]),
    equality: new Set(["none", "equality"]),
    order: new Set(["none", "equality", "order"]),
    text: new Set(["none", "equality", "order", "text"]),
  };

function length(parts: readonly unknown[], expected: number, path: string): void {
  if (parts.length !== expected) {
    const counts = `this has ${parts.length} elements, and should have ${expected}.`;
    throw new InvalidFilterError(path, counts);
  }
}

function explained(path: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    throw new InvalidFilterError(path, error.message, { cause: error });
  }
}
