// The ways to show a run: a live screen, plain lines, or nothing but the result.
import { LiveBlock, type Terminal } from "../terminal/live.ts";
import { padEnd } from "../terminal/width.ts";
import type { Paint } from "../terminal/paint.ts";
import type { DemoEvent, Tell } from "./events.ts";
import { frame } from "./screen/frame.ts";
import { resultTable } from "./screen/table.ts";
import { advance, emptyView } from "./screen/view.ts";
import type { DemoResult } from "./result.ts";
import type { DemoOptions } from "./run.ts";
import { duration, grouped, tally } from "./words.ts";

export interface Presenter {
  readonly tell: Tell;
  /** Shows the result, if there is one, and gives the output back. */
  end(result: DemoResult | null): void;
}

/** For people at a terminal: one screen, drawn ten times a second. */
export function livePresenter(terminal: Terminal, options: DemoOptions, paint: Paint): Presenter {
  let view = emptyView(options.rows, options.pageSize, performance.now());
  const block = new LiveBlock(terminal, (width) => frame(view, performance.now(), width, paint));
  return {
    tell: (event) => {
      view = advance(view, event, performance.now());
    },
    end: () => block.end(),
  };
}

/** For logs and pipes: one line for each thing that happened, and the table. */
export function linePresenter(write: (text: string) => unknown, paint: Paint): Presenter {
  const begin = performance.now();
  const line = (text: string): unknown =>
    write(`${padEnd(`${((performance.now() - begin) / 1_000).toFixed(1)} s`, 8)}${text}\n`);
  return {
    tell: (event) => {
      const text = describe(event);
      if (text !== null) line(text);
    },
    end: (result) => {
      if (result === null) return;
      const verdict = result.held ? paint("green", "✔ all held") : paint("red", "✘ not all held");
      const lines = [...resultTable(result, 80, paint), `${verdict}, ${duration(result.took.all)}`];
      write(`${lines.join("\n")}\n`);
    },
  };
}

/** The table alone, when all is over. */
export function tablePresenter(write: (text: string) => unknown, paint: Paint): Presenter {
  return { ...linePresenter(write, paint), tell: () => undefined };
}

/** One JSON object, when all is over. */
export function jsonPresenter(write: (text: string) => unknown): Presenter {
  return {
    tell: () => undefined,
    end: (result) => {
      if (result !== null) write(`${JSON.stringify(result, undefined, 2)}\n`);
    },
  };
}

function describe(event: DemoEvent): string | null {
  switch (event.type) {
    case "flightsRead":
      return `read ${grouped(event.rows)} flights`;
    case "served":
      return `serving them at ${event.url}`;
    case "connected":
      return `connected, joined ${event.channels} channels; pulling all pages`;
    case "pagesCompared":
      return event.equal
        ? `all pages are here; the checksum is the file's: ${event.checksum.slice(0, 16)}…`
        : "all pages are here; the checksum is not the file's";
    case "feedJoined":
      return "following the feed of changes";
    case "troubleBegan":
      return `${event.trouble.title}: ${event.trouble.story}`;
    case "troubleEnded": {
      const { recovered, reason, wholeAfter, pushes } = event.recovery;
      const whole =
        wholeAfter === null ? "not whole again" : `whole again in ${duration(wholeAfter)}`;
      return `${recovered ? "recovered" : "NOT RECOVERED"}: ${reason}; ${whole}; pushes: ${tally(pushes.byOutcome)}`;
    }
    case "endingBegan":
      return "pulling all pages once more, disconnecting, and looking for what is left";
    case "databaseOpening":
      return `live pages: storing ${grouped(event.rows)} flights in ${event.database}`;
    case "pageServed":
      return "live pages: visitors open them, and a writer changes flights";
    case "pagesHeld": {
      const { pages, changes, differences } = event.haste;
      return `${grouped(pages)} live pages took ${grouped(changes)} changes; rows that differ from the database: ${grouped(differences)}`;
    }
    case "flightsStored":
    case "pagesChanged":
    case "pagePulled":
    case "changesReceived":
    case "ended":
      return null;
  }
}
