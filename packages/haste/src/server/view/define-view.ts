// What an author says of a view: a table, or a query over several.
import type { OrderOf } from "../../filter/filter-of.ts";
import type { ColumnDeclarations, DeclaredRow } from "./column-declaration.ts";
import type { Policy } from "./policy.ts";

/** What one page, and one user's pages together, may cost. */
export interface ViewLimits {
  /** Rows that a page may show. Default 1,000. */
  readonly maxRows: number;
  /** Rows of a page that says nothing of its size. Default 50. */
  readonly rows: number;
  /** Pages of this view on one connection. Default 50. */
  readonly maxPages: number;
  /** Conditions in a filter. Default 100. */
  readonly maxConditions: number;
  /** Rows up to which a total is counted. Default 10,000. */
  readonly maxCount: number;
}

export const DEFAULT_VIEW_LIMITS: ViewLimits = {
  maxRows: 1_000,
  rows: 50,
  maxPages: 50,
  maxConditions: 100,
  maxCount: 10_000,
};

interface CommonDefinition<Row, User> extends Partial<ViewLimits> {
  /** Pages of it are joined as `haste:<name>`, with `:` and anything behind it. No colon. */
  readonly name: string;
  /** Who may see which rows. There is no default: `() => true` shows all of them to everybody. */
  readonly policy: Policy<User, Row>;
  /** The columns that a page may filter by; the key's always. Default: all. */
  readonly filterable?: readonly (keyof Row & string)[];
  /** The columns that a page may order by; the key's always. Default: all that have an order. */
  readonly orderable?: readonly (keyof Row & string)[];
  /** The order of pages that ask for none. Default: the key. */
  readonly order?: OrderOf<Row>;
}

interface TableDefinition<Row, User> extends CommonDefinition<Row, User> {
  /** As SQL writes it: `flights`, `crm.flights`, `"Order"` with the quotes. */
  readonly table: string;
}

/** A view of one table, kept true change by change. */
export interface ViewDefinition<Row, User = never> extends TableDefinition<Row, User> {
  /** The columns that pages may show, by name or with their types; the key's among them. */
  readonly columns: readonly (keyof Row & string)[] | ColumnDeclarations;
}

/** A view of a query over several tables, kept true by querying anew. */
export interface JoinedViewDefinition<Row, User = never> extends CommonDefinition<Row, User> {
  /** A SELECT without parameters whose columns are those of `columns`. */
  readonly sql: string;
  /** The tables whose changes can change what it returns, as SQL writes them: all that it reads. */
  readonly tables: readonly string[];
  /** Its columns with their types: `{ id: "bigint", airline: "text | null" }`. */
  readonly columns: ColumnDeclarations;
  /** The columns by which its rows are told apart, none of them ever null. */
  readonly key: readonly (keyof Row & string)[];
  /** Queries are at least so many ms apart, however much is written. Default 100. */
  readonly debounce?: number;
}

/** A view, for `createHaste`; its type tells clients what a row is. */
export interface View<Row = unknown, User = never> {
  readonly name: string;
  readonly definition: Definition;
  /** Types alone: there is no such field. */
  readonly types?: { readonly row: Row; readonly user: (user: User) => void };
}

/**
 * What clients get for a row of a view, or of columns that are declared. A client needs the type
 * alone, and nothing of the server's code: `import type { flights } from "./views.ts"`.
 *
 * @example
 * ```ts
 * type Flight = RowOf<typeof flights>;
 * const page = openPage<Flight>(socket, "flights", { where: eq("delay", 15) });
 * ```
 */
export type RowOf<Of extends View | ColumnDeclarations> =
  Of extends View<infer Row> ? Row : Of extends ColumnDeclarations ? DeclaredRow<Of> : never;

/** Either kind, without its types. */
export type Definition =
  | ({ readonly kind: "table" } & ViewDefinition<Record<string, unknown>>)
  | ({ readonly kind: "joined" } & JoinedViewDefinition<Record<string, unknown>>);

/**
 * Defines a view of a table. What a row is comes from the declared columns, or from an interface.
 *
 * @typeParam Row What clients get: bigint, numeric and timestamps are strings.
 * @typeParam User The assigns that the socket's `connect` accepts.
 * @example
 * ```ts
 * const flights = defineView({
 *   name: "flights",
 *   table: "flights",
 *   columns: { id: "integer", airline: "text", gate: "text | null", departs: "timestamp with time zone" },
 *   policy: (user: { airline: string }) => ["eq", "airline", user.airline],
 *   order: [{ column: "departs" }],
 * });
 * ```
 */
export function defineView<
  Row extends object = Undeclared,
  User = UserBy<Row>,
  const Columns extends readonly string[] | ColumnDeclarations = readonly (keyof Row & string)[],
>(
  definition: TableDefinition<RowBy<NoInfer<Row>, Columns>, User> & {
    /** The columns that pages may show, with their types, or by name where `Row` is given. */
    readonly columns: Columns & ColumnsBy<NoInfer<Row>, Columns>;
  },
): View<RowBy<NoInfer<Row>, Columns>, User> {
  return {
    name: definition.name,
    definition: { ...definition, kind: "table" } as unknown as Definition,
  };
}

/** Stands for the row of a view that is given none. */
export interface Undeclared {
  readonly [undeclared]?: never;
}
declare const undeclared: unique symbol;

/** Whether {@link defineView} was given a type for its rows. */
type IsDeclared<Row> = [Row, Undeclared] extends [Undeclared, Row] ? false : true;

/** The row that was given, or the one that its columns declare. */
type RowBy<Row, Columns> =
  IsDeclared<Row> extends true
    ? Row
    : Columns extends ColumnDeclarations
      ? DeclaredRow<Columns>
      : Record<string, unknown>;

/** Whom a view is for whose policy takes no user. Types that are given are given all. */
type UserBy<Row> = IsDeclared<Row> extends true ? never : unknown;

/** What `columns` may be, or, as a type that nothing has, what to write. */
type ColumnsBy<Row, Columns> =
  IsDeclared<Row> extends true
    ? readonly (keyof Row & string)[]
    : Columns extends readonly string[]
      ? "Say what type each column has, as in columns: { id: 'integer', gate: 'text | null' }; or say what a row is, as in defineView<Flight>({ ... })."
      : unknown;

/**
 * Defines a view of a query over several tables.
 *
 * @example
 * ```ts
 * const departures = defineJoinedView({
 *   name: "departures",
 *   sql: `SELECT f.id, a.name AS airline FROM flights f JOIN airlines a ON a.code = f.airline`,
 *   tables: ["flights", "airlines"],
 *   columns: { id: "integer", airline: "text" },
 *   key: ["id"],
 *   policy: () => true,
 * });
 * ```
 */
export function defineJoinedView<const Columns extends ColumnDeclarations, User>(
  definition: JoinedViewDefinition<DeclaredRow<Columns>, User> & { readonly columns: Columns },
): View<DeclaredRow<Columns>, User> {
  return {
    name: definition.name,
    definition: { ...definition, kind: "joined" } as unknown as Definition,
  };
}
