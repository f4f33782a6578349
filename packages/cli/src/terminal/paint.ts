// Colours, or none: decided once for a stream, by NO_COLOR, FORCE_COLOR, TERM and whether it is a terminal.
import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "cyan" | "magenta";

/** Wraps a text in the style, or returns it as it is. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

// Whether colours are wanted was decided before: Node must not decide it again by its own stdout.
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** https://no-color.org: any value that is not empty. FORCE_COLOR, where set, has the last word. */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced === "0" ? plain : coloured;
  const refused = env["NO_COLOR"];
  if (refused !== undefined && refused !== "") return plain;
  return stream.isTTY === true && env["TERM"] !== "dumb" ? coloured : plain;
}
