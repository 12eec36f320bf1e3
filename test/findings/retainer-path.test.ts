// Who holds what a finding blames: by the identity of the collection where one is known, by growth where none is.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { HeapCollection, RetainerPath } from '../../src/model/heap/heap-report.ts';
import type { RecordedHeap } from '../../src/model/heap/recorded-heap.ts';
import {
  buildObservations,
  change,
  closures,
  collection,
  type Habit,
  heapFloor,
  KB,
} from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const PLACE = 'emit@node:events:500 > handle@/app/src/orders.js:42';

const pathFrom = (name: string): RetainerPath => ({
  owner: { kind: 'module-variable', name, className: 'Map', place: null },
  steps: [],
});

function heldBy(name: string): HeapCollection {
  return {
    objectId: 77,
    kind: 'map',
    className: 'Map',
    entries: 100,
    entriesAreMinimum: false,
    shallowBytes: 32,
    retainedBytes: 4_000,
    path: pathFrom(name),
    newest: [],
    allocators: [],
    isEngineOwned: false,
  };
}

const grownIn = (thread: number, name: string): RecordedHeap['growth'][number] => ({
  thread,
  growth: {
    key: name,
    collection: heldBy(name),
    grows: { kind: 'entry', name: '', className: 'Order', place: null, repeats: 1, isSuspect: true },
    holders: 1,
    entries: [10, 100],
    retainedBytes: [400, 4_000],
    leakShareBytes: 4_000,
    grownBytes: 3_600,
    exclusiveBytes: 4_000,
    isMinor: false,
  },
});

const snapshotsSay = (heap: Partial<RecordedHeap>): Habit =>
  change((observations) => {
    observations.heap = { holders: [], growth: [], ...heap };
  });
const pathOf = (...habits: Habit[]) =>
  judge(gatherFacts(buildObservations(heapFloor(linear(200 * KB), PLACE), ...habits))).findings[0]!
    .retainerPath;

describe('a leak into a collection', () => {
  const filled = collection(linear(900), `${PLACE} > set`, { holderName: 'byUser', id: 7 });

  test('is held as the snapshot has that very collection', () => {
    const holders = [
      { thread: 0, collection: 6, held: heldBy('other') },
      { thread: 0, collection: 7, held: heldBy('store') },
    ];
    expect(pathOf(filled, snapshotsSay({ holders, growth: [grownIn(0, 'bigger')] }))).toEqual(
      pathFrom('store'),
    );
  });

  test('of another thread with the same number is another', () => {
    const holders = [{ thread: 3, collection: 7, held: heldBy('of-a-worker') }];
    expect(pathOf(filled, snapshotsSay({ holders }))).toBeUndefined();
  });

  test('that the snapshot does not have is held by nobody: what grew besides is not blamed', () => {
    expect(pathOf(filled, snapshotsSay({ growth: [grownIn(0, 'bigger')] }))).toBeUndefined();
  });

  test('has no path without a snapshot', () => {
    expect(pathOf(filled)).toBeUndefined();
  });
});

describe('a leak into no collection that was seen', () => {
  const findingOf = (...habits: Habit[]) =>
    judge(gatherFacts(buildObservations(heapFloor(linear(200 * KB), PLACE), ...habits))).findings[0]!;

  test('tells the collection that grew from snapshot to snapshot, and how to bound it', () => {
    const { title, evidence, advice } = findingOf(snapshotsSay({ growth: [grownIn(0, 'byUser')] }));
    expect(title).toBe(
      'The heap grows by 200 KB/s; Map `byUser` retains the objects, which are allocated in src/orders.js:42, handle',
    );
    expect(evidence.at(-1)).toEqual({
      source: 'heap-snapshot',
      statement: 'Map `byUser`: 10 entries in the first heap snapshot, 100 in the last',
    });
    expect(advice).toEqual([
      'Bound it (an LRU with a maximum), or delete entries once they are no longer needed.',
    ]);
  });

  test('is not called healthy where the heap itself proves nothing', () => {
    const still = judge(gatherFacts(buildObservations(snapshotsSay({ growth: [grownIn(0, 'byUser')] }))));
    expect(still.verdict).toBe('too-little-data');
    expect(still.verdictReason).toMatch(
      /^Map `byUser` grew from 10 to 100 entries between the first heap snapshot and the last, but /,
    );
  });

  test('does not tell what grew a little, or in Node itself', () => {
    const minor = grownIn(0, 'seldom');
    minor.growth.isMinor = true;
    const ofNode = grownIn(0, 'timers');
    ofNode.growth.collection.isEngineOwned = true;
    for (const growth of [[minor], [ofNode]]) {
      const { title, evidence } = findingOf(snapshotsSay({ growth }));
      expect(title).toBe(
        'The heap grows by 200 KB/s; the retained objects are allocated in src/orders.js:42, handle',
      );
      expect(evidence.map(({ source }) => source)).not.toContain('heap-snapshot');
    }
  });

  test('is held by what grew most from snapshot to snapshot in its thread', () => {
    const growth = [grownIn(2, 'of-a-worker'), grownIn(0, 'first'), grownIn(0, 'second')];
    expect(pathOf(snapshotsSay({ growth }))).toEqual(pathFrom('first'));
  });

  test('of closures, too', () => {
    const path = pathOf(closures(PLACE, 100, 9_000), snapshotsSay({ growth: [grownIn(0, 'listeners')] }));
    expect(path).toEqual(pathFrom('listeners'));
  });

  test('has no path where nothing grew', () => {
    expect(pathOf(snapshotsSay({}))).toBeUndefined();
  });
});
