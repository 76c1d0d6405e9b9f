// SPDX-License-Identifier: MIT
#pragma once

namespace graft::detail {

/// The style sheet of the report. Text keeps a contrast of at least 4.5 to 1 on what is behind it, in both
/// colour schemes; training and validation differ in shape as well as in colour.
inline constexpr const char* report_style = R"css(
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1e22; --muted: #5b636c; --line: #dfe3e8; --hair: #eceff2; --panel: #f6f7f9;
  --train: #b2540d; --val: #1c62b5; --right: 28 98 181; --wrong: 200 84 10;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e7ea; --muted: #9ba4ae; --line: #343a41; --hair: #262b31; --panel: #1c2025;
    --train: #f0a35e; --val: #74b3f6; --right: 74 144 226; --wrong: 224 122 47;
  }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --muted: #444; --line: #bbb; --hair: #ddd; --panel: #f6f7f9;
    --train: #b2540d; --val: #1c62b5; --right: 28 98 181; --wrong: 200 84 10;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 66rem; padding: 2.5rem clamp(1rem, 4vw, 2.5rem) 3rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
h1, h2, h3, p, dl, dd, ul, figure { margin: 0; padding: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; font-weight: 650; margin-bottom: 1rem; }
h3 { font-size: 1rem; font-weight: 600; display: inline; }
section { margin-top: 2.75rem; }
.note { color: var(--muted); font-size: .875rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2rem 3rem; }
.columns > *, .charts > * { min-width: 0; }
.columns.stacked { grid-template-columns: 1fr; }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.25rem 2rem;
  margin-top: 1.5rem; padding: 1.25rem 0; border: solid var(--line); border-width: 1px 0; }
.figures dt { color: var(--muted); font-size: .875rem; }
.figures dd.value { font-size: 1.75rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; white-space: nowrap; }
.figures dd.note { line-height: 1.35; }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 2rem 2.5rem; }
.chart figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem; margin-bottom: .5rem; }
.legend { display: flex; gap: 1rem; margin-left: auto; list-style: none; font-size: .875rem; color: var(--muted); }
.legend svg { width: 26px; height: 12px; margin-right: .375rem; }
.plot { display: block; width: 100%; height: auto; overflow: visible; }
.plot text { font-size: 13px; fill: var(--muted); }
.plot text.best { fill: var(--ink); }
.grid { stroke: var(--hair); fill: none; }
path.phase { stroke: var(--muted); fill: none; }
path.best { stroke: var(--muted); stroke-dasharray: 2 3; fill: none; }
.train { --curve: var(--train); } .val { --curve: var(--val); }
.line { stroke: var(--curve); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; fill: none; }
.mark { fill: var(--paper); stroke: var(--curve); stroke-width: 2; }
.val .mark { fill: var(--curve); }
.reach { fill: transparent; }
.dense .mark { opacity: 0; }
.point:hover .mark { opacity: 1; stroke-width: 4; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9375rem; }
caption { text-align: left; color: var(--muted); font-size: .875rem; padding-bottom: .5rem; }
th, td { padding: .375rem .45rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--hair); }
th { font-weight: 500; color: var(--muted); }
thead th { border-bottom-color: var(--line); vertical-align: bottom; }
th.epoch, .classes th:first-child { text-align: left; }
tbody th { color: var(--ink); }
th.group { text-align: center; border-bottom: 0; }
tr.best td, tr.best th { font-weight: 650; background: var(--panel); }
tr.best .note { margin-left: .25rem; }
.wide { width: 100%; }

.matrix td { min-width: 5.5rem; padding: .625rem .75rem; text-align: center; border: 2px solid var(--paper); }
.matrix td b { display: block; font-size: 1.125rem; line-height: 1.2; font-weight: 600; }
.matrix td .note { color: inherit; }
.matrix td.none { color: var(--muted); }
.matrix th { border: 0; }
.matrix thead th { text-align: center; }
.matrix tbody th { text-align: right; padding-left: 0; }
.matrix.many td { min-width: 0; padding: .25rem .375rem; font-size: .8125rem; border-width: 1px; }
.matrix.many th { font-size: .8125rem; }
.matrix.many thead th.class { writing-mode: vertical-rl; text-align: left; padding: .375rem .25rem; }

.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: 1.5rem 1.25rem;
  margin-top: 1rem; list-style: none; padding: 0; }
.gallery li { break-inside: avoid; font-size: .8125rem; line-height: 1.45; overflow-wrap: anywhere; }
.gallery img, .gallery .blank { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; background: var(--panel);
  border-radius: 3px; margin-bottom: .5rem; }
.gallery .file { display: block; color: var(--muted); margin-top: .125rem; }

.facts { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .375rem 1.5rem; font-size: .9375rem; }
.facts dt { color: var(--muted); }
.facts dd { overflow-wrap: anywhere; }
details { margin-top: 1.5rem; }
summary { cursor: pointer; font-weight: 600; }
pre { overflow-x: auto; margin: .75rem 0 0; padding: 1rem; background: var(--panel); border-radius: 3px;
  font: 12.5px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
:focus-visible { outline: 2px solid var(--val); outline-offset: 2px; }

@media (max-width: 30rem) {
  body { padding-top: 1.5rem; }
  .plot text { font-size: 17px; }
  .figures { grid-template-columns: 1fr 1fr; }
  .gallery { grid-template-columns: 1fr 1fr; }
  table.wide { font-size: .8125rem; }
  th, td { padding: .375rem .1875rem; }
  tr.best .note { display: none; }
}
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  section { margin-top: 1.5rem; }
  .chart, .figures, tr { break-inside: avoid; }
  h2, h2 + p { break-after: avoid; }
  .plot text { font-size: 17px; }
  .legend { gap: .5rem; font-size: .75rem; }
  .charts, .columns:not(.stacked) { grid-template-columns: 1fr 1fr; }
  .gallery { grid-template-columns: repeat(5, 1fr); }
}
)css";

}  // namespace graft::detail
