// What becomes of the page with live flights when all has been checked: its address is told, and it is
// served until somebody says stop.
import { openBrowser } from "./open-browser.ts";
import type { KeptPage } from "./kept-page.ts";

export interface Keeping {
  /** Where people read. */
  readonly say: (text: string) => unknown;
  readonly complain: (text: string) => unknown;
  readonly opensBrowser: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export async function keepPage(
  { url, database, onError }: KeptPage,
  { say, complain, opensBrowser, signal }: Keeping,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  let last = "";
  onError(({ message }) => {
    // One that goes on is told once.
    if (message !== last) complain(`slipstream: The writer could not write. ${message}\n`);
    last = message;
  });
  const others =
    database === null
      ? ""
      : `They are in the database ${database}: what psql changes shows, too.\n`;
  say(
    `\nLive flights: ${url}\n${others}Open it in two tabs and edit a delay; flights change all the while. Ctrl-C ends.\n`,
  );
  if (opensBrowser && !signal.aborted) await openBrowser(url);
  await stopped;
}
