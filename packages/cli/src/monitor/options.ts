// The options of `monitor`, read and checked.
import { FIGURES, type FigureName, type MonitorOptions, type Names } from "@slipstream/lab";
import { optionsHelp, readOptions, UsageError, wholeNumber, type OptionHelp } from "../command.ts";
import { EXIT_HELP } from "../exit-codes.ts";
import { readHeaders } from "../connection/headers.ts";

const OPTIONS = {
  url: {
    value: "URL",
    text: "what to read: JSON of server.stats(), or metrics of Prometheus",
  },
  port: { value: "N", text: "of the page, on 127.0.0.1 (4040 if left out; 0 for any)" },
  interval: { value: "N", text: "seconds between readings, up to 60 (1 if left out)" },
  minutes: { value: "N", text: "how far back the page shows, up to 60 (5 if left out)" },
  metric: {
    value: "FIGURE=NAME",
    multiple: true,
    text: `where another server says a figure: a metric's name, or a path\ninto JSON. Figures: ${FIGURES.slice(0, 4).join(", ")},\n${FIGURES.slice(4).join(", ")}`,
  },
  header: {
    value: "'NAME: VALUE'",
    multiple: true,
    text: "sent with each reading; may be given several times",
  },
  help: { text: "this text" },
} as const satisfies Record<string, OptionHelp>;

export const MONITOR_HELP: string = `Usage: slipstream monitor --url URL [options]

Reads a running server again and again, and serves a page on this machine that
shows connections, channels, ends by reason, bytes, what waits, the slowest
handlers and memory: as far as the server tells of them. Ctrl-C ends it.

${optionsHelp(OPTIONS)}

Examples:
  slipstream monitor --url http://localhost:4000/stats
  slipstream monitor --url http://localhost:9090/metrics --interval 5 --minutes 60
  slipstream monitor --url http://localhost:4001/metrics \\
    --metric connections=my_sockets --metric ends=my_disconnects_total

${EXIT_HELP}`;

/** Null if help was asked for. @throws {UsageError} */
export function readMonitorOptions(args: readonly string[]): MonitorOptions | null {
  const given = readOptions(args, OPTIONS);
  if (given.has("help")) return null;
  const number = (
    name: "port" | "interval" | "minutes",
    bounds: readonly [number, number],
    otherwise: number,
  ): number => wholeNumber(name, given.value(name), { min: bounds[0], max: bounds[1], otherwise });
  return {
    url: httpUrl(given.value("url")),
    port: number("port", [0, 65_535], 4_040),
    interval: number("interval", [1, 60], 1) * 1_000,
    span: number("minutes", [1, 60], 5) * 60_000,
    names: namesOf(given.values("metric")),
    headers: readHeaders(given.values("header")),
  };
}

function httpUrl(url: string | undefined): string {
  const example = "--url http://localhost:4000/stats";
  if (url === undefined) throw new UsageError(`Name what to read: ${example}. See --help.`);
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError(
    `--url must be an address that begins with http:// or https://: ${example}.`,
  );
}

function namesOf(given: readonly string[]): Names {
  const names: Partial<Record<FigureName, string>> = {};
  for (const one of given) {
    const [figure, name] = splitOnce(one);
    const known = FIGURES.find((known) => known === figure);
    if (known === undefined || name === "") {
      throw new UsageError(
        `--metric must be a figure and a name: --metric connections=my_sockets. Figures: ${FIGURES.join(", ")}.`,
      );
    }
    names[known] = name;
  }
  return names;
}

function splitOnce(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
