// What `culprit heap` says about snapshots. Its shape is a published contract: wire/report.
import type { HeapCollection, HeapPlace, HeapReport } from '../../wire/report/heap-report.ts';

export type {
  HeapClass,
  HeapCollection,
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
export type { HeapCollectionKind, HeapOwnerKind, HeapStepKind } from '../../wire/report/names.ts';

/** Every place in a report, to look them up. */
export function placesIn(report: HeapReport): HeapPlace[] {
  const collections = [...report.collections, ...report.growth.map(({ collection }) => collection)];
  return collections.flatMap(placesInCollection);
}

export function placesInCollection({ path, newest }: HeapCollection): HeapPlace[] {
  const places = [
    path.owner.place,
    ...path.steps.map(({ place }) => place),
    ...newest.map(({ place }) => place),
  ];
  return places.filter((place) => place !== null);
}
