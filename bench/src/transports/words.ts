// An observation in a few words, for a cell of the table. Pure.
import type { Observation } from "./observe.ts";

/** What takes longer than starting a process on a busy machine is worth telling, in ms. */
const LONG = 3_000;

/** @param bound how long was waited, in ms. */
export function cellOf(observation: Observation, bound: number): string {
  const { closed, errors, late, left } = observation;
  const told =
    closed === null
      ? `${errors > 0 ? "error only" : "nothing"} in ${bound / 1_000} s`
      : `${closed.how}${closed.after < LONG ? "" : ` after ${Math.round(closed.after / 1_000)} s`}`;
  const wire = wireOf(observation);
  return [told, late > 0 ? `${late} late messages` : "", wire, left === null ? "" : `${left} left`]
    .filter((part) => part !== "")
    .join("; ");
}

/** What the client did on the wire. */
function wireOf({ story, asked }: Observation): string {
  const answer = asked ? undefined : story.find((step) => step.startsWith("client: close"));
  const code = /\d+/.exec(answer ?? "")?.[0] ?? "without a code";
  // Of the reason only whether it came back: libraries write their own.
  const reason = answer?.includes("bye") === true ? " and the reason" : "";
  return [answer === undefined ? "" : `answers ${code}${reason}`, finOf(story, asked)]
    .filter((part) => part !== "")
    .join(", ");
}

function finOf(story: readonly string[], asked: boolean): string {
  if (story.includes("client: RST")) return "RST";
  const fin = story.indexOf("client: FIN");
  if (fin === -1) return "";
  const serverFin = story.indexOf("server: FIN");
  if (serverFin !== -1 && serverFin < fin) return "FIN after the server's";
  const close = story.findIndex((step) => step.startsWith("server: close"));
  return asked && (close === -1 || close > fin)
    ? "FIN before any answer"
    : "FIN before the server's";
}

/** A table in Markdown: a row for each case, a column for each contestant. */
export function markdownTable(
  contestants: readonly string[],
  rows: readonly (readonly [name: string, cells: readonly string[]])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["case", ...contestants]),
    line(["---", ...contestants.map(() => "---")]),
    ...rows.map(([name, cells]) => line([name, ...cells])),
  ].join("\n");
}
