// One heap in a few tables: what a single snapshot can say.
import type { DominatorTree } from '../../model/heap/dominators.ts';
import type { HeapCollection, HeapReport } from '../../model/heap/heap-report.ts';
import { countClasses } from './classes.ts';
import { findBiggestCollections } from './collections.ts';
import { findDuplicates } from './duplicates.ts';
import type { HeapPaths } from './paths/retainer-path.ts';

export interface SummaryOptions {
  /** Rows of each table. */
  top: number;
  /** Whether the texts of strings may be shown. */
  showStrings: boolean;
}

type Summary = Pick<HeapReport, 'collections' | 'classes' | 'engineBytes' | 'duplicates' | 'duplicateBytes'>;

export function summarizeHeap(paths: HeapPaths, dominators: DominatorTree, options: SummaryOptions): Summary {
  const collections: HeapCollection[] = findBiggestCollections(paths, dominators, options.top);
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

/** A name in brackets is ours for V8's things; V8 itself writes "system / Map" and "Node / Environment". */
function isEngineClass(name: string): boolean {
  return (name.startsWith('(') && name !== '(functions)') || / \/ /.test(name);
}
