// What `culprit heap` says about snapshots. Its shape is a published contract: wire/report.
import type { HeapCollection, HeapPlace, HeapReport, RetainerPath } from '../../wire/report/heap-report.ts';

export type {
  HeapAllocator,
  HeapClass,
  HeapClassGrowth,
  HeapCollection,
  HeapDetached,
  HeapDuplicate,
  HeapEntryGroup,
  HeapGrowth,
  HeapOwner,
  HeapPlace,
  HeapReport,
  HeapSnapshotFacts,
  HeapStep,
  HeapVerdict,
  RetainerPath,
} from '../../wire/report/heap-report.ts';
export type {
  HeapCollectionKind,
  HeapOwnerKind,
  HeapProgram,
  HeapStepKind,
} from '../../wire/report/names.ts';

/** Every place in a report, to look them up. */
export function placesIn(report: HeapReport): HeapPlace[] {
  const collections = [...report.collections, ...report.growth.map(({ collection }) => collection)];
  const paths = [...report.classGrowth, ...report.detached].flatMap(({ path }) => path ?? []);
  return [...collections.flatMap(placesInCollection), ...paths.flatMap(placesInPath)];
}

export function placesInCollection({ path, newest, allocators }: HeapCollection): HeapPlace[] {
  return [...placesInPath(path), ...[...newest, ...allocators].flatMap(({ place }) => place ?? [])];
}

function placesInPath({ owner, steps }: RetainerPath): HeapPlace[] {
  return [owner.place, ...steps.map(({ place }) => place)].filter((place) => place !== null);
}
