// The troubles on the screen: a line for each, which turns from a wait to a spinner to a tick or a cross.
import type { Paint } from "../../terminal/paint.ts";
import { padEnd, padStart } from "../../terminal/width.ts";
import { duration, tally } from "../words.ts";
import { spinner } from "./marks.ts";
import type { TroubleView } from "./view.ts";

export function troubleLines(
  troubles: readonly TroubleView[],
  now: number,
  width: number,
  paint: Paint,
): string[] {
  const names = ["", "trouble", "the client's word", "whole in", "pushes meanwhile"];
  return [
    paint("dim", columns(width, names)),
    ...troubles.map((one, index) => troubleLine(one, index + 1, now, width, paint)),
  ];
}

/** The columns of the troubles. In a narrow terminal the pushes are what can be missed. */
function columnsOf(width: number): readonly number[] {
  return width < 84 ? [4, 23, 22, 14] : [4, 23, 22, 14, 35];
}

function columns(width: number, texts: readonly string[]): string {
  return columnsOf(width)
    .slice(0, texts.length)
    .map((column, index, all) => {
      const text = texts[index] ?? "";
      return index === all.length - 1 ? text : padEnd(text, column);
    })
    .join("");
}

function troubleLine(
  { trouble, state }: TroubleView,
  number: number,
  now: number,
  width: number,
  paint: Paint,
): string {
  const digit = paint("yellow", String(number));
  switch (state.type) {
    case "ahead":
      return columns(width, [paint("dim", `· ${number}`), paint("dim", trouble.title)]);
    case "now": {
      const mark = `${paint("yellow", spinner(now))} ${digit}`;
      const since = padStart(duration(now - state.since), 7);
      return columns(width, [mark, trouble.title, paint("dim", `${since}  ${trouble.story}`)]);
    }
    case "over": {
      const { recovered, reason, wholeAfter, pushes } = state.recovery;
      const mark = `${recovered ? paint("green", "✔") : paint("red", "✘")} ${digit}`;
      const whole = wholeAfter === null ? paint("red", "never") : padStart(duration(wholeAfter), 7);
      const outcomes = paint("dim", tally(pushes.byOutcome));
      return columns(width, [mark, trouble.title, reason, whole, outcomes]);
    }
  }
}
