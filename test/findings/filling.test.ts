// Caches that fill up to a maximum are no leak; a rise that nothing explains in a young process is neither a leak nor health.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { CollectionGrowth } from '../../src/model/memory/collection.ts';
import {
  asyncSite,
  buildLook,
  change,
  collection,
  external,
  type Habit,
  heapFloor,
  KB,
  MB,
} from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const judged = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits)));
const PLACE = 'set@/app/src/cache.js:12';

/** 80 entries a second; `bound` is what the last read says. */
const cache = (bound: CollectionGrowth['bound'], newestEntry = '{id, user}') =>
  collection((seconds) => 1_000 + 80 * seconds, PLACE, {
    ...(bound && { bound }),
    newestEntry,
    holder: { kind: 'property', name: 'keyMap', of: 'LRUCache' },
  });
const rising = heapFloor(linear(800 * KB), PLACE);

describe('a cache that fills', () => {
  test('is no leak, and it is said how full it is', () => {
    const { verdict, verdictReason } = judged(rising, cache({ name: 'maxSize', limit: 4e6, held: 3e6 }));
    expect(verdict).toBe('healthy');
    expect(verdictReason).toContain(
      'Still filling towards a maximum: Map `LRUCache.keyMap`, 75% full, full in about 14 s (`maxSize`).',
    );
    expect(verdictReason).not.toMatch(/A little did/);
  });

  test('is not said to be filling once it is full', () => {
    const { verdict, verdictReason } = judged(rising, cache({ name: 'maxSize', limit: 4e6, held: 4e6 }));
    expect(verdict).toBe('healthy');
    expect(verdictReason).not.toMatch(/Still filling|full in about/);
  });

  test('is one where its maximum needs more memory than there is', () => {
    const { findings } = judged(rising, cache({ name: 'max', limit: 4e9, held: 3_320 }));
    expect(findings.map(({ kind }) => kind)).toEqual(['heap-leak']);
    expect(findings[0]!.innocentExplanation).toMatch(
      /^It has a maximum, but the memory would run out before it is reached: 0(\.0+\d*)?% full, full in about .* \(`max`\)\.$/,
    );
  });

  test('is one where only a variable beside it may be its maximum, which is said', () => {
    const bound = { name: 'MAX_USERS', limit: 6_640, held: 3_320, isNearby: true };
    const { findings } = judged(rising, cache(bound));
    expect(findings[0]!.innocentExplanation).toBe(
      '`MAX_USERS` beside it may be its maximum: 50% full, full in about 42 s (`MAX_USERS`).',
    );
  });

  test('does not hide a leak beside it', () => {
    const leak = collection((seconds) => 5 * seconds, 'remember@/app/src/session.js:3');
    const { findings } = judged(rising, cache({ name: 'max', limit: 6_640, held: 3_320 }), leak);
    expect(findings.map(({ subject }) => subject.file)).toEqual(['src/session.js']);
  });

  test('with buffers is no leak outside the heap', () => {
    const full = cache({ name: 'max', limit: 4_000, held: 3_320 }, 'Buffer');
    expect(judged(external(linear(MB)), full).findings).toEqual([]);
  });
});

describe('a list whose code keeps it at a maximum', () => {
  const history = (holderName: string | null = 'history') =>
    collection((seconds) => 100 + 6 * seconds, 'post@/app/src/chat.js:21', {
      type: 'Array',
      className: 'Array',
      holderName,
      holder: { kind: 'variable', name: 'history', of: 'post' },
    });
  const code = (...lines: [line: number, text: string][]) =>
    change(({ sourceLines }) => {
      for (const [line, text] of lines) sourceLines.set(`src/chat.js:${line}`, text);
    });
  const slow = heapFloor(linear(60 * KB), 'post@/app/src/chat.js:21');

  test.each<[string, Habit]>([
    ['with shift', code([22, 'if (history.length > 500) history.shift();'])],
    [
      'with splice, on two lines',
      code([19, 'if (history.length >= 5_00) {'], [20, '  history.splice(0, 100);']),
    ],
    ['with slice', code([23, 'if (history.length > 500) history = history.slice(-400);'])],
  ])('is no leak, %s', (_, lines) => {
    const { verdict, verdictReason } = judged(slow, history(), lines);
    expect(verdict).toBe('healthy');
    expect(verdictReason).toMatch(
      /Still filling towards a maximum: Array `history`, 5\d% full, full in about [34]\d s \(`history\.length >=? 5_?00`\)\./,
    );
  });

  test.each<[string, Habit]>([
    ['is only compared', code([22, 'if (history.length > 500) warn();'])],
    [
      'has nothing taken out unless it is larger than something that is no number',
      code([22, 'if (history.length > most) history.shift();']),
    ],
    ['is another one', code([22, 'if (oldHistory.length > 500) oldHistory.shift();'])],
    ['is of another object', code([22, 'if (room.history.length > 500) room.history.shift();'])],
    ['has its maximum far away', code([60, 'if (history.length > 500) history.shift();'])],
    ['has long passed it', code([22, 'if (history.length > 50) history.shift();'])],
  ])('is one where it %s', (_, lines) => {
    expect(judged(slow, history(), lines).findings.map(({ kind }) => kind)).toEqual(['heap-leak']);
  });
});

describe('a rise of which nothing is known', () => {
  const aged = (uptimeSeconds: number) =>
    judged(
      heapFloor(linear(800 * KB)),
      change(({ target }) => {
        target.uptimeSeconds = uptimeSeconds;
      }),
    );

  test('is neither a leak nor health in a process that has just started', () => {
    const { verdict, verdictReason, findings } = aged(11);
    expect([verdict, findings]).toEqual(['too-little-data', []]);
    expect(verdictReason).toMatch(
      /^The heap after garbage collection rose by 800 KB\/s, from .* to .*, but culprit did not find what retains it\. At this rate the heap reaches its limit in about 20 min\. The process had run for only 11 s, and a cache that is still filling looks the same as a leak\.$/,
    );
  });

  test('is a finding in one that has run for long', () => {
    expect(aged(3_600).findings.map(({ kind }) => kind)).toEqual(['heap-leak']);
  });
});

/** What V8 keeps of a context for each promise until it is collected, in steps, as in a server that was seen. */
const SAWTOOTH = [
  1467, 1338, 1618, 1948, 1517, 1802, 2112, 1698, 1988, 2283, 2582, 2166, 2466, 2765, 2352, 2633, 2938, 2531,
  2368,
];

test('a collection that is emptied in part grows by its low points, also where the last steps are short', () => {
  const sizes = SAWTOOTH.map((entries, i) => ({ atMillis: 11_000 + i * 1_000, entries }));
  const { findings } = judged(
    rising,
    collection(() => 0, PLACE, { sizes }),
  );
  expect(findings.map(({ title }) => title)).toEqual([
    expect.stringMatching(
      /^A Map grows by \d+(\.\d)? entries\/s, although entries are removed at times \(src\/cache\.js:12, set\)$/,
    ),
  ]);
});

test('a collection whose entries expire and are swept does not grow for one higher low point', () => {
  const swept = [
    244, 254, 284, 314, 344, 374, 253, 283, 313, 344, 373, 253, 283, 313, 343, 373, 253, 283, 313, 343, 373,
    254, 284, 314,
  ];
  const sizes = swept.map((entries, i) => ({ atMillis: 7_000 + i * 1_000, entries }));
  const { findings } = judged(
    heapFloor(linear(20 * KB)),
    collection(() => 0, PLACE, { sizes }),
  );
  expect(findings).toEqual([]);
});

test('promises that Node.js allocates are those of the package that makes most of them', () => {
  const TURN = 'processTicksAndRejections@node:internal/process/task_queues:95 > runMicrotasks';
  const made = (perSecond: number, file: string, aliveShare: number) =>
    asyncSite('PROMISE', `read@/app/src/feed.js:9 > next@/app/node_modules/stream-filter/${file} > then`, {
      perSecond,
      aliveShare,
    });
  const { findings } = judged(
    heapFloor(linear(800 * KB), TURN),
    made(900, 'index.js:4', 0),
    made(300, 'next.js:7', 0.5),
    asyncSite('PROMISE', 'other@/app/node_modules/other/index.js:1 > then', {
      perSecond: 400,
      aliveShare: 0,
    }),
  );
  expect(findings.map(({ kind, subject }) => [kind, subject.file, subject.line])).toEqual([
    ['heap-leak', 'src/feed.js', 9],
  ]);
  expect(findings[0]!.title).toMatch(
    /; most promises are created in src\/feed\.js:9, read, through .*next\.js:7, next\)$/,
  );
});

describe('a reservoir of samples that a timer fills, one a second', () => {
  const reservoir = collection((seconds) => 20 + 1.009 * seconds, 'update@/app/node_modules/eds/index.js:8', {
    type: 'Array',
    newestEntry: '{priority, value}',
  });

  test('is no leak by itself', () => {
    expect(judged(reservoir).findings).toEqual([]);
  });

  test('is not blamed for what other code allocates', () => {
    const { findings } = judged(heapFloor(linear(353 * KB), 'remember@/app/src/session.js:3'), reservoir);
    expect(findings.map(({ subject }) => subject.file)).toEqual(['src/session.js']);
  });
});

describe('a collection that took entries at every read until', () => {
  /** Entries at reads a second apart. */
  const counted = (
    entries: readonly number[],
    at: readonly number[] = entries.map((_, i) => 21_000 + 1_000 * i),
  ) =>
    collection(() => 0, PLACE, { sizes: entries.map((value, i) => ({ atMillis: at[i]!, entries: value })) });
  const told = (habit: Habit) => judged(habit).findings.map(({ kind }) => kind);

  test('the last one, when it took none for a second, is complete', () => {
    expect(told(counted([216, 223, 229, 236, 243, 249, 256, 260, 260]))).toEqual([]);
  });

  test('the end grows', () => {
    expect(told(counted([216, 223, 229, 236, 243, 249, 256, 260, 267]))).toEqual(['heap-leak']);
  });

  test('a moment ago grows: the program may have been held up', () => {
    const at = [21, 22, 23, 24, 25, 26, 27, 28, 29, 29.3].map((seconds) => seconds * 1_000);
    expect(told(counted([216, 236, 256, 276, 296, 316, 336, 356, 376, 376], at))).toEqual(['heap-leak']);
  });

  test('the last one, but in bursts, grows', () => {
    expect(told(counted([200, 200, 214, 214, 228, 228, 242, 242, 256, 256, 270, 270]))).toEqual([
      'heap-leak',
    ]);
  });
});
