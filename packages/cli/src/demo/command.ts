// The command `demo`: its options, and what becomes of its run. The run itself is run.ts.
import {
  optionsHelp,
  readOptions,
  wholeNumber,
  type Command,
  type OptionHelp,
} from "../command.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "../exit-codes.ts";
import { interruptible } from "../interruption.ts";
import { paintFor } from "../terminal/paint.ts";
import {
  jsonPresenter,
  linePresenter,
  livePresenter,
  tablePresenter,
  type Presenter,
} from "./presenters.ts";
import type { DemoOptions } from "./run.ts";

const OPTIONS = {
  rows: {
    value: "N",
    text: "how many flights to serve and pull, up to 3,000,000 (200,000 if left out)",
  },
  "page-size": { value: "N", text: "rows of a page, up to 50,000 (2,000 if left out)" },
  seconds: {
    value: "N",
    text: "how long to follow the feed, troubles included (16 if left out);\nit takes longer if the troubles do",
  },
  once: { text: "no progress: only the result, when all is over" },
  json: { text: "with --once: the result as one JSON object, and nothing else" },
  help: { text: "this text" },
} as const satisfies Record<string, OptionHelp>;

const HELP = `Usage: slipstream demo [options]
       npm start -- [options]

Starts a server on this machine that serves real flights, pulls every page of
them over 8 channels at once, follows a live feed of changes, and meets six
troubles, one after the other: a server that drains, a TCP drop, a silent peer,
a close that is never answered, a refused upgrade, killed channels. It counts
what was promised against what came, and shows what is left at the end.

${optionsHelp(OPTIONS)}

Examples:
  npm start
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
        otherwise: 16,
      }),
    };
    return run(options, choosePresenter(options, given.has("once"), given.has("json")));
  },
};

function choosePresenter(options: DemoOptions, once: boolean, json: boolean): Presenter {
  const { stdout, env } = process;
  const write = (text: string): boolean => stdout.write(text);
  const paint = paintFor(stdout, env);
  if (json) return jsonPresenter(write);
  if (once) return tablePresenter(write, paint);
  if (stdout.isTTY && env["TERM"] !== "dumb") return livePresenter(stdout, options, paint);
  return linePresenter(write, paint);
}

async function run(options: DemoOptions, presenter: Presenter): Promise<ExitCode> {
  const interruption = interruptible(() => process.exit(EXIT.interrupted));
  // Client, server and Parquet are loaded only now: help and mistakes are answered without them.
  const [{ runDemo }, { FlightsFileError }] = await Promise.all([
    import("./run.ts"),
    import("./flights-file.ts"),
  ]);
  try {
    const result = await runDemo(options, presenter.tell, interruption.signal);
    presenter.end(result);
    return result.held ? EXIT.ok : EXIT.failed;
  } catch (error) {
    presenter.end(null);
    if (interruption.signal.aborted) {
      process.stderr.write("slipstream: stopped before the end; every socket was closed.\n");
      return EXIT.interrupted;
    }
    if (!(error instanceof FlightsFileError)) throw error;
    process.stderr.write(`slipstream: ${error.message}\n`);
    return EXIT.failed;
  } finally {
    interruption.release();
  }
}
