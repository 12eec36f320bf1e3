// The sections of a heap report: what grew, what is big, which classes, duplicated strings.

import { describePath } from '../../../model/heap/heap-path-words.ts';
import type { HeapCollection, HeapGrowth, HeapReport } from '../../../model/heap/heap-report.ts';
import { formatBytes, formatNumber } from '../../../units/units.ts';
import {
  adviseOn,
  describeEntries,
  describeGroup,
  describeThing,
  describeTitle,
} from '../../heap/heap-words.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { drawBars } from '../parts/bars.ts';
import { curvePath, plot } from '../parts/curve.ts';
import { drawRows, drawWarnings } from '../parts/facts.ts';
import { drawRetainers } from '../parts/retainers.ts';
import type { Section } from '../section.ts';

export function heapSections(builder: Builder, report: HeapReport): Section[] {
  const { growth, collections, classes, duplicates, snapshots, folder, warnings } = report;
  const own = collections.filter(({ isEngineOwned }) => !isEngineOwned);
  return [
    {
      id: 'growth',
      title: 'What grew',
      content: growth.map((each, i) => drawGrown(builder, each, { folder, isOpen: i === 0 })),
    },
    {
      id: 'class-growth',
      title: 'Classes with more objects at every step',
      content:
        report.classGrowth.length === 0
          ? []
          : [
              drawRows(
                builder,
                report.classGrowth.map(({ className, counts, shallowBytes }): [string, string] => [
                  className,
                  `${counts.map(formatNumber).join(' → ')} objects, ${shallowBytes.map(formatBytes).join(' → ')}`,
                ]),
              ),
            ],
    },
    {
      id: 'detached',
      title: 'Detached trees of the DOM',
      content:
        report.detached.length === 0
          ? []
          : [
              drawRows(
                builder,
                report.detached.map(({ name, trees, nodes, retainedBytes, path }): [string, string] => [
                  `detached ${name}`,
                  `${trees.map(formatNumber).join(' → ')} trees of ${formatNumber(nodes)} nodes, ${formatBytes(retainedBytes)}${path ? `; held by ${describePath(path, folder)}` : ''}`,
                ]),
              ),
            ],
    },
    {
      id: 'collections',
      title: 'What is big',
      about: 'Collections of the program by retained size, in the last snapshot.',
      content: own.map((each, i) =>
        drawCollection(builder, each, {
          folder,
          isOpen: growth.length === 0 && i === 0,
          most: own[0]!.retainedBytes,
        }),
      ),
    },
    {
      id: 'classes',
      title: 'Classes',
      content:
        classes.length === 0
          ? []
          : [
              drawBars(
                builder,
                'classes by retained size',
                classes.map(({ className, count, retainedBytes }) => ({
                  name: className,
                  part: retainedBytes / Math.max(1, ...classes.map((each) => each.retainedBytes)),
                  text: `${formatBytes(retainedBytes)} in ${formatNumber(count)}`,
                  tone: 'app',
                })),
              ),
            ],
    },
    {
      id: 'duplicates',
      title: 'Duplicated strings',
      about:
        duplicates.length === 0
          ? ''
          : `${formatBytes(report.duplicateBytes)} would be saved if each string were stored only once.`,
      content:
        duplicates.length === 0
          ? []
          : [
              drawBars(
                builder,
                'duplicated strings',
                duplicates.map(({ text, form, count, wastedBytes, length }) => ({
                  name: text ?? form,
                  part: wastedBytes / Math.max(1, ...duplicates.map((each) => each.wastedBytes)),
                  text: `${formatBytes(wastedBytes)}: ${formatNumber(count)} copies of ${formatNumber(length)} characters`,
                  tone: 'library',
                })),
              ),
            ],
    },
    {
      id: 'notes',
      title: 'What weakens the result',
      content: warnings.length === 0 ? [] : [drawWarnings(builder, warnings)],
    },
    {
      id: 'read',
      title: 'The snapshots',
      content: [
        drawRows(
          builder,
          snapshots.map(({ path, nodes, edges, shallowBytes }): [string, string] => [
            path,
            `${formatBytes(shallowBytes)}, ${formatNumber(nodes)} objects, ${formatNumber(edges)} references`,
          ]),
        ),
      ],
    },
  ];
}

function drawGrown(
  builder: Builder,
  growth: HeapGrowth,
  { folder, isOpen }: { folder: string; isOpen: boolean },
): PageElement {
  const { h, s, prose } = builder;
  const { collection, holders, entries, grownBytes, isMinor } = growth;
  const points = entries.map((value, i) => [i, value] as const);
  const scale = { from: 0, to: Math.max(1, entries.length - 1), top: Math.max(1, ...entries) };
  const severity = isMinor ? 'notice' : 'critical';
  return h(
    'details',
    { class: `finding ${severity}`, open: isOpen },
    h(
      'summary',
      null,
      h('span', { class: `badge ${severity}` }, `+${formatBytes(grownBytes)}`),
      h('span', { class: 'finding-title' }, ...prose(describeTitle(collection, holders))),
      h('span', { class: 'quiet kind' }, entries.map(formatNumber).join(' → ')),
    ),
    h(
      'div',
      { class: 'finding-body' },
      h(
        'div',
        { class: 'plot small' },
        plot(
          builder,
          `entries in each snapshot: ${entries.map(formatNumber).join(', ')}`,
          s('path', { class: 'curve area c1', d: curvePath(points, scale, 'area') }),
          s('path', { class: 'curve line c1', d: curvePath(points, scale, 'line') }),
        ),
      ),
      ...collectionBody(builder, collection, folder, true),
    ),
  );
}

function drawCollection(
  builder: Builder,
  collection: HeapCollection,
  { folder, isOpen, most }: { folder: string; isOpen: boolean; most: number },
): PageElement {
  const { h, prose } = builder;
  const bar = h('span', { class: 'bar app' });
  bar.style.setProperty(
    'width',
    `${Math.max(0.5, (collection.retainedBytes / Math.max(1, most)) * 100).toFixed(1)}%`,
  );
  return h(
    'details',
    { class: 'finding', open: isOpen },
    h(
      'summary',
      null,
      h('span', { class: 'badge' }, formatBytes(collection.retainedBytes)),
      h('span', { class: 'finding-title' }, ...prose(describeThing(collection))),
      h('span', { class: 'quiet kind' }, describeEntries(collection, collection.entries)),
      h('span', { class: 'bar-track', 'aria-hidden': 'true' }, bar),
    ),
    h('div', { class: 'finding-body' }, ...collectionBody(builder, collection, folder, false)),
  );
}

function collectionBody(
  builder: Builder,
  collection: HeapCollection,
  folder: string,
  isGrowing: boolean,
): PageElement[] {
  const newest = collection.newest.map((group) => describeGroup(group, folder)).join('; ');
  return [
    drawRows(builder, [
      ['Entries', describeEntries(collection, collection.entries)],
      ['Newest', newest],
      ['Fix', adviseOn(collection, isGrowing)],
    ]),
    drawRetainers(builder, collection.path, folder),
  ];
}
