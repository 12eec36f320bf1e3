// The capture over time: one panel under another, with a moment that can be moved by pointer and by key.
import type { Finding } from '../../../model/finding.ts';
import type { Timeline } from '../../../model/report/pictures.ts';
import { formatDuration, formatNumber } from '../../../units/units.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { curvePath, HEIGHT, plot, type Scale, WIDTH, xOf } from './curve.ts';
import { type Panel, timelinePanels, valueAt } from './panels.ts';

interface DrawnPanel {
  panel: Panel;
  element: PageElement;
  plotBox: PageElement;
  cursor: PageElement;
  readout: PageElement;
}

export function drawTimeline(
  builder: Builder,
  timeline: Timeline,
  { findings, threadNames }: { findings: readonly Finding[]; threadNames: ReadonlyMap<number, string> },
): PageElement {
  const { h } = builder;
  const scale = { from: 0, to: timeline.durationMillis };
  const panels = timelinePanels(timeline, threadNames).map((panel) =>
    drawPanel(
      builder,
      panel,
      { ...scale, top: panel.top },
      heldMarks(builder, timeline, findings, panel.isLoop),
    ),
  );
  const moment = h('input', {
    type: 'range',
    min: 0,
    max: Math.round(timeline.durationMillis),
    step: Math.max(1, Math.round(timeline.durationMillis / 600)),
    'aria-label': 'moment of the capture',
  });
  const time = h('output', { class: 'moment' });
  const show = (millis: number | null) => {
    time.textContent =
      millis === null ? formatDuration(timeline.durationMillis) : `at ${formatDuration(millis)}`;
    for (const drawn of panels) showAt(builder, drawn, millis, timeline.durationMillis);
    if (millis !== null) moment.setAttribute('aria-valuetext', describeMoment(panels, millis));
  };
  moment.value = '0';
  moment.addEventListener('input', () => show(Number(moment.value)));
  for (const { plotBox } of panels)
    plotBox.addEventListener('pointermove', ({ clientX }) => {
      const { left, width } = plotBox.getBoundingClientRect();
      const millis =
        Math.min(1, Math.max(0, (clientX - left) / Math.max(1, width))) * timeline.durationMillis;
      moment.value = String(Math.round(millis));
      show(millis);
    });
  show(null);
  return h(
    'div',
    { class: 'timeline' },
    ...panels.map(({ element }) => element),
    h('div', { class: 'axis' }, time, moment),
    legend(builder, timeline),
  );
}

function drawPanel(builder: Builder, panel: Panel, scale: Scale, marks: PageElement[]): DrawnPanel {
  const { h, s } = builder;
  let below: [number, number][] = [];
  const curves = panel.lines.map(({ form, color, points }) => {
    const heights = form === 'area' && below.length > 0 ? addUp(points, below) : points;
    const path = s('path', { class: `curve ${form} c${color}`, d: curvePath(heights, scale, form, below) });
    if (form === 'area') below = heights;
    return path;
  });
  const grid = s('path', {
    class: 'grid',
    d: `M0 ${HEIGHT}H${WIDTH}M0 ${HEIGHT / 2 + 2}H${WIDTH}M0 4H${WIDTH}`,
  });
  const cursor = h('div', { class: 'cursor', hidden: true });
  const plotBox = h(
    'div',
    { class: 'plot' },
    plot(builder, panel.summary, grid, ...marks, ...curves),
    cursor,
    h('span', { class: 'top', 'aria-hidden': 'true' }, panel.format(panel.top)),
  );
  const readout = h('div', { class: 'readout' });
  const head = h('div', { class: 'panel-head' }, h('h3', null, panel.title), readout);
  return { panel, element: h('div', { class: 'panel' }, head, plotBox), plotBox, cursor, readout };
}

/** Of curves with points at the same times, as those of one sample are. */
function addUp(points: [number, number][], below: [number, number][]): [number, number][] {
  return points.map(([millis, value]) => [millis, value + (valueAt(below, millis) ?? 0)]);
}

/** Spans in which the main thread was held: by culprit, by the program, and by what a finding names. */
function heldMarks(
  { s }: Builder,
  { ownStalls, blocks, durationMillis }: Timeline,
  findings: readonly Finding[],
  isLoop: boolean,
): PageElement[] {
  const scale = { from: 0, to: durationMillis, top: 1 };
  const span = (className: string, { atMillis, millis }: { atMillis: number; millis: number }) => {
    const x = xOf(atMillis, scale);
    const width = Math.max(2, xOf(atMillis + millis, scale) - x);
    return s('rect', {
      class: className,
      x: Math.min(x, WIDTH - width).toFixed(1),
      y: 0,
      width: width.toFixed(1),
      height: HEIGHT,
    });
  };
  const isNamed = (place: { file: string | null; function: string }) =>
    findings.some(({ subject }) => subject.file === place.file && subject.function === place.function);
  return [
    ...ownStalls.filter(({ millis }) => millis >= LEAST_STALL).map((stall) => span('own-stall', stall)),
    ...(isLoop ? blocks.map((block) => span(isNamed(block.place) ? 'block named' : 'block', block)) : []),
  ];
}

/** Milliseconds; a shorter one is no stall that anybody would feel, and there are hundreds. */
const LEAST_STALL = 4;

function showAt(
  { h }: Builder,
  { panel, cursor, readout }: DrawnPanel,
  millis: number | null,
  whole: number,
): void {
  cursor.hidden = millis === null;
  if (millis !== null) cursor.style.setProperty('left', `${((millis / whole) * 100).toFixed(2)}%`);
  const shown = panel.lines.slice(0, MOST_VALUES);
  const left = panel.lines.length - shown.length;
  readout.replaceChildren(
    ...shown.map(({ label, color, points }) => {
      const value = millis === null ? points.at(-1)?.[1] : valueAt(points, millis);
      return h(
        'span',
        { class: `key c${color}` },
        `${label} `,
        h('b', null, value === undefined ? 'unknown' : panel.format(value)),
      );
    }),
    ...(left > 0 ? [h('span', { class: 'key c3' }, `${formatNumber(left)} more threads`)] : []),
  );
}

/** A panel may have a curve for each of many threads. */
const MOST_VALUES = 5;

function describeMoment(panels: readonly DrawnPanel[], millis: number): string {
  const values = panels.flatMap(({ panel: { title, lines, format } }) =>
    lines.slice(0, MOST_VALUES).flatMap(({ label, points }) => {
      const value = valueAt(points, millis);
      return value === undefined ? [] : [`${title}, ${label}: ${format(value)}`];
    }),
  );
  return `at ${formatDuration(millis)}. ${values.join('. ')}`;
}

function legend({ h }: Builder, { ownStalls, blocks }: Timeline): PageElement {
  const long = ownStalls.filter(({ millis }) => millis >= LEAST_STALL);
  const total = long.reduce((sum, { millis }) => sum + millis, 0);
  const longest = Math.max(0, ...long.map(({ millis }) => millis));
  return h(
    'p',
    { class: 'legend' },
    long.length > 0 &&
      h(
        'span',
        { class: 'mark-key own-stall' },
        `culprit itself stalled the thread: ${long.length} times, longest ${formatDuration(longest)}, ${formatDuration(total)} in total`,
      ),
    blocks.length > 0 &&
      h(
        'span',
        { class: 'mark-key block' },
        `the program blocked it for more than 50 ms: ${blocks.length} times`,
      ),
    'Move over the curves, or move the slider, to read the values of a moment.',
  );
}
