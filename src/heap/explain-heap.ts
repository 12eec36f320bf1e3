// Heap snapshots to a report: read one after the other, so that only one graph is whole in memory at a time.
import { findGrowth, leastBytes } from '../analysis/heap/growth.ts';
import { sharedFolder } from '../analysis/heap/names/script-files.ts';
import { describeDetached } from '../analysis/heap/page/detached-trees.ts';
import {
  biggestListeners,
  listenerGrowth,
  type PageSurvey,
  surveyPage,
} from '../analysis/heap/page/page-survey.ts';
import { createPathTrie } from '../analysis/heap/paths/path-trie.ts';
import { sharedProgram } from '../analysis/heap/same-program.ts';
import { summarizeHeap } from '../analysis/heap/summary.ts';
import { type Survey, surveyAlone, surveyPaths } from '../analysis/heap/survey.ts';
import { type ClassCounts, countClassNames, findClassGrowth } from '../analysis/heap/whole/class-growth.ts';
import { computeDominators, type DominatorTree } from '../model/heap/dominators.ts';
import type { HeapGraph } from '../model/heap/heap-graph.ts';
import {
  type HeapPlace,
  type HeapProgram,
  type HeapReport,
  type HeapSnapshotFacts,
  type HeapVerdict,
  placesIn,
} from '../model/heap/heap-report.ts';
import { ownerOf } from '../model/owner/owner.ts';
import { resolveHeapPlaces } from '../recording/heap/heap-places.ts';
import { readHeapSnapshot } from '../recording/heap/heap-snapshot.ts';
import { VERSION } from '../version.ts';
import { nextSnapshot } from './next-snapshot.ts';

export interface HeapOptions {
  /** Rows of each table. */
  top: number;
  showStrings: boolean;
  onProgress?: (step: string) => void;
}

/** Oldest first. Throws UsageError or RecordingError for a file that is no whole snapshot. */
export function explainHeap(files: readonly string[], options: HeapOptions): Promise<HeapReport> {
  return explainHeapGraphs(
    files.map((path) => ({ path, read: () => readHeapSnapshot(path) })),
    options,
  );
}

/** A snapshot that is read when its turn comes; only one graph is held at a time. */
export interface HeapSource {
  path: string;
  read: () => Promise<HeapGraph>;
}

export async function explainHeapGraphs(
  sources: readonly HeapSource[],
  options: HeapOptions,
): Promise<HeapReport> {
  const say = options.onProgress ?? (() => {});
  const trie = createPathTrie();
  const facts: HeapSnapshotFacts[] = [];
  let programs: Set<string>[] = [];
  const classes: ClassCounts[] = [];
  const pages: PageSurvey[] = [];
  for (const [index, { path, read }] of sources.entries()) {
    const isLast = index === sources.length - 1;
    const which = sources.length > 1 ? `snapshot ${index + 1} of ${sources.length}` : 'the snapshot';
    say(`reading ${which}`);
    const graph = await read();
    say(`computing what retains what in ${which}`);
    const dominators = computeDominators(graph);
    facts.push(describeSnapshot(path, graph, dominators));
    say(`finding paths in ${which}`);
    const survey = sources.length > 1 ? surveyPaths(trie, graph, dominators) : surveyAlone(graph, dominators);
    programs = [...programs, survey.files];
    const { view } = survey.paths;
    pages.push(surveyPage(view, dominators));
    if (sources.length > 1) classes.push(countClassNames(view, facts.at(-1)!.shallowBytes));
    if (isLast) {
      say('comparing');
      return finish({ facts, programs, trie, survey, dominators, classes, pages }, options);
    }
  }
  throw new RangeError('no snapshot was given');
}

interface LastState {
  facts: HeapSnapshotFacts[];
  programs: Set<string>[];
  trie: ReturnType<typeof createPathTrie>;
  survey: Survey;
  dominators: DominatorTree;
  /** Of each snapshot; empty when there is only one. */
  classes: ClassCounts[];
  pages: PageSurvey[];
}

function finish(state: LastState, options: HeapOptions): HeapReport {
  const { facts, programs, survey, dominators, pages } = state;
  const { paths } = survey;
  const isOneProgram = sharedProgram(programs);
  const growth = facts.length > 1 && isOneProgram ? allGrowth(state) : [];
  const classGrowth =
    facts.length > 1 && isOneProgram && growth.every(({ isMinor }) => isMinor)
      ? findClassGrowth(state.classes, paths).slice(0, options.top)
      : [];
  const listeners = biggestListeners(paths, pages.at(-1)!);
  const verdict = verdictOf(facts.length, isOneProgram, { growth, classGrowth });
  const report: HeapReport = {
    schemaVersion: 1,
    tool: { name: 'culprit', version: VERSION },
    verdict,
    program: paths.view.program,
    snapshots: facts,
    folder: survey.folder,
    growth: [
      ...growth.filter(({ isMinor }) => !isMinor).slice(0, options.top),
      ...growth.filter(({ isMinor }) => isMinor).slice(0, options.top),
    ],
    classGrowth,
    detached: describeDetached(
      isOneProgram ? pages.map(({ detached }) => detached) : [pages.at(-1)!.detached],
      paths,
    ).slice(0, options.top),
    ...summarizeHeap(paths, dominators, { ...options, listeners }),
    ...nextSnapshot({ verdict, snapshots: facts }),
    warnings: warningsFor(facts, state.trie.isFull, paths.view.program),
  };
  const places = placesIn(report);
  resolveHeapPlaces(places);
  // Sources may lie beside the folder that the compiler wrote to.
  report.folder = folderAround(report.folder, places);
  return report;
}

/** By path and, in a page, by what listens; the biggest first. */
function allGrowth({ facts, trie, survey, dominators, pages }: LastState): HeapReport['growth'] {
  const least = leastBytes(facts.map(({ shallowBytes }) => shallowBytes));
  return [...listenerGrowth(pages, survey.paths, least), ...findGrowth(trie, survey, dominators)].sort(
    (a, b) => Number(a.isMinor) - Number(b.isMinor) || b.leakShareBytes - a.leakShareBytes,
  );
}

function folderAround(folder: string, places: HeapPlace[]): string {
  const own = places.map(({ file }) => file).filter((file) => ownerOf(file) === 'app');
  const shared = sharedFolder([`${folder}.`, ...own]);
  // One stray file shall not make every path long.
  return shared.split('/').length > 2 ? shared : folder;
}

function describeSnapshot(path: string, graph: HeapGraph, dominators: DominatorTree): HeapSnapshotFacts {
  const { nodeCount: nodes, edgeCount: edges } = graph;
  return { path, nodes, edges, shallowBytes: dominators.retainedBytes(graph.root) };
}

function verdictOf(
  count: number,
  isOneProgram: boolean,
  { growth, classGrowth }: Pick<HeapReport, 'growth' | 'classGrowth'>,
): HeapVerdict {
  if (count === 1) return 'one-snapshot';
  if (!isOneProgram) return 'different-programs';
  if (growth.some(({ isMinor }) => !isMinor)) return 'growth';
  return classGrowth.length > 0 ? 'heap-grew' : 'no-growth';
}

function warningsFor(facts: HeapSnapshotFacts[], isFull: boolean, program: HeapProgram): string[] {
  const warnings: string[] = [];
  if (program === 'bun')
    warnings.push(
      'This is a snapshot of Bun, whose engine writes no references from a Map, a Set or an array to its entries. Entries cannot be counted, so only classes are compared.',
    );
  if (facts.length === 2)
    warnings.push(
      'Two snapshots cannot tell a leak from a warm-up (caches that fill once). Take a third under the same load: a leak grows at every step.',
    );
  if (isFull)
    warnings.push(
      'The heap has too many different paths to compare all of them, so some growth may be missing.',
    );
  return warnings;
}
