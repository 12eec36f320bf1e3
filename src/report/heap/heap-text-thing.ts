// One collection as a block of text: what it is, who holds it, what is in it, what to do.
import type { ChalkInstance } from 'chalk';
import { describeStep, shorten } from '../../model/heap/heap-path-words.ts';
import type { HeapCollection, HeapGrowth, HeapStep } from '../../model/heap/heap-report.ts';
import { formatBytes, formatNumber, formatShare } from '../../units/units.ts';
import { hangingLines, labelledLines } from '../layout.ts';
import type { AlikeCollections } from './heap-alike.ts';
import { alignRows, pathRows } from './heap-path-rows.ts';
import { adviseOn, describeAllocator, describeEntries, describeGroup, describeTitle } from './heap-words.ts';

export interface ThingLayout {
  /** Files are printed relative to it. */
  folder: string;
  heapBytes: number;
  paint: ChalkInstance;
  width: number;
}

export function renderGrowth(growth: HeapGrowth, rank: number, layout: ThingLayout): string[] {
  const { collection, entries, retainedBytes, holders } = growth;
  const { paint, width } = layout;
  const steps = entries.length - 1;
  const newEntries = entries.at(-1)! - entries[0]!;
  const bytes = growth.grownBytes;
  const each = steps > 1 ? `, ${formatBytes(bytes / steps)} a step` : '';
  const title = `${describeTitle(collection, holders)} grew by ${describeEntries(collection, newEntries)} (${signed(bytes)}${each})`;
  const series = (values: number[], format: (value: number) => string) => values.map(format).join(' -> ');
  return [
    ...hangingLines(`${rank}. `, title, width).map((line) => paint.yellow.bold(line)),
    ...labelledLines('Entries', [series(entries, formatNumber)], width),
    ...labelledLines('Retains', [series(retainedBytes, formatBytes)], width),
    ...renderRetainerPath(collection, layout, growth.grows),
    ...renderNewest(collection, layout),
    ...labelledLines(
      'Leak share',
      [
        `${formatBytes(growth.leakShareBytes)} of the leaked memory; removing it would free ${formatBytes(growth.exclusiveBytes)}`,
      ],
      width,
    ),
    ...labelledLines('Fix', [adviseOn(collection, true)], width).map((line) => paint.green(line)),
  ];
}

const signed = (bytes: number) => `${bytes < 0 ? '' : '+'}${formatBytes(bytes)}`;

export function renderBigThing(alike: AlikeCollections, rank: number, layout: ThingLayout): string[] {
  const { paint, width, heapBytes } = layout;
  const { collection, holders, entries, retainedBytes } = alike;
  const has = collection.kind === 'other' ? '' : `: ${describeEntries(collection, entries)}`;
  const keeps = `${formatBytes(retainedBytes)} (${formatShare(retainedBytes / heapBytes)} of the heap)`;
  const title = `${describeTitle(collection, holders)}${has}, ${holders > 1 ? 'retain' : 'retains'} ${keeps}`;
  return [
    ...hangingLines(`${rank}. `, title, width).map((line) => paint.bold(line)),
    ...renderRetainerPath(collection, layout, null),
    ...renderNewest(collection, layout),
    ...labelledLines('Fix', [adviseOn(collection, false)], width).map((line) => paint.green(line)),
  ];
}

function renderNewest(
  { newest, kind, allocators }: HeapCollection,
  { folder, width }: ThingLayout,
): string[] {
  const label = kind === 'listeners' || kind === 'timers' ? 'Functions' : 'Newest';
  return [
    ...labelledLines(
      label,
      newest.slice(0, 3).map((group) => describeGroup(group, folder)),
      width,
    ),
    ...labelledLines(
      'Created by',
      allocators.map((allocator) => describeAllocator(allocator, folder)),
      width,
    ),
  ];
}

/** One row a step: how it is reached, what is there, where that is written. Where it grows, the last row is marked. */
export function renderRetainerPath(
  { path, newest, kind, className }: HeapCollection,
  layout: ThingLayout,
  grows: HeapStep | null,
): string[] {
  const { folder, paint } = layout;
  const rows = pathRows(path, folder);
  const entryClass = grows?.className || newest[0]?.className || '';
  if (grows) rows.push([describeStep(grows), shorten(entryClass), '<== grows here']);
  else if (kind !== 'other' && className !== '') rows.push(['[x]', shorten(entryClass), '']);
  return alignRows(rows).map((row, index) => {
    const line = `${index === 0 ? '   Held by     ' : '               '}${row}`;
    return grows && index === rows.length - 1 ? paint.red(line) : line;
  });
}
