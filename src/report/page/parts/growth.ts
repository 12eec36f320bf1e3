// What grows, as small multiples: each with its name, where it is made, its curve, and the first and last number.
import type { Finding } from '../../../model/finding.ts';
import type { GrowthKind, GrowthPicture } from '../../../model/report/pictures.ts';
import { formatDuration, formatNumber } from '../../../units/units.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { curvePath, plot } from './curve.ts';
import { placeText } from './place.ts';

const KIND_WORDS: Record<GrowthKind, string> = {
  collection: 'collection',
  sockets: 'sockets',
  files: 'open files',
  processes: 'processes',
  resources: 'made here',
};

/** async_hooks' own name. */
const PLAIN_NAMES: Record<string, string> = { PROMISE: 'Promises' };

export function drawGrowth(
  builder: Builder,
  growth: readonly GrowthPicture[],
  findings: readonly Finding[],
): PageElement {
  const { h } = builder;
  const isNamed = ({ name, place }: GrowthPicture) =>
    findings.some(
      ({ subject }) =>
        subject.name === name ||
        (place !== null && place.file !== null && subject.file === place.file && subject.line === place.line),
    );
  const sorted = growth.toSorted((a, b) => Number(isNamed(b)) - Number(isNamed(a)));
  return h('ul', { class: 'multiples' }, ...sorted.map((each) => drawOne(builder, each, isNamed(each))));
}

function drawOne(builder: Builder, picture: GrowthPicture, isNamed: boolean): PageElement {
  const { h, s } = builder;
  const { kind, what, place, isGrowing, points } = picture;
  const name = PLAIN_NAMES[picture.name] ?? picture.name;
  const values = points.map(([, value]) => value);
  const [first, last] = [points[0]!, points.at(-1)!];
  const scale = { from: first[0], to: last[0], top: Math.max(1, ...values) };
  const numbers = `${formatNumber(first[1])} → ${formatNumber(last[1])}`;
  const label = `${name}: from ${formatNumber(first[1])} to ${formatNumber(last[1])} in ${formatDuration(last[0] - first[0])}${isGrowing ? ', growing' : ''}`;
  return h(
    'li',
    { class: `multiple${isNamed ? ' named' : ''}${isGrowing ? ' growing' : ''}` },
    h('div', { class: 'multiple-head' }, h('b', null, name), h('span', { class: 'quiet' }, KIND_WORDS[kind])),
    h(
      'div',
      { class: 'plot small' },
      plot(
        builder,
        label,
        s('path', { class: 'curve area c1', d: curvePath(points, scale, 'area') }),
        s('path', { class: 'curve line c1', d: curvePath(points, scale, 'line') }),
      ),
    ),
    h(
      'div',
      { class: 'multiple-foot' },
      h('b', { class: 'numbers' }, numbers),
      h('span', { class: 'quiet' }, `in ${formatDuration(last[0] - first[0])}`),
    ),
    what !== '' && h('div', { class: 'quiet wrap' }, what),
    place && h('code', { class: 'place wrap' }, placeText(place)),
  );
}
