// One heap in a few tables: what a single snapshot can show.
import type { DominatorTree } from '../../model/heap/dominators.ts';
import type { HeapCollection, HeapReport } from '../../model/heap/heap-report.ts';
import { countClasses } from './classes.ts';
import { findBiggestCollections } from './collections.ts';
import { findDuplicates } from './duplicates.ts';
import { isEngineClass } from './names/node-names.ts';
import type { HeapPaths } from './paths/retainer-path.ts';
import { findBigHolders } from './whole/big-holders.ts';

export interface SummaryOptions {
  /** Rows of each table. */
  top: number;
  /** Whether the texts of strings may be shown. */
  showStrings: boolean;
  /** Of a page. */
  listeners?: HeapCollection[];
}

type Summary = Pick<HeapReport, 'collections' | 'classes' | 'engineBytes' | 'duplicates' | 'duplicateBytes'>;

/** Of the heap: where no collection keeps as much, whatever else is big is asked. */
const BIG_SHARE = 0.05;

function findBiggest(
  paths: HeapPaths,
  dominators: DominatorTree,
  { top, listeners = [] }: SummaryOptions,
): HeapCollection[] {
  const most = listeners[0]?.retainedBytes ?? 0;
  const collections = [
    ...listeners,
    // What a listener holds is told with the listeners, unless it is most of it.
    ...findBiggestCollections(paths, dominators, top).filter(
      ({ path, retainedBytes }) =>
        most === 0 || retainedBytes > most / 2 || path.steps.every(({ kind }) => kind !== 'listener'),
    ),
  ]
    .sort((a, b) => b.retainedBytes - a.retainedBytes)
    .slice(0, top);
  const least = BIG_SHARE * dominators.retainedBytes(paths.view.graph.root);
  if (collections.some((each) => !each.isEngineOwned && each.retainedBytes >= least)) return collections;
  const known = new Set(collections.map(({ objectId }) => objectId));
  const others = findBigHolders(paths, dominators, top).filter(({ objectId }) => !known.has(objectId));
  return [...collections, ...others].sort((a, b) => b.retainedBytes - a.retainedBytes).slice(0, top);
}

export function summarizeHeap(paths: HeapPaths, dominators: DominatorTree, options: SummaryOptions): Summary {
  const collections = findBiggest(paths, dominators, options);
  const all = countClasses(paths.view, dominators);
  const classes = all.filter(({ className }) => !isEngineClass(className));
  const engineBytes = all
    .filter(({ className }) => isEngineClass(className) && className !== '(buffer memory)')
    .reduce((sum, { shallowBytes }) => sum + shallowBytes, 0);
  const duplicates = findDuplicates(paths.view, options.top, options.showStrings);
  return {
    collections,
    classes: classes.slice(0, options.top),
    engineBytes,
    duplicates: duplicates.top,
    duplicateBytes: duplicates.wastedBytes,
  };
}
