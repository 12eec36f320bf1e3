// `explain_heap`: what heap snapshots say, offline.
import * as v from 'valibot';
import { UsageError } from '../../errors.ts';
import { explainHeap } from '../../heap/explain-heap.ts';
import type { HeapCollection, HeapGrowth, HeapReport } from '../../model/heap/heap-report.ts';
import { alignRows, pathRows } from '../../report/heap/heap-path-rows.ts';
import { describeThing } from '../../report/heap/heap-words.ts';
import { formatBytes, formatCount } from '../../units/units.ts';
import { pathWord } from '../recording-word.ts';
import { READS_ONLY, type Tool } from '../tool.ts';

const entries = {
  snapshots: v.pipe(
    v.array(pathWord),
    v.minLength(1),
    v.maxLength(6),
    v.description('Paths of .heapsnapshot files of one process, the oldest first.'),
  ),
};

const TOP = 6;

const SAYS: Record<HeapReport['verdict'], string> = {
  'one-snapshot': 'One snapshot: what is there, not what grows.',
  growth: 'Something grows from each snapshot to the next.',
  'heap-grew':
    'The heap as a whole grows, but no single collection does. classGrowth lists the classes whose objects increase.',
  'no-growth': 'Nothing grows from each snapshot to the next.',
  'different-programs': 'The snapshots are not of one program.',
};

export const explainHeapTool: Tool<typeof entries> = {
  name: 'explain_heap',
  title: 'Explain heap snapshots',
  description:
    'Reads heap snapshots and names what grows from one to the next, who holds it, and what is biggest. Two or more of one process, under load; three tell a leak from a warm-up. Large files take a minute. Strings of the heap are not shown.',
  entries,
  annotations: READS_ONLY,
  async run({ snapshots }, { session }) {
    const paths = snapshots.map((path) => session.files.check(path));
    const wrong = paths.findIndex((path) => !/\.heapsnapshot(\.gz|\.zst)?$/.test(path));
    if (wrong >= 0)
      throw new UsageError(`${snapshots[wrong]} is not a heap snapshot.`, 'Give .heapsnapshot files.');
    const report = await explainHeap(paths, { top: TOP, showStrings: false });
    const { folder, growth, collections, classes } = report;
    return {
      summary: SAYS[report.verdict],
      body: {
        verdict: report.verdict,
        snapshots: report.snapshots.map(
          ({ nodes, shallowBytes }) => `${nodes} nodes, ${formatBytes(shallowBytes)}`,
        ),
        growth: growth.filter(({ isMinor }) => !isMinor).map((each) => describeGrowth(each, folder)),
        biggest: collections.map((each) => describeCollection(each, folder)),
        classes: classes.map(
          ({ className, count, retainedBytes }) => `${className}: ${count}, ${formatBytes(retainedBytes)}`,
        ),
      },
      notJudged: [
        ...report.warnings,
        'Memory outside of the JavaScript heap: buffers and native code are not in a snapshot.',
      ],
      nextMeasurement: report.nextMeasurement,
    };
  },
};

function describeGrowth({ collection, entries: counts, grownBytes, holders }: HeapGrowth, folder: string) {
  return {
    ...describeCollection(collection, folder),
    entriesInEach: counts.join(', '),
    grown: formatBytes(grownBytes),
    ...(holders > 1 && { holders: formatCount(holders, 'alike') }),
  };
}

function describeCollection(collection: HeapCollection, folder: string) {
  return {
    what: describeThing(collection),
    retained: formatBytes(collection.retainedBytes),
    heldBy: alignRows(pathRows(collection.path, folder)),
  };
}
