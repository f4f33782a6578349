// The parameters of a query: whatever came from outside goes here and never into the SQL.

/** Collects the parameters of one query. */
export class Parameters {
  readonly values: (string | null)[] = [];

  /** Adds a text; gives its place as SQL, cast to a type: `$1::int4`. */
  add(text: string | null, type: string): string {
    this.values.push(text);
    return `$${this.values.length}::${type}`;
  }

  /** Adds a list of texts as one parameter: `$1::int4[]`. */
  addList(texts: readonly string[], type: string): string {
    return this.add(arrayLiteral(texts), `${type}[]`);
  }
}

/**
 * An array as PostgreSQL reads it, each element quoted.
 * Source: PostgreSQL, "Array Input and Output Syntax".
 */
function arrayLiteral(texts: readonly string[]): string {
  const quoted = texts.map((text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`);
  return `{${quoted.join(",")}}`;
}
