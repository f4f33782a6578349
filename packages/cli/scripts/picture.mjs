// Draws docs/demo.svg, the README's picture: runs the demo in a terminal of its own (the program
// `script` of bsdutils makes one), takes the last frame, and draws it, for light and dark pages.
// `npm run picture -w packages/cli`, after a build.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUT = here("../../../docs/demo.svg");
const MAIN = here("../dist/main.js");

const COLUMNS = 102;
const CELL = { width: 8.4, height: 19 };
const FONT_SIZE = 14;
const PADDING = { top: 44, side: 12, bottom: 12 };

/** Runs the command in a terminal, and returns all that it wrote. */
function capture() {
  const size = `stty cols ${COLUMNS} rows 60`;
  const command = `${size}; FORCE_COLOR=1 '${process.execPath}' '${MAIN}' demo --no-page`;
  const { stdout, status } = spawnSync("script", ["-qec", command, "/dev/null"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`the demo ended with ${status}`);
  return stdout;
}

/** The lines of the last frame, as they are between the marks that a frame begins and ends with. */
function lastFrame(output) {
  const begin = output.lastIndexOf("\u001B[?2026h");
  const end = output.indexOf("\u001B[?2026l", begin);
  const frame = output.slice(begin, end).replaceAll("\r", "");
  // Whatever moves the cursor or clears is not part of the picture; colours (…m) are.
  return frame.replaceAll(CURSOR, "").split("\n").slice(0, -1);
}

// oxlint-disable-next-line no-control-regex -- an escape sequence begins with ESC
const CURSOR = /\u001B\[[?\d;]*[A-Za-ln-z]/g;
// oxlint-disable-next-line no-control-regex -- and so does a colour
const COLOUR_OR_GLYPH = /\u001B\[([\d;]*)m|(.)/gsu;
const NAMES = { 1: "bold", 2: "dim", 31: "red", 32: "green", 33: "yellow", 34: "blue", 36: "cyan" };

/** The glyphs of a line, each with its column and the class of its colour. */
function cells(line) {
  const found = [];
  let style = "";
  let column = 0;
  for (const [, codes, glyph] of line.matchAll(COLOUR_OR_GLYPH)) {
    if (glyph === undefined) style = NAMES[codes] ?? "";
    else found.push({ glyph, style, column: column++ });
  }
  return found;
}

const UP = "▁▂▃▄▅▆▇█";
const ACROSS = "▏▎▍▌▋▊▉";

/** Blocks are drawn, so that they fit together in every font. Null for a glyph that is a letter. */
function block(glyph, style) {
  const up = UP.indexOf(glyph) + 1;
  const across = ACROSS.indexOf(glyph) + 1;
  // The feed's strip is of cyan columns, which stand on one another.
  if (up > 0 && style === "cyan") return { x: 0.1, y: 1 - up / 8, width: 0.8, height: up / 8 };
  if (glyph === "█") return { x: 0, y: 0.12, width: 1, height: 0.76 };
  if (across > 0) return { x: 0, y: 0.12, width: across / 8, height: 0.76 };
  if (glyph === "░") return { x: 0, y: 0.12, width: 1, height: 0.76, faint: true };
  if (glyph === "─") return { x: 0, y: 0.5, width: 1, height: 0.05 };
  return null;
}

const round = (number) => Math.round(number * 100) / 100;
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A line as SVG: neighbours of one kind are put together. */
function draw(line, row) {
  const top = PADDING.top + row * CELL.height;
  const runs = [];
  for (const { glyph, style, column } of cells(line)) {
    const shape = block(glyph, style);
    const kind = shape === null ? `text ${style}` : `${glyph} ${style}`;
    const last = runs.at(-1);
    if (last?.kind === kind) last.text += glyph;
    else runs.push({ kind, style, shape, column, text: glyph });
  }
  return runs.flatMap(({ shape, style, column, text }) => {
    const left = PADDING.side + column * CELL.width;
    const color = style === "" ? "" : ` class="${style}"`;
    if (shape !== null) return rectangles(shape, left, top, text.length, style);
    const shown = text.trimEnd();
    const indent = shown.length - shown.trimStart().length;
    const glyphs = [...shown.trimStart()].length;
    if (glyphs === 0) return [];
    const x = round(left + indent * CELL.width);
    const length = round(glyphs * CELL.width);
    return `<text x="${x}" y="${round(top + 14)}" textLength="${length}"${color}>${escape(shown.trimStart())}</text>`;
  });
}

function rectangles(shape, left, top, count, style) {
  const color = `${style}${shape.faint ? " faint" : ""}`.trim();
  const rectangle = (x, width) =>
    `<rect x="${round(x)}" y="${round(top + shape.y * CELL.height)}" width="${round(width)}" height="${round(shape.height * CELL.height)}"${color === "" ? "" : ` class="${color}"`}/>`;
  // A full width joins its neighbours; a column of the strip keeps its distance.
  if (shape.width === 1) return [rectangle(left, count * CELL.width)];
  return Array.from({ length: count }, (_, index) =>
    rectangle(left + (index + shape.x) * CELL.width, shape.width * CELL.width),
  );
}

function svg(lines) {
  const width = round(COLUMNS * CELL.width + 2 * PADDING.side);
  const height = round(lines.length * CELL.height + PADDING.top + PADDING.bottom);
  const title = "The output of npm start";
  const description =
    "One client pulls real flights over eight channels, follows a live feed, recovers from six troubles, opens live pages on a database that others write to, and ends with a table in which no row differs and no socket is left.";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">
<title id="t">${title}</title>
<desc id="d">${description}</desc>
<style>
:root { --back: #fbfbfa; --edge: #d8dbe0; --text: #24292f; --dim: #59636e; --red: #c11c28; --green: #1a7f37; --yellow: #8a5a00; --blue: #0a5bc4; --cyan: #0b7285; }
@media (prefers-color-scheme: dark) { :root { --back: #11151b; --edge: #30363d; --text: #e4e9ef; --dim: #929ca7; --red: #ff7b72; --green: #4ac26b; --yellow: #e3b341; --blue: #79b8ff; --cyan: #56d4dd; } }
text { font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--text); white-space: pre; }
rect { fill: var(--text); }
.back { fill: var(--back); stroke: var(--edge); }
.bold { font-weight: 700; }
.dim { fill: var(--dim); } .red { fill: var(--red); } .green { fill: var(--green); } .yellow { fill: var(--yellow); } .blue { fill: var(--blue); } .cyan { fill: var(--cyan); }
.faint { opacity: 0.25; }
</style>
<rect class="back" x="0.5" y="0.5" width="${round(width - 1)}" height="${round(height - 1)}" rx="9"/>
<text x="20" y="27"><tspan class="dim">$</tspan> npm start</text>
${lines.flatMap(draw).join("\n")}
</svg>
`;
}

// The frame's own empty lines, the first and the last, would double the margins.
const lines = lastFrame(capture()).slice(1, -1);
mkdirSync(dirname(OUT), { recursive: true });
writeFileSync(OUT, svg(lines));
process.stdout.write(`wrote ${OUT} (${lines.length} lines)\n`);
