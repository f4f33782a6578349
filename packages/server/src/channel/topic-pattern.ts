// Which channel a topic belongs to: "room:lobby" is itself, "room:*" is every topic that starts so.
import { PHOENIX_TOPIC } from "@slipstream/core";
import { OptionError } from "../errors.ts";

/** Channels by pattern, in the order in which they were written. */
export class TopicPatterns<T> {
  readonly #entries: readonly {
    readonly prefix: string;
    readonly wild: string;
    readonly value: T;
  }[];

  /** @throws {OptionError} A pattern with a star that is not its end, or the protocol's own topic. */
  constructor(patterns: Readonly<Record<string, T>>) {
    this.#entries = Object.entries(patterns).map(([pattern, value]) => {
      const star = pattern.indexOf("*");
      if (
        pattern === "" ||
        pattern === PHOENIX_TOPIC ||
        (star !== -1 && star !== pattern.length - 1)
      ) {
        throw new OptionError(
          `channels["${pattern}"]`,
          value,
          'under a topic such as "room:lobby" or a pattern that ends with a star such as "room:*"',
        );
      }
      return star === -1
        ? { prefix: pattern, wild: "", value }
        : { prefix: pattern.slice(0, star), wild: "*", value };
    });
  }

  /** What the first pattern that fits has. */
  match(topic: string): T | undefined {
    return this.#entries.find(({ prefix, wild }) =>
      wild === "*" ? topic.startsWith(prefix) : topic === prefix,
    )?.value;
  }
}
