// What `culprit heap` prints: the answer first, then the few things that matter with their paths, then tables.
import { Chalk, type ChalkInstance } from 'chalk';
import { shorten } from '../../model/heap/heap-path-words.ts';
import type { HeapProgram, HeapReport } from '../../model/heap/heap-report.ts';
import { formatBytes, formatCount, formatNumber } from '../../units/units.ts';
import { escapeAllStrings } from '../escape.ts';
import { hangingLines, labelledLines, wrapText } from '../layout.ts';
import { describeNext } from '../text/chain-text.ts';
import type { TextOptions } from '../text/text.ts';
import { joinAlike } from './heap-alike.ts';
import { renderHeapTables } from './heap-text-tables.ts';
import { renderBigThing, renderGrowth } from './heap-text-thing.ts';

/** Things explained at length; the tables have the rest. */
const MOST_EXPLAINED = 5;
const WHO_FILLS: Record<HeapProgram, string> = {
  node: 'A snapshot shows what retains an object, not the code that adds to it: `culprit diagnose` on the running process names the line that adds.',
  page: 'A snapshot shows what retains an object, not the code that adds to it: record "Allocations on timeline" in the Memory panel of DevTools, save it, and give that file to culprit.',
  bun: 'A snapshot shows what retains an object, not the code that adds to it.',
};
/** Of the heap: what keeps less is not worth a paragraph. */
const LEAST_SHARE = 0.01;

/** The whole report, ending in a newline. Strings from the snapshots are made inert first. */
export function renderHeapText(report: HeapReport, options: TextOptions): string {
  const safe = escapeAllStrings(report);
  const paint = new Chalk({ level: options.colors ? 1 : 0 });
  const width = Math.max(40, options.width);
  const blocks = [
    [...renderVerdict(safe, paint, width), ...renderDetached(safe, width)],
    ...renderThings(safe, paint, width).map((block) => (options.quiet ? block.slice(0, 1) : block)),
    ...(options.quiet || !isFillerUnknown(safe) ? [] : [wrapText(WHO_FILLS[safe.program], width)]),
    safe.warnings.flatMap((warning) => hangingLines('! ', warning, width).map((line) => paint.yellow(line))),
    ...(options.quiet ? [] : renderHeapTables(safe, paint, width)),
    options.quiet ? [] : labelledLines('Not known', describeNext(safe.nextMeasurement), width),
  ];
  const filled = blocks.filter((block) => block.length > 0);
  return `${filled.map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** An allocation timeline says it. */
function isFillerUnknown({ verdict, growth }: HeapReport): boolean {
  return verdict === 'growth' && growth.every(({ collection }) => collection.allocators.length === 0);
}

function renderVerdict(report: HeapReport, paint: ChalkInstance, width: number): string[] {
  const [headline, ...rest] = verdictTexts(report);
  const color =
    report.verdict === 'growth' || report.verdict === 'heap-grew'
      ? paint.yellow
      : report.verdict === 'no-growth'
        ? paint.green
        : paint;
  return [
    ...wrapText(headline!, width).map((line) => color.bold(line)),
    ...rest.flatMap((text) => wrapText(text, width)),
  ];
}

/** Trees that nobody sees are the leak of a page, more often than not. */
function renderDetached({ detached }: HeapReport, width: number): string[] {
  if (detached.length === 0) return [];
  const trees = detached.reduce((sum, each) => sum + each.trees.at(-1)!, 0);
  const before = detached.reduce((sum, each) => sum + each.trees[0]!, 0);
  const change =
    detached[0]!.trees.length > 1 && before !== trees ? `, ${formatNumber(before)} at first` : '';
  const bytes = detached.reduce((sum, each) => sum + each.retainedBytes, 0);
  const names = detached.slice(0, 3).map(({ name }) => shorten(name));
  return wrapText(
    `${formatCount(trees, 'detached tree')} of the DOM (${names.join(', ')}${detached.length > 3 ? ', ...' : ''}) ${trees === 1 ? 'is' : 'are'} still in memory${change}. Retained size: ${formatBytes(bytes)}.`,
    width,
  );
}

function verdictTexts(report: HeapReport): string[] {
  const last = report.snapshots.at(-1)!;
  const count = report.snapshots.length;
  const sizes = report.snapshots.map(({ shallowBytes }) => formatBytes(shallowBytes)).join(' -> ');
  switch (report.verdict) {
    case 'one-snapshot':
      return [
        `THE HEAP: ${formatBytes(last.shallowBytes)} in ${formatNumber(last.nodes)} objects. ${bigThings(report)}`,
        `One snapshot shows what is big, not what grows. ${TAKE_THREE[report.program]}`,
      ];
    case 'growth': {
      const things = report.growth.filter(({ isMinor }) => !isMinor).length;
      return [
        `${formatNumber(things)} ${things === 1 ? 'THING GREW' : 'THINGS GREW'} from each snapshot to the next (heap: ${sizes})`,
      ];
    }
    case 'heap-grew':
      return [
        `THE HEAP GREW at every step of ${count} snapshots (heap: ${sizes})`,
        'No collection had more entries at every step, so none explains the growth. The number of objects of the classes below increased.',
      ];
    case 'no-growth':
      return [
        `NOTHING GREW at every step of ${count} snapshots (heap: ${sizes})`,
        `${report.growth.length > 0 ? 'Nothing significant' : 'Nothing'} had more entries in each snapshot than in the one before. Growth that stopped, or that rose and fell again, is not a leak.`,
      ];
    case 'different-programs':
      return [
        'NOT COMPARED: these are snapshots of different programs',
        'The snapshots share almost no source files, so every difference would look like growth. Give snapshots of one program, oldest first. The last snapshot is shown alone below.',
      ];
  }
}

const TAKE_UNDER_LOAD = 'To find a leak, take three snapshots under load, minutes apart, and pass all three.';
const TAKE_THREE: Record<HeapProgram, string> = {
  node: TAKE_UNDER_LOAD,
  page: 'To find a leak, take three snapshots. Between them, do the suspected action and undo it (open and close, go and come back). Pass all three.',
  bun: TAKE_UNDER_LOAD,
};

function bigThings({ collections, snapshots }: HeapReport): string {
  const all = snapshots.at(-1)!.shallowBytes;
  const big = joinAlike(collections).filter(({ retainedBytes }) => retainedBytes >= 0.05 * all).length;
  return big === 0
    ? 'No single thing keeps much of it.'
    : `${formatCount(big, 'thing')} of your program ${big === 1 ? 'keeps' : 'keep'} 5% of it or more.`;
}

function renderThings(report: HeapReport, paint: ChalkInstance, width: number): string[][] {
  const layout = { folder: report.folder, heapBytes: report.snapshots.at(-1)!.shallowBytes, paint, width };
  const growing = report.growth.filter(({ isMinor }) => !isMinor).slice(0, MOST_EXPLAINED);
  if (report.snapshots.length > 1 && report.verdict !== 'different-programs')
    return [...growing.map((growth, index) => renderGrowth(growth, index + 1, layout))];
  return joinAlike(report.collections)
    .filter(({ retainedBytes }) => retainedBytes >= LEAST_SHARE * layout.heapBytes)
    .slice(0, MOST_EXPLAINED)
    .map((alike, index) => renderBigThing(alike, index + 1, layout));
}
