// What is wrong with a view by itself, before the database is asked: types tell most of it, and not to
// everybody.
import { ViewError } from "../errors.ts";
import { DEFAULT_VIEW_LIMITS, type Definition } from "./define-view.ts";

const COMMON = [
  ...["kind", "name", "policy", "columns", "filterable", "orderable", "order"],
  ...Object.keys(DEFAULT_VIEW_LIMITS),
];
const OPTIONS: Readonly<Record<Definition["kind"], readonly string[]>> = {
  table: [...COMMON, "table"],
  joined: [...COMMON, "sql", "tables", "key", "debounce"],
};

/** @throws {ViewError} What is wrong, and what to write. */
export function checkDefinition(definition: Definition): void {
  const { name, kind } = definition;
  if (typeof name !== "string" || !/^[^:*\s]+$/u.test(name)) {
    throw new ViewError(name, "a name has no colon, star or space, and is not empty.");
  }
  checkNames(definition, OPTIONS[kind], name, "option");
  checkColumns(definition);
  checkPolicy(definition);
  for (const list of ["filterable", "orderable"] as const) checkNamed(definition, list);
  if (kind === "table") {
    if (isText(definition.table)) return;
    throw new ViewError(name, 'it has no table. Say which: table: "flights".');
  }
  if (!isText(definition.sql)) {
    throw new ViewError(name, 'it has no query. Write it: sql: "SELECT … FROM … JOIN …".');
  }
  checkNamed(definition, "tables");
  checkNamed(definition, "key");
  if (definition.tables.length === 0) {
    const sentence = "it names no tables, so that no change would be seen. Name all that it reads.";
    throw new ViewError(name, sentence);
  }
  checkMs(name, "debounce", definition.debounce, 0);
}

function checkColumns({ name, columns }: Definition): void {
  const isList = Array.isArray(columns) && columns.length > 0 && columns.every(isText);
  const isDeclared =
    typeof columns === "object" &&
    columns !== null &&
    !Array.isArray(columns) &&
    Object.keys(columns).length > 0 &&
    Object.values(columns).every(isText);
  if (!isList && !isDeclared) {
    const forms =
      'columns: ["id", "gate"], or with their types { id: "integer", gate: "text | null" }';
    throw new ViewError(name, `it does not say which columns it has. Write ${forms}.`);
  }
  if (!isList) return;
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice !== undefined) throw new ViewError(name, `its columns name ${twice} twice.`);
}

function checkPolicy({ name, policy }: Definition): void {
  if (typeof policy === "function") return;
  if (typeof policy?.decide !== "function") {
    throw new ViewError(
      name,
      "it has no policy. Say who may see what: `policy: (user) => filter`, or `() => true` for everybody.",
    );
  }
  checkNames(policy, ["decide", "tables", "maxAge"], name, "option of a policy");
  if (policy.tables !== undefined && !isList(policy.tables)) {
    throw new ViewError(name, 'the tables of its policy are a list of names: ["memberships"].');
  }
  checkMs(name, "maxAge of its policy", policy.maxAge, 1);
}

/** Names that are no options are mistypings most of the time. */
function checkNames(given: object, known: readonly string[], view: string, what: string): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || known.includes(name)) continue;
    const there = known.filter((each) => each !== "kind").join(", ");
    throw new ViewError(view, `there is no ${what} ${name}. There are ${there}.`);
  }
}

function checkNamed(definition: Definition, option: string): void {
  const value: unknown = (definition as unknown as Readonly<Record<string, unknown>>)[option];
  const isOptional = option === "filterable" || option === "orderable";
  if (isList(value) || (isOptional && value === undefined)) return;
  throw new ViewError(definition.name, `${option} is a list of names: ["id"].`);
}

function checkMs(view: string, name: string, value: unknown, least: number): void {
  if (value === undefined || (typeof value === "number" && value >= least)) return;
  throw new ViewError(view, `${name} is a number of ms, from ${least}.`);
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
