// The first screen of a heap report: what grew, or what is biggest.
import { describeOwner, describePlace } from '../../../model/heap/heap-path-words.ts';
import type { HeapCollection, HeapReport } from '../../../model/heap/heap-report.ts';
import { formatBytes, formatCount, formatNumber } from '../../../units/units.ts';
import { adviseOn, describeEntries, describeTitle, nearestPlace } from '../../heap/heap-words.ts';
import type { Cause, Figure, Headline } from './parts.ts';

export function heapHeadline(report: HeapReport): Headline {
  const { snapshots, growth, collections, verdict } = report;
  const grown = growth.find(({ isMinor }) => !isMinor) ?? growth[0];
  const biggest = collections.find(({ isEngineOwned }) => !isEngineOwned) ?? collections[0];
  const last = snapshots.at(-1);
  const about = `${formatCount(snapshots.length, 'snapshot')}, the last one with ${formatBytes(last?.shallowBytes ?? 0)} in ${formatCount(last?.nodes ?? 0, 'object')}`;
  const size: Figure = { value: formatBytes(last?.shallowBytes ?? 0), label: 'heap of the last snapshot' };
  if (verdict === 'growth' && grown)
    return {
      tone: 'critical',
      mark: 'growth',
      sentence: `${describeTitle(grown.collection, grown.holders)} grew at every step.`,
      about,
      figures: [
        { value: `+${formatBytes(grown.grownBytes)}`, label: 'from the first to the last snapshot' },
        {
          value: formatNumber(grown.entries.at(-1) ?? 0),
          label: `entries, from ${formatNumber(grown.entries[0] ?? 0)}`,
        },
        size,
      ],
      cause: causeIn(grown.collection, report.folder),
      advice: [adviseOn(grown.collection, true)],
    };
  return {
    tone: verdict === 'no-growth' ? 'good' : verdict === 'one-snapshot' ? 'notice' : 'unsure',
    mark: verdict.replaceAll('-', ' '),
    sentence: heapSentence(report),
    about,
    figures: [
      size,
      { value: formatBytes(biggest?.retainedBytes ?? 0), label: 'the biggest collection' },
      { value: formatBytes(report.duplicateBytes), label: 'in duplicated strings' },
    ],
    cause: biggest ? causeIn(biggest, report.folder) : null,
    advice: biggest ? [adviseOn(biggest, false)] : [],
  };
}

function heapSentence({ verdict, collections }: HeapReport): string {
  if (verdict === 'no-growth') return 'Nothing grew at every step.';
  if (verdict === 'heap-grew')
    return 'The heap grew at every step, and no collection explains it: objects of some classes increased.';
  if (verdict === 'different-programs') return 'The snapshots are of different programs.';
  const biggest = collections.find(({ isEngineOwned }) => !isEngineOwned);
  return biggest
    ? `${describeTitle(biggest, 1)} is the biggest collection; one snapshot cannot show whether it grows.`
    : 'No collection stands out; one snapshot cannot show whether anything grows.';
}

function causeIn(collection: HeapCollection, folder: string): Cause {
  const place = describePlace(nearestPlace(collection), folder);
  const cost = `${formatBytes(collection.retainedBytes)} in ${describeEntries(collection, collection.entries)}`;
  const owner = describeOwner(collection.path.owner).replaceAll('`', '');
  return { place: place === '' ? owner : `${place}, ${owner}`, source: null, cost };
}
