// A page that needs nothing but itself: no network, no file beside it.
import { readFileSync } from "node:fs";
import { jsonScript, markup, Markup } from "./markup.ts";
import { PAGE_STYLE } from "./style.ts";
import { drawTimeline, timeScale, type Timeline } from "./timeline.ts";

/** The script as it was compiled, without the comment that leads to its map. */
function script(name: string): Markup {
  const text = readFileSync(new URL(name, import.meta.url), "utf8");
  return new Markup(
    text.replace(/^\/\/# sourceMappingURL=.*$/m, "").replaceAll("</", String.raw`<\/`),
  );
}

export function readerScript(): Markup {
  return script("./reader.js");
}

/** Puts in what the monitor sends. */
export function liveScript(): Markup {
  return script("./live.js");
}

export interface Page {
  readonly title: string;
  readonly body: Markup;
  /** Scripts of the page, in order. */
  readonly scripts: readonly Markup[];
  /** What the page may connect to, as its Content-Security-Policy says it. */
  readonly connects: "'none'" | "'self'";
}

export function drawPage({ title, body, scripts, connects }: Page): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src ${connects}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
${PAGE_STYLE}
</head>
<body>
<main>
${body}
</main>
${scripts.map((text) => markup`<script type="module">${text}</script>`)}
</body>
</html>
`.text;
}

/** What can be read of a picture at each of these moments. */
export interface Readings {
  readonly moments: readonly number[];
  readonly text: readonly string[];
}

/** A picture that can be read moment by moment. */
export function drawFigure(timeline: Timeline, id: string, { moments, text }: Readings): Markup {
  const x = timeScale(timeline);
  const places = moments.map((at) => Math.round(x(at) * 10) / 10);
  const last = Math.max(0, moments.length - 1);
  return markup`<figure data-readable>
<div class="scroll" tabindex="0" role="group" aria-label="${timeline.title}">${drawTimeline(timeline, id)}</div>
<div class="reading">
<label for="${id}-moment">Read one moment: point at the picture, or move this with the arrow keys</label>
<input type="range" id="${id}-moment" min="0" max="${last}" value="${last}" step="1">
<output for="${id}-moment"></output>
</div>
<script type="application/json">${jsonScript({ x: places, text })}</script>
</figure>`;
}
