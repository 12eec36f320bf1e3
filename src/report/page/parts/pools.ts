// Pools as pictures: a box for each connection or item, its user, and the queue of those who wait.
import type { PoolPicture } from '../../../model/report/pictures.ts';
import { formatCount, formatDuration, formatNumber } from '../../../units/units.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { curvePath, plot } from './curve.ts';
import { placeText } from './place.ts';

const MOST_BOXES = 60;
const MOST_WAITERS = 40;

export function drawPool(builder: Builder, pool: PoolPicture): PageElement {
  const { h, prose } = builder;
  const [, busy = -1, waiting = 0] = pool.readings.at(-1) ?? [];
  const limit = pool.limit ?? Math.max(busy, 0);
  const summary = summaryOf({ busy, waiting, limit: pool.limit });
  return h(
    'article',
    { class: 'pool' },
    h(
      'h3',
      null,
      ...prose(pool.name),
      pool.endpoint !== null && h('span', { class: 'quiet' }, ` to ${pool.endpoint}`),
    ),
    h(
      'div',
      { class: 'pool-now', role: 'img', 'aria-label': summary },
      h('div', { class: 'boxes' }, ...boxes(builder, pool, Math.max(0, busy), limit)),
      waiting > 0 && h('div', { class: 'queue' }, ...queue(builder, waiting)),
    ),
    h(
      'p',
      null,
      `${summary}.`,
      pool.silent &&
        pool.silent.count > 0 &&
        ` ${formatNumber(pool.silent.count)} of the ${formatNumber(pool.silent.of)} connections that could be examined have been idle for up to ${formatDuration(pool.silent.longestMillis)}.`,
    ),
    waitingCurve(builder, pool),
    list(
      builder,
      'What the checked-out ones are doing',
      pool.holders.map(({ label, count }) => [label, count]),
    ),
    list(
      builder,
      'Waiters, by the line that asked',
      pool.waiters.map(({ place, count }) => [placeText(place), count]),
    ),
  );
}

/** `busy` below 0 is unknown. */
function summaryOf({
  busy,
  waiting,
  limit,
}: {
  busy: number;
  waiting: number;
  limit: number | null;
}): string {
  const waits = `${formatNumber(waiting)} waiting, at the end of the capture`;
  if (busy < 0) return `${waits}; how many are checked out is unknown`;
  return `${formatNumber(busy)}${limit === null ? '' : ` of ${formatNumber(limit)}`} checked out, ${waits}`;
}

function boxes({ h }: Builder, { silent }: PoolPicture, busy: number, limit: number): PageElement[] {
  const shown = Math.min(MOST_BOXES, Math.max(limit, busy));
  const silentCount = silent?.count ?? 0;
  const drawn = Array.from({ length: shown }, (_, i) =>
    h('span', { class: i >= busy ? 'box free' : i < silentCount ? 'box silent' : 'box lent' }),
  );
  const more = Math.max(limit, busy) - shown;
  return more > 0 ? [...drawn, h('span', { class: 'quiet' }, `+${formatNumber(more)}`)] : drawn;
}

function queue({ h }: Builder, waiting: number): PageElement[] {
  const shown = Math.min(MOST_WAITERS, waiting);
  return [
    h('span', { class: 'quiet' }, 'waiting'),
    ...Array.from({ length: shown }, () => h('span', { class: 'waiter' })),
    ...(waiting > shown ? [h('span', { class: 'quiet' }, `+${formatNumber(waiting - shown)}`)] : []),
  ];
}

function waitingCurve(builder: Builder, { readings }: PoolPicture): PageElement | null {
  if (readings.length < 3) return null;
  const { h, s } = builder;
  const [first, last] = [readings[0]!, readings.at(-1)!];
  const top = Math.max(1, ...readings.flatMap(([, busy, waiting]) => [busy, waiting]));
  const scale = { from: first[0], to: last[0], top };
  const lent = readings.map(([at, busy]) => [at, Math.max(0, busy)] as const);
  const queued = readings.map(([at, , waiting]) => [at, waiting] as const);
  const isKnown = readings.some(([, busy]) => busy >= 0);
  return h(
    'div',
    { class: 'pool-curve' },
    h(
      'div',
      { class: 'plot small' },
      plot(
        builder,
        `${isKnown ? `checked out from ${formatNumber(lent[0]![1])} to ${formatNumber(lent.at(-1)![1])}, ` : ''}waiting from ${formatNumber(queued[0]![1])} to ${formatNumber(queued.at(-1)![1])}`,
        ...(isKnown ? [s('path', { class: 'curve line c2', d: curvePath(lent, scale, 'line') })] : []),
        s('path', { class: 'curve line c1', d: curvePath(queued, scale, 'line') }),
      ),
    ),
    h(
      'p',
      { class: 'readout' },
      isKnown && h('span', { class: 'key c2' }, 'checked out'),
      h('span', { class: 'key c1' }, 'waiting'),
      h(
        'span',
        { class: 'quiet' },
        `over ${formatDuration(last[0] - first[0])}, at most ${formatCount(Math.max(...queued.map(([, value]) => value)), 'waiter')}`,
      ),
    ),
  );
}

function list({ h }: Builder, title: string, rows: [text: string, count: number][]): PageElement | null {
  if (rows.length === 0) return null;
  return h(
    'div',
    null,
    h('h4', null, title),
    h(
      'ul',
      { class: 'plain' },
      ...rows.map(([text, count]) =>
        h('li', null, h('b', null, `${formatNumber(count)} x `), h('code', { class: 'wrap' }, text)),
      ),
    ),
  );
}
