// Lists of small parts of large buffers, with and without a maximum.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { CollectionGrowth } from '../../src/model/memory/collection.ts';
import { buildLook, collection, external, type Habit, KB, MB } from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const PLACE = 'takePhoto@/app/src/photos.js:12 > remember@/app/src/recent.js:5 > push';
const PART = { bytes: 192, texts: 1, view: { bytes: 32, ofBytes: 220 * KB } };
const list = (more: Partial<CollectionGrowth>): Habit =>
  collection(linear(6), PLACE, {
    type: 'Array',
    className: 'Array',
    newestEntry: '{name, size, head}',
    holderName: 'recent',
    ...more,
  });
const bound = (limit: number) => ({
  bound: { name: 'recent.length > 5000', limit, held: 174, isNearby: false },
});
const judged = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits)));
const grown = external(linear(1.3 * MB));

describe('a list of small parts of large buffers', () => {
  test('is told although it has a maximum, with what it will keep then, and how to keep less', () => {
    const [finding, ...others] = judged(grown, list({ entry: PART, ...bound(5_000) })).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'external-memory-leak',
      title:
        'Buffers outside the heap grow by 1.3 MB/s: Array `recent` keeps 6/s more of them (src/recent.js:5, remember)',
      advice: [expect.stringMatching(/^Copy the few bytes that are kept/)],
    });
    expect(finding!.impact).not.toHaveProperty('exhaustionSeconds');
    expect(finding!.evidence.map(({ statement }) => statement)).toContainEqual(
      expect.stringMatching(
        /^an entry that culprit inspected holds 32 bytes of a buffer, and memory rises by about 2\d\d KB for each entry; when full, it would keep 1\.\d GB$/,
      ),
    );
  });

  test('is the filling of a cache where it will keep little', () => {
    expect(judged(grown, list({ entry: PART, ...bound(400) })).findings).toEqual([]);
  });

  test('is the filling of a cache where its entries are whole buffers', () => {
    expect(judged(grown, list({ entry: { bytes: 192, texts: 1 }, ...bound(5_000) })).findings).toEqual([]);
  });

  test('is not said of parts of one buffer that many share', () => {
    const shared = { ...PART, view: { bytes: 32, ofBytes: 8 * KB } };
    const [finding] = judged(grown, list({ entry: shared })).findings;
    expect(finding!.advice).toEqual([expect.stringMatching(/^Bound what keeps the buffers/)]);
  });
});
