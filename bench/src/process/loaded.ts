// What this process has loaded besides the bench itself, as the engine tells it: Node has no list of
// the modules that were imported.
import { Session } from "node:inspector";

const OWN = new URL("../", import.meta.url).href;

/** The addresses of all scripts that came from files, but those of the bench. */
export function loadedFiles(): readonly string[] {
  const files = new Set<string>();
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params: { url } }) => {
    if (url.startsWith("file:") && !url.startsWith(OWN)) files.add(url);
  });
  // Tells of those that there are before it is done.
  session.post("Debugger.enable");
  session.disconnect();
  return [...files];
}

/** @throws naming what was loaded before, if anything was: to import it again takes no time. */
export function requireNothingLoaded(): void {
  const files = loadedFiles();
  if (files.length === 0) return;
  const few = files.slice(0, 5).join("\n  ");
  const message = `This process has loaded ${files.length} files before they could be measured:`;
  throw new Error(`${message}\n  ${few}`);
}
