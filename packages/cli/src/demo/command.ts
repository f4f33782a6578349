// The command `demo`: its options, and what becomes of its run. The run itself is run.ts.
import {
  optionsHelp,
  readOptions,
  UsageError,
  wholeNumber,
  type Command,
  type OptionHelp,
  type ReadOptions,
} from "../command.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "../exit-codes.ts";
import { interruptible } from "../interruption.ts";
import { paintFor } from "../terminal/paint.ts";
import { keepPage } from "./keep-page.ts";
import { connectionString, type ConnectionString } from "./live-pages/connection-string.ts";
import { mayOpenBrowser } from "./open-browser.ts";
import { tryPagePort } from "./page-port.ts";
import {
  jsonPresenter,
  linePresenter,
  livePresenter,
  tablePresenter,
  type Presenter,
} from "./presenters.ts";
import type { KeptPage } from "./kept-page.ts";
import type { DemoOptions } from "./run.ts";

const OPTIONS = {
  rows: {
    value: "N",
    text: "how many flights to serve and pull, up to 3,000,000 (200,000 if left out)",
  },
  "page-size": { value: "N", text: "rows of a page, up to 50,000 (2,000 if left out)" },
  seconds: {
    value: "N",
    text: "how long to follow the feed, troubles included (12 if left out);\nit takes longer if the troubles do",
  },
  once: { text: "no progress: only the result, when all is over" },
  page: {
    text: "serve the page with live flights until Ctrl-C, also without a terminal",
  },
  "no-page": { text: "end when all has been checked, also in a terminal" },
  port: { value: "N", text: "of that page (a free one if left out)" },
  "no-open": { text: "do not open that page in the browser" },
  json: {
    text: "the result as one JSON object, and nothing else on standard output;\nif the page is served, standard error tells its address",
  },
  help: { text: "this text" },
} as const satisfies Record<string, OptionHelp>;

const HELP = `Usage: slipstream demo [options]
       npm start -- [options]

Starts a server on this machine that serves real flights, pulls every page of
them over 8 channels at once, follows a live feed of changes, and meets six
troubles, one after the other: a server that drains, a TCP drop, a silent peer,
a close that is never answered, a refused upgrade, killed channels. Then the
flights go into a database, and visitors open live pages of them, grow, drop and
lose them, while a writer changes flights; each page is held against what the
database says. It counts what was promised against what came, and shows what is
left at the end.

In a terminal the page with live flights is served then, and opened in the
browser, until Ctrl-C.

${optionsHelp(OPTIONS)}

The database is PGlite, within this process, with up to 200,000 of the flights.
With DATABASE_URL=postgres://… it is that PostgreSQL (15 or newer, with
wal_level=logical), with all of them: in a database of its own there, which is
dropped in the end.

Examples:
  npm start
  DATABASE_URL=postgres://postgres@localhost/postgres npm start
  npm start -- --rows 3000000
  npm start --silent -- --once --json

With --url it is \`slipstream listen\`: see \`slipstream listen --help\`.

${EXIT_HELP}`;

export const demo: Command = {
  name: "demo",
  summary: "real flights over real sockets, and six troubles; ends with a table",
  help: HELP,
  async run(args) {
    const given = readOptions(args, OPTIONS);
    if (given.has("help")) {
      process.stdout.write(HELP);
      return EXIT.ok;
    }
    const options: DemoOptions = {
      rows: wholeNumber("rows", given.value("rows"), {
        min: 1,
        max: 3_000_000,
        otherwise: 200_000,
      }),
      pageSize: wholeNumber("page-size", given.value("page-size"), {
        min: 1,
        max: 50_000,
        otherwise: 2_000,
      }),
      seconds: wholeNumber("seconds", given.value("seconds"), {
        min: 0,
        max: 3_600,
        otherwise: 12,
      }),
      port: wholeNumber("port", given.value("port"), { min: 0, max: 65_535, otherwise: 0 }),
      ...databaseOf(process.env["DATABASE_URL"]),
    };
    const keeps = keepsPage(given);
    await tryPagePort(options.port ?? 0);
    return run(options, {
      presenter: choosePresenter(options, given.has("once"), given.has("json")),
      keeps,
      opensBrowser:
        !given.has("no-open") && isTerminal() && mayOpenBrowser(process.env, process.platform),
      say: given.has("json") ? process.stderr : process.stdout,
    });
  },
};

function databaseOf(url: string | undefined): { database?: ConnectionString } {
  return url === undefined || url === "" ? {} : { database: connectionString(url) };
}

/** When all is closed. A database that could not be dropped is an error, which tells of itself. */
function lastLine({ database }: DemoOptions): string {
  return database === undefined ? "Ended." : "Ended. The demo's database is dropped.";
}

function isTerminal(): boolean {
  return process.stdout.isTTY;
}

/** @throws {UsageError} */
function keepsPage(given: ReadOptions): boolean {
  const others = ["once", "no-page"].filter((name) => given.has(name));
  if (!given.has("page")) return isTerminal() && others.length === 0;
  if (others.length === 0) return true;
  throw new UsageError(`--page serves until Ctrl-C, and --${others[0]} ends before.`);
}

function choosePresenter(options: DemoOptions, once: boolean, json: boolean): Presenter {
  const { stdout, env } = process;
  const write = (text: string): boolean => stdout.write(text);
  const paint = paintFor(stdout, env);
  if (json) return jsonPresenter(write);
  if (once) return tablePresenter(write, paint);
  if (stdout.isTTY && env["TERM"] !== "dumb") return livePresenter(stdout, options, paint);
  return linePresenter(write, paint);
}

interface Showing {
  readonly presenter: Presenter;
  /** Whether the page is served when all has been checked. */
  readonly keeps: boolean;
  readonly opensBrowser: boolean;
  /** Where the page's address is told. */
  readonly say: NodeJS.WriteStream;
}

async function run(options: DemoOptions, showing: Showing): Promise<ExitCode> {
  const { presenter, keeps, opensBrowser, say } = showing;
  const interruption = interruptible(() => process.exit(EXIT.interrupted));
  const { signal } = interruption;
  // Client, server, Parquet and databases are loaded only now: help and mistakes are answered without.
  const [{ runDemo }, { FlightsFileError }, { DemoDatabaseError }] = await Promise.all([
    import("./run.ts"),
    import("./flights-file.ts"),
    import("./live-pages/flights-database.ts"),
  ]);
  const keep = (page: KeptPage): Promise<void> => {
    presenter.end(page.result);
    return keepPage(page, {
      say: (text) => say.write(text),
      complain: (text) => process.stderr.write(text),
      opensBrowser,
      signal,
    });
  };
  try {
    const result = await runDemo(
      { ...options, ...(keeps ? { keep } : {}) },
      presenter.tell,
      signal,
    );
    if (keeps) say.write(`\n${lastLine(options)}\n`);
    else presenter.end(result);
    return result.held ? EXIT.ok : EXIT.failed;
  } catch (error) {
    presenter.end(null);
    const isKnown = error instanceof FlightsFileError || error instanceof DemoDatabaseError;
    if (isKnown) process.stderr.write(`slipstream: ${error.message}\n`);
    else if (!signal.aborted) throw error;
    if (signal.aborted) {
      process.stderr.write("slipstream: stopped before the end; every socket was closed.\n");
      return EXIT.interrupted;
    }
    return error instanceof DemoDatabaseError ? EXIT.notConnected : EXIT.failed;
  } finally {
    interruption.release();
  }
}
