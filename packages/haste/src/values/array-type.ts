// Arrays: shown as JSON arrays, their elements as clients get those of the elements' type.
// Source: PostgreSQL, "Array Input and Output Syntax".
import type { Json } from "../json.ts";
import type { ColumnType } from "./column-type.ts";
import { shownType } from "./plain-types.ts";

/** @param element what an element's text is to clients. */
export function arrayType(name: string, sql: string, element: (text: string) => Json): ColumnType {
  return shownType(name, sql, (text) => {
    // Bounds that do not begin at 1 come first: [0:1]={a,b}
    const start = text.indexOf("{");
    return new ArrayText(text, start, element).array();
  });
}

/** Reads a text from one place to the next. */
class ArrayText {
  readonly #text: string;
  readonly #element: (text: string) => Json;
  #at: number;

  constructor(text: string, start: number, element: (text: string) => Json) {
    this.#text = text;
    this.#at = start;
    this.#element = element;
  }

  /** Reads what is between two braces; they stand in each other six deep at most. */
  array(): Json[] {
    const values: Json[] = [];
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text[this.#at] !== "}") {
      values.push(this.#value());
      if (this.#text[this.#at] === ",") this.#at += 1;
    }
    this.#at += 1;
    return values;
  }

  #value(): Json {
    const first = this.#text[this.#at];
    if (first === "{") return this.array();
    if (first === '"') return this.#element(this.#quoted());
    const start = this.#at;
    while (this.#at < this.#text.length && !",}".includes(this.#text[this.#at] ?? ""))
      this.#at += 1;
    const text = this.#text.slice(start, this.#at);
    return text === "NULL" ? null : this.#element(text);
  }

  #quoted(): string {
    let value = "";
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      let letter = this.#text[this.#at] ?? "";
      if (letter === '"') break;
      if (letter === "\\") {
        this.#at += 1;
        letter = this.#text[this.#at] ?? "";
      }
      value += letter;
    }
    this.#at += 1;
    return value;
  }
}
