// Panels one below the other over one axis of time: stacked bars, lines and areas, and the moments that
// a line is drawn through all of them. Knows nothing of what it draws.
import { markup, type Markup } from "./markup.ts";
import { linear, type Scale } from "./scale.ts";

export interface Series {
  readonly name: string;
  /** A class of style.ts that gives the colour. */
  readonly color: string;
}

export interface BarSeries extends Series {
  /** One value for each bin. */
  readonly values: readonly number[];
}

export interface LineSeries extends Series {
  readonly points: readonly (readonly [at: number, value: number])[];
  /** The room between the line and the axis is filled. */
  readonly filled: boolean;
}

interface PanelBase {
  readonly title: string;
  /** What one step of the axis counts, such as "a second". */
  readonly about: string;
  readonly height: number;
  /** Values of the axis, from 0. */
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

export interface BarPanel extends PanelBase {
  readonly type: "bars";
  /** Ms of one bin; the first begins where the axis does. */
  readonly bin: number;
  /** From below. */
  readonly series: readonly BarSeries[];
}

export interface LinePanel extends PanelBase {
  readonly type: "lines";
  readonly series: readonly LineSeries[];
}

export type Panel = BarPanel | LinePanel;

export interface Mark {
  readonly at: number;
  readonly text: string;
}

/** A stretch of time with a name. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** A class of style.ts: the ground that it lies on. */
  readonly ground: string;
}

export interface Timeline {
  /** For who hears the picture rather than see it. */
  readonly title: string;
  readonly description: string;
  /** Ms. */
  readonly from: number;
  readonly to: number;
  /** Values of the axis of time, and how they are written. */
  readonly ticks: readonly number[];
  readonly formatTime: (at: number) => string;
  readonly panels: readonly Panel[];
  readonly marks: readonly Mark[];
  readonly stretches: readonly Stretch[];
}

const WIDTH = 960;
const LEFT = 64;
const RIGHT = 16;
const TOP = 26;
const PANEL_HEAD = 30;
const PANEL_FOOT = 14;
const AXIS = 34;

/** Where a moment is in the picture. */
export function timeScale({ from, to }: Pick<Timeline, "from" | "to">): Scale {
  return linear([from, to], [LEFT, WIDTH - RIGHT]);
}

function heightOf({ panels }: Pick<Timeline, "panels">): number {
  return panels.reduce((sum, { height }) => sum + height + PANEL_HEAD + PANEL_FOOT, TOP) + AXIS;
}

/** @param id distinguishes it from other pictures of the page. */
export function drawTimeline(timeline: Timeline, id: string, style: Markup | null = null): Markup {
  const x = timeScale(timeline);
  const height = heightOf(timeline);
  const bottom = height - AXIS;
  let top = TOP;
  const panels = timeline.panels.map((panel) => {
    const drawn = drawPanel(panel, timeline, x, top + PANEL_HEAD);
    top += PANEL_HEAD + panel.height + PANEL_FOOT;
    return drawn;
  });
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="timeline" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-about">
<title id="${id}-title">${timeline.title}</title>
<desc id="${id}-about">${timeline.description}</desc>
${style}
<rect class="paper" width="${WIDTH}" height="${height}"/>
${timeline.stretches.map((stretch) => drawStretch(stretch, x, bottom))}
${panels}
${timeline.marks.map((mark) => drawMark(mark, x, bottom))}
${drawTimeAxis(timeline, x, bottom)}
<line class="cursor" x1="0" x2="0" y1="${TOP}" y2="${bottom}" visibility="hidden"/>
</svg>`;
}

function drawStretch({ from, to, text, ground }: Stretch, x: Scale, bottom: number): Markup {
  const left = x(from);
  const width = x(to) - left;
  return markup`<rect class="${ground}" x="${place(left)}" y="4" width="${place(width)}" height="${place(bottom - 4)}"/><text class="stretch-name" x="${place(left + width / 2)}" y="20" text-anchor="middle">${text}</text>`;
}

function drawMark({ at, text }: Mark, x: Scale, bottom: number): Markup {
  const left = place(x(at));
  return markup`<line class="mark" x1="${left}" x2="${left}" y1="4" y2="${place(bottom)}"/><text class="mark-name" x="${place(x(at) + 6)}" y="${TOP + PANEL_HEAD + 10}">${text}</text>`;
}

function drawTimeAxis({ ticks, formatTime }: Timeline, x: Scale, bottom: number): Markup {
  return markup`<g class="time">${ticks.map(
    (at) =>
      markup`<line x1="${place(x(at))}" x2="${place(x(at))}" y1="${bottom}" y2="${bottom + 5}"/><text x="${place(x(at))}" y="${bottom + 19}" text-anchor="middle">${formatTime(at)}</text>`,
  )}</g>`;
}

function drawPanel(panel: Panel, timeline: Timeline, x: Scale, top: number): Markup {
  const highest = panel.ticks.at(-1) ?? 1;
  const y = linear([0, highest], [top + panel.height, top]);
  return markup`<g class="panel"><text class="panel-name" x="${LEFT}" y="${top - 10}">${panel.title} <tspan class="panel-about" dx="4">${panel.about}</tspan></text>
${panel.ticks.map((tick) => drawTick(tick, panel.format, y))}
${panel.type === "bars" ? drawBars(panel, timeline.from, x, y) : panel.series.map((series) => drawLine(series, x, y))}
${drawKey(panel, top)}</g>`;
}

function drawTick(tick: number, format: (value: number) => string, y: Scale): Markup {
  const at = place(y(tick));
  return markup`<line class="${tick === 0 ? "zero" : "grid"}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text class="tick" x="${LEFT - 8}" y="${place(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`;
}

/** Room for the names of series, in the head of a panel. */
const KEY_ROOM = 640;
const keyWidth = ({ name }: Series): number => name.length * 6.2 + 30;

/** The names of the series at the right of the panel's head, if there is room for all. */
function drawKey({ series }: Panel, top: number): Markup | null {
  if (series.reduce((sum, one) => sum + keyWidth(one), 0) > KEY_ROOM) return null;
  let right = WIDTH - RIGHT;
  const entries = series.toReversed().map((one) => {
    const { name, color } = one;
    right -= keyWidth(one);
    return markup`<rect class="${color}" x="${place(right + 14)}" y="${top - 19}" width="10" height="10" rx="2"/><text class="key" x="${place(right + 28)}" y="${top - 10}">${name}</text>`;
  });
  return markup`<g>${entries}</g>`;
}

function drawBars({ series, bin }: BarPanel, from: number, x: Scale, y: Scale): Markup {
  const bins = Math.max(0, ...series.map(({ values }) => values.length));
  const [, end] = x.domain;
  const bars = Array.from({ length: bins }, (_, index) => {
    const left = x(from + index * bin) + 1;
    const right = x(Math.min(end, from + (index + 1) * bin)) - 1;
    let below = 0;
    return series.map(({ values, color }) => {
      const value = values[index] ?? 0;
      if (value === 0) return null;
      const top = y(below + value);
      const height = y(below) - top;
      below += value;
      return markup`<rect class="${color}" x="${place(left)}" y="${place(top)}" width="${place(Math.max(0.5, right - left))}" height="${place(height)}"/>`;
    });
  });
  return markup`<g class="bars">${bars}</g>`;
}

function drawLine({ points, color, filled }: LineSeries, x: Scale, y: Scale): Markup {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return markup``;
  const line = points.map(([at, value]) => `${place(x(at))} ${place(y(value))}`).join("L");
  const area = filled
    ? markup`<path class="${color} area" d="M${place(x(first[0]))} ${place(y(0))}L${line}L${place(x(last[0]))} ${place(y(0))}Z"/>`
    : null;
  return markup`${area}<path class="${color} line" d="M${line}"/>`;
}

/** A tenth of a unit is as fine as anybody sees. */
function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}
