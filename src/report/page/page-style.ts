// How the page of a report looks: dark and light, narrow and wide, on paper.

const LIGHT = `
--bg: #f6f6f4; --surface: #ffffff; --ink: #17191e; --muted: #565d69; --line: #dcdee2; --faint: #eef0f2;
--critical: #b3261e; --critical-bg: #fdecea; --warning: #8a5300; --warning-bg: #fff2db; --notice: #1f5aa8; --notice-bg: #e6f0fc;
--good: #166b41; --good-bg: #e3f5ea; --unsure: #565d69; --unsure-bg: #eceef1;
--c1: #c2410c; --c2: #2563b8; --c3: #8b93a1; --stall: #7c3aed; --block: #b3261e;
--app: #f5b77a; --library: #8fd0c8; --node: #b5c4e3; --native: #d3d6db; --frame-ink: #17191e; --idle: #eceef1;`;

const DARK = `
--bg: #0f1115; --surface: #171a20; --ink: #e7e9ee; --muted: #a3abb8; --line: #2d323c; --faint: #20242c;
--critical: #ff9d94; --critical-bg: #43201d; --warning: #f5bd62; --warning-bg: #3b2b10; --notice: #93c0ff; --notice-bg: #182d49;
--good: #79d9a4; --good-bg: #12331f; --unsure: #b4bbc7; --unsure-bg: #262b34;
--c1: #fb923c; --c2: #6ea8fe; --c3: #7d8593; --stall: #a78bfa; --block: #ff6f63;
--app: #8f5220; --library: #1f635c; --node: #34466d; --native: #3d424c; --frame-ink: #f1f2f5; --idle: #20242c;`;

export const PAGE_STYLE = `
:root { color-scheme: light; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { color-scheme: dark; ${DARK} } }
:root[data-theme=dark] { color-scheme: dark; ${DARK} }
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: var(--ink); background: var(--bg); scroll-padding-top: 60px; }
body { margin: 0; }
main { max-width: 1080px; margin: 0 auto; padding: 0 24px 40px; }
h1 { font-size: clamp(22px, 3.4vw, 34px); line-height: 1.22; margin: 10px 0 22px; letter-spacing: -0.01em; overflow-wrap: anywhere; text-wrap: pretty; font-weight: 650; }
h2 { font-size: 21px; line-height: 1.3; margin: 0 0 6px; }
h3 { font-size: 15px; margin: 18px 0 6px; }
h4 { font-size: 14px; margin: 12px 0 4px; color: var(--muted); font-weight: 600; }
p { margin: 0 0 8px; }
code, pre, .line-number, .line-text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.88em; }
h1 code { font-size: 0.86em; padding: 0 0.18em; border-radius: 5px; background: var(--faint); }
a { color: inherit; text-underline-offset: 3px; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--c2); outline-offset: 2px; }
.quiet { color: var(--muted); font-weight: 400; }
.block { display: block; }
.wrap { overflow-wrap: anywhere; }
.plain { list-style: none; padding: 0; margin: 0; }
button, input { font: inherit; font-size: 14px; color: inherit; }
button { background: var(--surface); border: 1px solid var(--line); border-radius: 7px; padding: 4px 11px; cursor: pointer; }
button:hover { border-color: var(--muted); }
button[aria-pressed=true] { background: var(--ink); color: var(--surface); }
input[type=search] { background: var(--surface); border: 1px solid var(--line); border-radius: 7px; padding: 4px 10px; min-width: 0; width: 15em; }
input[type=range] { width: 100%; margin: 0; accent-color: var(--c2); }
.page-bar { display: flex; justify-content: space-between; align-items: center; gap: 12px; max-width: 1080px; margin: 0 auto; padding: 14px 24px; }
.word-mark { font-weight: 750; letter-spacing: 0.01em; }
.page-tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; justify-content: flex-end; }
.copied { color: var(--muted); font-size: 14px; }
#copy-text { display: block; width: calc(100% - 48px); max-width: 1032px; margin: 12px auto; }
.head { background: var(--surface); border: 1px solid var(--line); border-top: 5px solid var(--muted); border-radius: 12px; padding: 22px 28px 26px; margin: 4px 0 20px; }
.head.critical { border-top-color: var(--critical); } .head.warning { border-top-color: var(--warning); }
.head.notice { border-top-color: var(--notice); } .head.good { border-top-color: var(--good); }
.kicker { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; font-size: 14px; margin: 0; }
.badge { display: inline-block; flex: none; padding: 1px 9px; border-radius: 20px; font-size: 13px; font-weight: 650; color: var(--unsure); background: var(--unsure-bg); white-space: nowrap; }
.badge.critical { color: var(--critical); background: var(--critical-bg); } .badge.warning { color: var(--warning); background: var(--warning-bg); }
.badge.notice { color: var(--notice); background: var(--notice-bg); } .badge.good { color: var(--good); background: var(--good-bg); }
.figures { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0; margin: 0 0 20px; border-block: 1px solid var(--line); }
.figure { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 14px 18px 14px 0; }
.figure + .figure { padding-left: 20px; border-left: 1px solid var(--line); }
.figure dd { margin: 0; font-size: clamp(20px, 3vw, 30px); line-height: 1.15; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.figure dt { color: var(--muted); font-size: 14px; margin-top: 4px; }
.answer { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 14px 40px; } .answer h2 { font-size: 15px; margin: 0 0 5px; } .answer p { margin: 0 0 6px; }
.answer ul { margin: 0; padding-left: 18px; } .answer li { margin: 0 0 5px; overflow-wrap: anywhere; }
.blamed-line { padding: 5px 12px; border-radius: 7px; background: var(--critical-bg); border-left: 4px solid var(--critical); overflow-x: auto; white-space: pre; }
.head.warning .blamed-line { background: var(--warning-bg); border-color: var(--warning); } .head.notice .blamed-line { background: var(--notice-bg); border-color: var(--notice); }
.next { border-top: 1px solid var(--line); margin-top: 16px; padding-top: 12px; } .next h2 { font-size: 15px; margin: 0 0 5px; }
.command { margin: 0; padding: 6px 12px; border-radius: 7px; background: var(--faint); white-space: pre-wrap; overflow-wrap: anywhere; }
.not-restored { padding: 8px 12px; border-radius: 7px; font-weight: 650; color: var(--critical); background: var(--critical-bg); }
.contents { display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 0 4px 4px; font-size: 14px; }
section { margin: 34px 0 0; }
.about { color: var(--muted); max-width: 72ch; }
.finding { background: var(--surface); border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 10px; margin: 10px 0; }
.finding.critical { border-left-color: var(--critical); } .finding.warning { border-left-color: var(--warning); } .finding.notice { border-left-color: var(--notice); }
.finding summary { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 4px 12px; align-items: baseline; padding: 12px 18px; cursor: pointer; list-style: none; border-radius: 10px; }
.finding summary::-webkit-details-marker { display: none; }
.finding summary .bar-track { grid-column: 1 / -1; }
.finding-title { font-weight: 600; overflow-wrap: anywhere; }
.kind { font-size: 13px; white-space: nowrap; }
.kind::after { content: "  +"; white-space: pre; } details[open] > summary .kind::after { content: "  \\2212"; }
.finding-body { padding: 2px 18px 16px; }
.rows { display: grid; grid-template-columns: 172px minmax(0, 1fr); gap: 7px 18px; margin: 6px 0 10px; font-size: 15px; }
.rows.wide { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); }
.rows dt { color: var(--muted); font-size: 14px; overflow-wrap: anywhere; } .rows dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.rows ul { margin: 0; padding-left: 18px; }
.source, .retainers { margin: 14px 0 4px; }
figcaption { color: var(--muted); font-size: 14px; margin-bottom: 6px; overflow-wrap: anywhere; }
.source-lines { background: var(--bg); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; padding: 6px 0; }
.source-line { display: flex; width: max-content; min-width: 100%; padding: 1px 0; }
.line-number { flex: none; width: 56px; padding-right: 14px; text-align: right; color: var(--muted); user-select: none; }
.line-text { white-space: pre; padding-right: 16px; tab-size: 2; }
.source-line.blamed { background: var(--critical-bg); box-shadow: inset 4px 0 0 var(--critical); }
.source-gap { color: var(--muted); padding-left: 30px; line-height: 1; }
.chain { list-style: none; margin: 0; padding: 0; }
.chain li { position: relative; display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: baseline; width: fit-content; max-width: 100%; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); padding: 6px 14px; font-size: 15px; }
.chain li + li { margin-top: 22px; }
.chain li + li::before { content: ""; position: absolute; left: 24px; top: -22px; height: 15px; border-left: 2px solid var(--muted); }
.chain li + li::after { content: ""; position: absolute; left: 19px; top: -9px; border: 6px solid transparent; border-top: 8px solid var(--muted); border-bottom: 0; }
.chain .root { border-style: dashed; border-color: var(--muted); }
.chain .suspect { background: var(--critical-bg); border-color: var(--critical); }
.way { font-weight: 600; overflow-wrap: anywhere; } .class-name, .chain .place { color: var(--muted); } .chain .suspect .class-name, .chain .suspect .place { color: inherit; }
.log { background: var(--bg); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; overflow-x: auto; margin: 0; max-height: 420px; }
.timeline { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 6px 18px 14px; }
.panel { display: grid; grid-template-columns: 210px minmax(0, 1fr); gap: 4px 16px; padding: 8px 0; border-bottom: 1px solid var(--faint); }
.panel h3 { margin: 0 0 2px; font-size: 14px; }
.plot { position: relative; height: 72px; } .plot.small { height: 46px; }
.plot svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.curve { fill: none; stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.curve.c1 { stroke: var(--c1); } .curve.c2 { stroke: var(--c2); } .curve.c3 { stroke: var(--c3); }
.curve.line.c1 { stroke-width: 2; }
.curve.dots { stroke-width: 5.5; stroke-linecap: round; }
.curve.bars { stroke-width: 3; }
.curve.area { stroke: none; opacity: 0.5; } .curve.area.c1 { fill: var(--c1); } .curve.area.c2 { fill: var(--c2); } .curve.area.c3 { fill: var(--c3); }
.plot.small .curve.area { opacity: 0.16; }
.grid { stroke: var(--line); stroke-width: 1; fill: none; vector-effect: non-scaling-stroke; }
.own-stall { fill: var(--stall); opacity: 0.22; } rect.block { fill: var(--block); opacity: 0.16; } rect.block.named { opacity: 0.34; }
.top { position: absolute; right: 0; top: -1px; font-size: 11px; color: var(--muted); background: var(--surface); padding: 0 0 0 6px; }
.cursor { position: absolute; top: 0; bottom: 0; width: 0; border-left: 1px solid var(--ink); pointer-events: none; }
.readout { display: flex; flex-wrap: wrap; gap: 0 12px; font-size: 13px; margin: 0; font-variant-numeric: tabular-nums; }
.key { position: relative; padding-left: 13px; color: var(--muted); } .key b { color: var(--ink); font-weight: 600; }
.key::before { content: ""; position: absolute; left: 0; top: 0.55em; width: 8px; height: 8px; border-radius: 2px; background: var(--c3); }
.key.c1::before { background: var(--c1); } .key.c2::before { background: var(--c2); }
.axis { display: grid; grid-template-columns: 210px minmax(0, 1fr); gap: 16px; align-items: center; padding: 10px 0 4px; font-size: 14px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; color: var(--muted); font-size: 13px; margin: 6px 0 0; }
.mark-key { padding-left: 18px; position: relative; opacity: 1; } .mark-key::before { content: ""; position: absolute; left: 0; top: 0.3em; width: 11px; height: 11px; border-radius: 2px; }
.mark-key.own-stall::before { background: var(--stall); } .mark-key.block::before { background: var(--block); opacity: 0.6; }
.alarm-warn { fill: #d68a1c; } .alarm-critical { fill: var(--block); } .lanes .plot { background: var(--faint); border-radius: 4px; } .lanes .readout { margin: 0; }
.mark { stroke-width: 2; vector-effect: non-scaling-stroke; } .mark.restart { stroke: var(--ink); stroke-dasharray: 3 3; } .mark.looked { stroke: var(--c2); }
.mark-key.alarm-warn::before { background: #d68a1c; } .mark-key.alarm-critical::before { background: var(--block); } .mark-key.restart::before { background: var(--ink); width: 3px; left: 6px; } .mark-key.looked::before { background: var(--c2); width: 3px; left: 6px; }
.ends { display: flex; justify-content: space-between; gap: 12px; color: var(--muted); font-size: 13px; }
.files { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 18px; padding: 0; margin: 4px 0 8px; }
.multiples { list-style: none; margin: 8px 0 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 250px), 1fr)); gap: 12px; }
.multiple { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; font-size: 14px; min-width: 0; }
.multiple.named { border-color: var(--critical); box-shadow: inset 0 0 0 1px var(--critical); }
.multiple:not(.growing) { --c1: var(--c3); }
.multiple-head, .multiple-foot { display: flex; justify-content: space-between; gap: 8px; align-items: baseline; } .multiple-head b { overflow-wrap: anywhere; min-width: 0; } .multiple-head .quiet { white-space: nowrap; font-size: 13px; }
.multiple .plot { margin: 8px 0 4px; } .multiple .place { display: block; margin-top: 2px; }
.pool { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 6px 18px 14px; margin: 10px 0; }
.pool h3 { margin-top: 8px; } .pool-now { display: flex; flex-wrap: wrap; gap: 8px 26px; align-items: center; margin: 8px 0; }
.boxes, .queue { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; font-size: 13px; }
.box { width: 20px; height: 20px; border-radius: 4px; border: 1.5px solid var(--c2); } .box.lent { background: var(--c2); }
.box.silent { border-color: var(--c1); background: var(--c1); }
.waiter { width: 11px; height: 11px; border-radius: 50%; background: var(--c1); }
.pool-curve { max-width: 560px; }
.bars { list-style: none; padding: 14px 18px; margin: 8px 0; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; font-size: 14px; }
.bars li { display: grid; grid-template-columns: minmax(0, 240px) minmax(60px, 1fr) minmax(0, 250px); gap: 2px 16px; align-items: center; padding: 4px 0; }
.bar-track { display: block; height: 10px; border-radius: 5px; background: var(--faint); overflow: hidden; }
.bar { display: block; height: 100%; border-radius: 5px; background: var(--c3); }
.bar.app { background: var(--c1); } .bar.library { background: #2f9c90; } .bar.node { background: var(--c2); } .bar.good { background: #3aa76d; } .bar.warning { background: #d68a1c; } .bar.critical { background: var(--block); } .bar.notice { background: var(--c2); }
.bar-text { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.flame-box { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 10px; font-size: 14px; }
.more > summary { cursor: pointer; padding: 8px 2px; font-weight: 600; font-size: 15px; }
.flame-scroll { max-height: 560px; overflow-y: auto; }
.flame { position: relative; overflow: hidden; }
.chips { list-style: none; display: flex; flex-wrap: wrap; gap: 6px; padding: 0; margin: 8px 0; } .chips li { border: 1px solid var(--line); border-radius: 20px; padding: 2px 12px; font-size: 14px; background: var(--surface); } .chips li::before { content: "\\2713  "; color: var(--good); }
.frame { position: absolute; height: 19px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-size: 12px; line-height: 19px; text-indent: 4px; cursor: pointer; border-radius: 2px; border-right: 1px solid var(--surface); color: var(--frame-ink); background: var(--native); }
.frame.app { background: var(--app); } .frame.library { background: var(--library); } .frame.node { background: var(--node); } .frame.whole { background: var(--faint); color: var(--ink); } .frame.idle { background: var(--idle); color: var(--muted); }
.frame:hover { filter: brightness(1.08); } .frame.found { box-shadow: inset 0 -3px 0 var(--stall); font-weight: 700; } .frame.faded { opacity: 0.35; }
.frame:focus-visible { outline: 2px solid var(--ink); outline-offset: -2px; z-index: 1; }
.frame[aria-selected=true] { box-shadow: inset 0 0 0 1px var(--muted); }
.flame-told { font-size: 14px; color: var(--muted); margin: 10px 0 0; min-height: 3em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 4px 14px; margin: 8px 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; } caption { text-align: left; font-weight: 600; padding: 8px 0 4px; }
th, td { text-align: left; vertical-align: top; padding: 8px 14px 8px 0; border-top: 1px solid var(--faint); font-weight: 400; }
thead th, thead td { border: 0; color: var(--muted); font-size: 13px; } tbody th { font-weight: 600; min-width: 130px; } .members tbody th { min-width: 0; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.interval { display: block; width: 200px; height: 20px; } .range { fill: var(--c3); opacity: 0.45; } .point { fill: var(--c3); }
.range.worse { fill: var(--critical); } .point.worse { fill: var(--critical); } .range.better { fill: var(--good); } .point.better { fill: var(--good); } .range.none { fill: var(--c2); } .point.none { fill: var(--c2); }
.verdict { color: var(--muted); } .verdict.worse { color: var(--critical); font-weight: 600; } .verdict.better { color: var(--good); font-weight: 600; }
.checks { list-style: none; padding: 6px 18px; margin: 8px 0; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; font-size: 15px; }
.checks li { display: grid; grid-template-columns: 92px minmax(0, 1fr); gap: 14px; padding: 7px 0; align-items: baseline; } .checks li + li { border-top: 1px solid var(--faint); }
.checks .badge { justify-self: start; } .checks.inner { background: none; border: 0; padding: 0; margin: 4px 0 0; }
.log-of-decisions li { grid-template-columns: 190px 140px minmax(0, 1fr); } .outcome.warning { color: var(--warning); }
.outcome { font-size: 13px; font-weight: 650; color: var(--unsure); } .outcome.ok { color: var(--good); } .outcome.bad { color: var(--critical); }
.ladder { display: flex; gap: 6px; max-width: 420px; margin: 8px 0 4px; } .rung { flex: 1; text-align: center; padding: 8px 0; border-radius: 8px; background: var(--faint); color: var(--muted); font-weight: 650; } .rung.reached { background: var(--c2); color: var(--surface); }
.notes { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 12px 18px 12px 36px; margin: 8px 0; font-size: 15px; } .notes li + li { margin-top: 6px; }
footer { max-width: 1080px; margin: 0 auto; padding: 0 24px 36px; color: var(--muted); font-size: 13px; }
@media (max-width: 640px) {
  main, .page-bar, footer { padding-inline: 14px; }
  .head { padding: 16px 16px 18px; } .page-tools button { font-size: 13px; padding: 4px 9px; }
  .figures { grid-template-columns: minmax(0, 1fr); }
  .figure { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: baseline; gap: 12px; padding: 8px 0; direction: ltr; }
  .figure dt { margin: 0; } .figure dd { text-align: right; }
  .figure + .figure { padding-left: 0; border-left: 0; border-top: 1px solid var(--line); }
  .finding summary { grid-template-columns: auto minmax(0, 1fr); padding: 12px 14px; } .finding-title { grid-column: 1 / -1; } .kind { grid-column: 2; grid-row: 1; justify-self: end; }
  .finding-body { padding: 0 14px 14px; }
  .rows, .rows.wide { grid-template-columns: minmax(0, 1fr); gap: 0; } .rows dd { margin-bottom: 8px; }
  .timeline, .flame-box, .pool { padding-inline: 12px; }
  .panel, .axis { grid-template-columns: minmax(0, 1fr); gap: 6px; }
  .bars { padding-inline: 12px; } .bars li { grid-template-columns: minmax(0, 1fr) minmax(0, auto); } .bar-track { grid-column: 1 / -1; grid-row: 2; } .bar-text { text-align: right; }
  .ends { flex-direction: column; gap: 0; }
  .checks { padding-inline: 12px; } .checks li, .log-of-decisions li { grid-template-columns: minmax(0, 1fr); gap: 2px; }
  .stack thead { display: none; } .stack table, .stack tbody, .stack tr, .stack th, .stack td { display: block; padding: 0; border: 0; } .stack tr { padding: 10px 0; } .stack tr + tr { border-top: 1px solid var(--faint); } .stack .number { white-space: normal; }
  .line-number { width: 40px; padding-right: 8px; }
}
@media print {
  :root, :root[data-theme=dark] { color-scheme: light; ${LIGHT} --bg: #ffffff; }
  html { font-size: 11pt; } main { max-width: none; padding: 0; }
  .page-tools, .contents, .tools, .axis input, .legend { display: none; }
  .head, .finding, .multiple, .panel, .pool, .bars li { break-inside: avoid; }
  .kind::after { content: "" !important; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
