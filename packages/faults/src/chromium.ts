// The Chromium that the machine has, and how it is started where nobody sees it.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** What playwright's `chromium.launch` takes. */
export interface InstalledChromium {
  readonly executablePath: string;
  readonly args: string[];
}

/**
 * The first Chromium on the PATH.
 *
 * @throws {Error} There is none; it says how to install one.
 * @example
 * ```ts
 * const browser = await chromium.launch(installedChromium());
 * ```
 */
export function installedChromium(): InstalledChromium {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const executablePath = files.find(isProgram);
  if (executablePath === undefined) {
    throw new Error("No Chromium is installed: apt-get install chromium");
  }
  return { executablePath, args: [...FLAGS] };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
