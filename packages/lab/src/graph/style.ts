// How pages and pictures look, on light and on dark ground. Colours of series differ in lightness too,
// so that they can be told apart by who sees no colours, and keep 3:1 to the ground (WCAG 1.4.11).
import { Markup } from "./markup.ts";

/** The colours of series, from which a picture takes them in this order unless a meaning decides. */
export const SERIES_COLORS: readonly string[] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];

const LIGHT = `--paper:#fdfdfc;--text:#1d2330;--dim:#5b6472;--grid:#e4e6ea;--zero:#a9afb9;--edge:#d9dce2;--panel:#ffffff;--ground-1:#f6efe4;--ground-0:#e8f2f0;--mark:#1d2330;--focus:#0a58ca;
--c0:#11806f;--c1:#c2410c;--c2:#8a1c5e;--c3:#3b63c4;--c4:#a87400;--c5:#6b7280;--c6:#6d3fc0;--c7:#2f2f38;`;
const DARK = `--paper:#12151c;--text:#e8ebf1;--dim:#9aa4b4;--grid:#2e3543;--zero:#566072;--edge:#2c3340;--panel:#171b24;--ground-1:#241d12;--ground-0:#11241f;--mark:#e8ebf1;--focus:#7cb0ff;
--c0:#3cc9ae;--c1:#ff8a4c;--c2:#ee7ab8;--c3:#85a8ff;--c4:#edbe4b;--c5:#9aa3b2;--c6:#b796ff;--c7:#d7dae2;`;

const VARIABLES = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}`;

const PICTURE = `.timeline text{font:12px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--text)}
.timeline .paper{fill:var(--paper)}
.timeline .ground-0{fill:var(--ground-0)}.timeline .ground-1{fill:var(--ground-1)}
.timeline .stretch-name{font-size:13px;font-weight:600}
.timeline .panel-name{font-size:13px;font-weight:600}
.timeline .panel-about,.timeline .tick,.timeline .time text{fill:var(--dim);font-size:11px;font-weight:400}
.timeline .key{font-size:11px}
.timeline .grid{stroke:var(--grid)}.timeline .zero{stroke:var(--zero)}.timeline .time line{stroke:var(--zero)}
.timeline .mark{stroke:var(--mark);stroke-width:1.5;stroke-dasharray:5 4}
.timeline .mark-name{font-weight:600}
.timeline .cursor{stroke:var(--focus);stroke-width:1.5}
.timeline .line{fill:none;stroke-width:2;stroke-linejoin:round}
.timeline .area{stroke:none;fill-opacity:.22}
${SERIES_COLORS.map((name) => `.${name}{fill:var(--${name});background:var(--${name})}.timeline .${name}.line{fill:none;background:none;stroke:var(--${name})}`).join("\n")}
@media (forced-colors:active){.timeline{forced-color-adjust:none}}`;

const PAGE = `*{box-sizing:border-box}
html{font:16px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--text);background:var(--paper)}
body{max-width:66rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .4rem;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:3rem 0 .4rem}
h3{font-size:1rem;margin:2rem 0 .4rem}
p{margin:.4rem 0;max-width:46rem}
.dim{color:var(--dim)}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--grid);padding:.1em .35em;border-radius:.25em;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:.75rem;margin:1.2rem 0;padding:0}
.fact{background:var(--panel);border:1px solid var(--edge);border-radius:.6rem;padding:.7rem .9rem}
.fact dt{color:var(--dim);font-size:.82rem}
.fact dd{margin:.1rem 0 0;font-size:1.15rem;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.25}
.fact .arrow{color:var(--dim);font-weight:400;padding:0 .25em}
figure{margin:1rem 0;background:var(--panel);border:1px solid var(--edge);border-radius:.6rem;padding:.75rem}
.scroll{overflow-x:auto}
.scroll:focus-visible,input:focus-visible,summary:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.timeline{display:block;width:100%;min-width:44rem;height:auto}
figure .timeline .paper{fill:none}
.reading{display:grid;gap:.3rem;margin-top:.5rem}
.reading input{width:100%;accent-color:var(--focus)}
.reading label{font-size:.85rem;color:var(--dim)}
.reading output{min-height:1.5em;font-size:.9rem;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;min-width:min(100%,34rem)}
caption{text-align:left;color:var(--dim);padding:.2rem 0 .4rem}
th,td{padding:.32rem .9rem .32rem 0;border-bottom:1px solid var(--edge);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;white-space:normal}
thead th{font-weight:600;color:var(--dim);vertical-align:bottom}
tbody th{font-weight:400}
tfoot th,tfoot td{font-weight:650;border-bottom:0}
.swatch{display:inline-block;width:.7em;height:.7em;border-radius:.15em;margin-right:.55em}
details{margin:1rem 0}summary{cursor:pointer}
@media (prefers-reduced-motion:no-preference){summary{transition:color .15s}}
@media print{body{max-width:none}.reading,details{display:none}}`;

/** For a page: the ground, the pictures and the rest. */
export const PAGE_STYLE: Markup = new Markup(`<style>${VARIABLES}\n${PICTURE}\n${PAGE}</style>`);

/** For a picture that stands alone in a file. */
export const PICTURE_STYLE: Markup = new Markup(`<style>${VARIABLES}\n${PICTURE}</style>`);
