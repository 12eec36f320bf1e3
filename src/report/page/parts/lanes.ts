// A watch over time: a lane for each target, with its alarms as bars, and marks where it ended or was captured.
import { formatDuration } from '../../../units/units.ts';
import type { WatchReport } from '../../../wire/watch/report.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { HEIGHT, plot, WIDTH, xOf } from './curve.ts';
import { timeText } from './time.ts';

type Decision = WatchReport['decisions'][number];
type Level = 'warn' | 'critical';

export interface AlarmSpan {
  rule: string;
  level: Level;
  fromMillis: number;
  /** Null: it goes on. */
  toMillis: number | null;
}

export interface Lane {
  target: string;
  alarms: AlarmSpan[];
  /** When the process ended or came back. */
  restarts: number[];
  /** When culprit looked inside for long enough to diagnose. */
  diagnoses: number[];
}

/** Of targets with anything to show, as they come first. Times are milliseconds since 1970. */
export function lanesOf(decisions: readonly Decision[]): Lane[] {
  const lanes = new Map<string, Lane>();
  const open = new Map<string, AlarmSpan>();
  for (const { at, target, rule, what } of decisions) {
    const millis = Date.parse(at);
    if (what === 'begin') open.clear();
    if (target === '') continue;
    const lane = lanes.get(target) ?? { target, alarms: [], restarts: [], diagnoses: [] };
    lanes.set(target, lane);
    if (what === 'ended' || what === 'restarted') lane.restarts.push(millis);
    if (what === 'diagnose') lane.diagnoses.push(millis);
    if (rule === null || !(what === 'warn' || what === 'critical' || what === 'clear')) continue;
    const key = `${rule} ${target}`;
    const before = open.get(key);
    if (before) before.toMillis = millis;
    open.delete(key);
    if (what === 'clear') continue;
    const span: AlarmSpan = { rule, level: what, fromMillis: millis, toMillis: null };
    open.set(key, span);
    lane.alarms.push(span);
  }
  return [...lanes.values()].filter(
    ({ alarms, restarts, diagnoses }) => alarms.length + restarts.length + diagnoses.length > 0,
  );
}

/** Null where nothing happened. */
export function drawLanes(builder: Builder, { decisions, savedAt }: WatchReport): PageElement | null {
  const lanes = lanesOf(decisions);
  if (lanes.length === 0) return null;
  const { h } = builder;
  const from = Date.parse(decisions[0]!.at);
  const to = Math.max(Date.parse(savedAt), Date.parse(decisions.at(-1)!.at));
  return h(
    'div',
    { class: 'timeline lanes' },
    ...lanes.map((lane) => drawLane(builder, lane, { from, to })),
    h(
      'div',
      { class: 'axis lane-axis' },
      h('span', null, formatDuration(to - from)),
      h(
        'span',
        { class: 'ends' },
        h('span', null, timeText(decisions[0]!.at)),
        h('span', null, timeText(new Date(to).toISOString())),
      ),
    ),
    h(
      'p',
      { class: 'legend' },
      h('span', { class: 'mark-key alarm-warn' }, 'alarm, warning'),
      h('span', { class: 'mark-key alarm-critical' }, 'alarm, critical'),
      h('span', { class: 'mark-key restart' }, 'the process ended or came back'),
      h('span', { class: 'mark-key looked' }, 'diagnosis'),
    ),
  );
}

function drawLane(
  builder: Builder,
  { target, alarms, restarts, diagnoses }: Lane,
  { from, to }: { from: number; to: number },
): PageElement {
  const { h, s } = builder;
  const x = (millis: number) => xOf(millis, { from, to, top: 1 });
  const rules = [...new Set(alarms.map(({ rule }) => rule))];
  const height = HEIGHT / Math.max(1, rules.length);
  const bars = alarms.map(({ rule, level, fromMillis, toMillis }) => {
    const left = Math.min(WIDTH - 3, x(fromMillis));
    return s('rect', {
      class: `alarm-${level}`,
      x: left.toFixed(1),
      y: (rules.indexOf(rule) * height + 8).toFixed(1),
      width: Math.max(3, x(toMillis ?? to) - left).toFixed(1),
      height: Math.max(6, height - 16).toFixed(1),
    });
  });
  const lines = (className: string, times: readonly number[]) =>
    s('path', {
      class: `mark ${className}`,
      d: times.map((at) => `M${x(at).toFixed(1)} 0V${HEIGHT}`).join(''),
    });
  const words = laneWords({ target, alarms, restarts, diagnoses }, to);
  return h(
    'div',
    { class: 'panel' },
    h(
      'div',
      { class: 'panel-head' },
      h('h3', { class: 'wrap' }, target),
      h('p', { class: 'quiet readout' }, rules.length === 0 ? 'no alarm' : rules.join(', ')),
    ),
    h(
      'div',
      { class: 'plot small' },
      plot(builder, words, ...bars, lines('restart', restarts), lines('looked', diagnoses)),
    ),
  );
}

const MOST_SPANS = 20;

function laneWords({ target, alarms, restarts, diagnoses }: Lane, to: number): string {
  const spans = alarms
    .slice(0, MOST_SPANS)
    .map(
      ({ rule, level, fromMillis, toMillis }) =>
        `${rule} ${level === 'warn' ? 'at warning' : 'critical'} from ${timeText(new Date(fromMillis).toISOString())} for ${formatDuration((toMillis ?? to) - fromMillis)}`,
    );
  const counts = `ended or came back ${restarts.length} times, diagnosed ${diagnoses.length} times`;
  return `${target}: ${[...spans, counts].join('; ')}`;
}
