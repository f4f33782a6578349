// A payload that has been written as JSON already.

/**
 * JSON that is spliced into a message as it is: who sends one payload to many, each on a topic of its
 * own, writes it once.
 *
 * @example
 * ```ts
 * const payload = new JsonText(JSON.stringify({ rows }));
 * for (const channel of channels) channel.push("rows", payload);
 * ```
 */
export class JsonText {
  readonly text: string;

  /** @param text a JSON value, and nothing beside it: nobody checks. */
  constructor(text: string) {
    this.text = text;
  }

  /** The value, where it is written as a part of another. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}
