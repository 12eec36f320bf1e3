// The tables of a heap report: collections, classes, duplicated strings, and small growth.
import type { ChalkInstance } from 'chalk';
import { describeOwner, describePath, describePlace, shorten } from '../../model/heap/heap-path-words.ts';
import type {
  HeapCollection,
  HeapDuplicate,
  HeapGrowth,
  HeapProgram,
  HeapReport,
} from '../../model/heap/heap-report.ts';
import { formatBytes, formatNumber } from '../../units/units.ts';
import { hangingLines, wrapText } from '../layout.ts';
import { describeEntries, describeHolders, describeThing, nearestPlace } from './heap-words.ts';

export function renderHeapTables(report: HeapReport, paint: ChalkInstance, width: number): string[][] {
  return [
    classGrowth(report, paint, width),
    detachedTrees(report, paint, width),
    allGrowth(report, paint),
    smallGrowth(report, paint),
    collections(report, paint),
    classes(report, paint, width),
    duplicates(report, paint, width),
  ];
}

/** Columns as wide as they need to be; all but the last `left` ones are set to the right. */
function table(rows: string[][], left: number): string[] {
  const columns = rows[0]!.length;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]!.length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column >= columns - left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}

function classGrowth(
  { classGrowth: rows, folder }: HeapReport,
  paint: ChalkInstance,
  width: number,
): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(({ className, counts, shallowBytes }) => [
    `  ${counts.map(formatNumber).join(' -> ')}`,
    shallowBytes.map(formatBytes).join(' -> '),
    shorten(className),
  ]);
  const held = rows.flatMap(({ className, path }) =>
    path === null ? [] : hangingLines(`  ${shorten(className)}: `, describePath(path, folder), width),
  );
  return [
    paint.bold('Classes with more objects at every step'),
    ...table([['  objects', 'bytes', 'class'], ...cells], 1),
    ...(held.length === 0 ? [] : ['  The biggest of each is held by:', ...held]),
  ];
}

function detachedTrees({ detached, folder }: HeapReport, paint: ChalkInstance, width: number): string[] {
  if (detached.length === 0) return [];
  const cells = detached.map(({ name, trees, nodes, retainedBytes }) => [
    `  ${trees.map(formatNumber).join(' -> ')}`,
    formatNumber(nodes),
    formatBytes(retainedBytes),
    `detached ${shorten(name)}`,
  ]);
  const held = detached.flatMap(({ name, path }) =>
    path === null ? [] : hangingLines(`  ${shorten(name)}: `, describePath(path, folder), width),
  );
  return [
    paint.bold('Detached DOM trees: in no document, but still retained'),
    ...table([['  trees', 'nodes', 'keep', 'topmost node'], ...cells], 1),
    ...(held.length === 0 ? [] : ['  The biggest of each is held by:', ...held]),
  ];
}

function allGrowth(report: HeapReport, paint: ChalkInstance): string[] {
  const big = report.growth.filter(({ isMinor }) => !isMinor);
  return big.length === 0 ? [] : [paint.bold('All that grew at every step'), ...growthTable(report, big)];
}

const MOST_SMALL = 8;

function smallGrowth(report: HeapReport, paint: ChalkInstance): string[] {
  const small = report.growth.filter(({ isMinor }) => isMinor).slice(0, MOST_SMALL);
  return small.length === 0
    ? []
    : [paint.bold('Also grew, but too little to matter yet'), ...growthTable(report, small)];
}

function growthTable({ folder }: HeapReport, growth: HeapGrowth[]): string[] {
  const rows = growth.map(({ entries, grownBytes, leakShareBytes, collection, holders }) => [
    `  ${entries.map(formatNumber).join(' -> ')}`,
    formatBytes(grownBytes),
    formatBytes(leakShareBytes),
    describeHolders(collection, holders),
    holderOf(collection, folder),
  ]);
  return table([['  entries', 'grew by', 'leak share', 'what', 'where'], ...rows], 2);
}

function holderOf(collection: HeapCollection, folder: string): string {
  const place = nearestPlace(collection);
  return place ? describePlace(place, folder) : describeOwner(collection.path.owner);
}

function collections(report: HeapReport, paint: ChalkInstance): string[] {
  if (report.collections.length === 0) return [];
  const rows = report.collections.map((collection) => {
    return [
      `  ${formatBytes(collection.retainedBytes)}`,
      collection.kind === 'other' ? '' : describeEntries(collection, collection.entries),
      describeThing(collection),
      holderOf(collection, report.folder),
    ];
  });
  const header = ['  keeps', 'entries', 'what', 'where'];
  return [paint.bold('Biggest collections (by retained size)'), ...table([header, ...rows], 2)];
}

const ENGINES: Record<HeapProgram, string> = {
  node: "V8's and Node's",
  page: "V8's and the browser's",
  bun: "The engine's",
};

function classes(report: HeapReport, paint: ChalkInstance, width: number): string[] {
  const rows = report.classes.map((row) => [
    `  ${formatNumber(row.count)}`,
    formatBytes(row.shallowBytes),
    formatBytes(row.retainedBytes),
    shorten(row.className),
  ]);
  const note = `  ${ENGINES[report.program]} own code, scopes and tables take ${formatBytes(report.engineBytes)} of the heap.`;
  return [
    paint.bold('Classes (shallow: the objects alone; retained: with all that only they hold)'),
    ...table([['  count', 'shallow', 'retained', 'class'], ...rows], 1),
    ...wrapText(note, width),
  ];
}

/** Of the heap: copies of less are nobody's worry. */
const LEAST_WASTE = 0.0005;

function duplicates(report: HeapReport, paint: ChalkInstance, width: number): string[] {
  const least = LEAST_WASTE * report.snapshots.at(-1)!.shallowBytes;
  const worthwhile = report.duplicates.filter(({ wastedBytes }) => wastedBytes >= least);
  if (worthwhile.length === 0) return [];
  const isShown = worthwhile.some(({ text }) => text !== null);
  const rows = worthwhile.map((duplicate) => [
    `  ${formatNumber(duplicate.count)}`,
    formatBytes(duplicate.wastedBytes),
    formatNumber(duplicate.length),
    textOf(duplicate),
  ]);
  const title = `Duplicate strings (${formatBytes(report.duplicateBytes)} for copies)`;
  const header = ['  copies', 'wasted', 'length', isShown ? 'text' : 'form (a: letters, 0: digits) and hash'];
  const note = 'Their texts may be secret and are not shown; --show-strings shows them.';
  return [
    paint.bold(title),
    ...table([header, ...rows], 1),
    ...(isShown ? [] : wrapText(`  ${note}`, width)),
  ];
}

function textOf({ text, form, hash }: HeapDuplicate): string {
  return text === null ? `${form}  #${hash}` : `"${text}"`;
}
