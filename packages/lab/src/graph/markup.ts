// Markup made of values. Whatever text goes into it is escaped here, and nowhere else.

/** A piece of HTML or SVG that is safe to put into another. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | null | undefined | false | readonly Value[];

/**
 * @example
 * ```ts
 * markup`<p title="${title}">${children}</p>`;
 * ```
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(
    strings
      .map((string, index) => string + (index < values.length ? put(values[index]) : ""))
      .join(""),
  );
}

function put(value: Value): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(put).join("");
  return escapeText(String(value));
}

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A value as JSON for a `<script type="application/json">`, out of which nothing in it can break. */
export function jsonScript(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll("<", String.raw`\u003c`));
}
