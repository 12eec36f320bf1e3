// One advice on heap limits, whichever command gives it: never more than there is room for.
import { describe, expect, test } from 'vitest';
import { heapLimit } from '../../src/audit/pod/heap-limit.ts';
import { defaultHeapBytes } from '../../src/findings/memory/default-heap.ts';
import { adviseOnFullHeap, adviseOnHeap, chooseLargerHeap } from '../../src/findings/memory/heap-settings.ts';
import type { Ending } from '../../src/triage/ends/ending.ts';
import { containerAdvice, heapAdvice } from '../../src/triage/judge/advice.ts';
import { buildSettings } from '../support/build-settings.ts';
import { seededRandom } from '../support/shapes.ts';

const MB = 2 ** 20;

interface Case {
  limit: number;
  beside: number;
  live: number;
  heapLimit: number;
}

/** Containers of 64 MB to 16 GB, with every part of them from next to nothing to more than fits. */
function cases(count: number): Case[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => {
    const limit = Math.round(64 * 2 ** (random() * 8)) * MB;
    const part = (most: number) => Math.round(random() * random() * most * limit);
    return { limit, beside: part(1), live: part(1.2), heapLimit: part(1.5) + MB };
  });
}

const sizesIn = (advice: readonly string[]) =>
  [...advice.join('\n').matchAll(/--max-old-space-size=(\d+)/g)].map(([, size]) => Number(size) * MB);

/** Of an advice that names the young generation as well. */
const youngIn = (advice: readonly string[]) =>
  Number(/--max-semi-space-size=(\d+)/.exec(advice.join('\n'))?.[1] ?? 0) * 3 * MB;

const auditAdvice = ({ limit, beside, live, heapLimit: heapLimitBytes }: Case, isMeasured: boolean) => {
  const settings = buildSettings({
    inner: { heapLimitBytes, heapUsedBytes: live, heapTotalBytes: live, totalMemoryBytes: undefined },
    outer: { memoryLimitBytes: limit, memoryAnonBytes: isMeasured ? live + beside : undefined },
  });
  const judged = heapLimit.judge({ settings, options: {} });
  return 'finding' in judged ? judged.finding.advice : [];
};

const triageAdvice = (label: 'heap-limit' | 'container-oom', { limit, live, heapLimit: set }: Case) => {
  const gc = {
    beforeBytes: live,
    afterBytes: live,
    committedBytes: live,
    pauseMillis: 9,
    count: 3,
    uptimeMillis: 9_000,
  };
  const ending: Ending = {
    writer: '',
    events: [{ kind: 'heap-limit', reason: '', gc, tooLarge: null, isCertain: true, lines: [] }],
    firstTime: '',
    lastTime: '',
    nodeVersion: '',
    commandLine: `node --max-old-space-size=${Math.round(set / MB)} app.js`,
    tail: [],
    nearby: null,
    container: null,
    isLogUnknown: false,
    isReport: false,
  };
  const around = { memoryLimitBytes: limit };
  const advice = label === 'heap-limit' ? heapAdvice(ending, around) : containerAdvice(around);
  // What is set already is no advice.
  return advice.map((text) => text.replace(/ instead of \d+/, ''));
};

describe('the heap that is advised has room in the container,', () => {
  const all = cases(2_000);

  test('where it was measured what else is in it', () => {
    for (const each of all) {
      const { limit, beside, live, heapLimit: now } = each;
      const room = limit - beside - Math.max(16 * MB, limit * 0.05);
      const texts = [
        adviseOnHeap(limit, beside, live),
        adviseOnFullHeap(now, live, { limitBytes: limit, besideHeapBytes: beside }),
        auditAdvice(each, true),
      ];
      for (const advice of texts)
        for (const size of sizesIn(advice))
          expect(size + youngIn(advice), advice[0]).toBeLessThanOrEqual(room);
    }
  });

  test('and at most three quarters of it where it was not', () => {
    for (const each of all) {
      const { limit, live, heapLimit: now } = each;
      const texts = [
        adviseOnFullHeap(now, live, { limitBytes: limit }),
        auditAdvice(each, false),
        triageAdvice('heap-limit', each),
        triageAdvice('container-oom', each),
      ];
      for (const advice of texts)
        for (const size of sizesIn(advice)) expect(size, advice.join()).toBeLessThanOrEqual(limit * 0.75);
    }
  });

  test('and the cases do reach every answer', () => {
    const full = all.map(({ limit, live, heapLimit: now }) =>
      adviseOnFullHeap(now, live, { limitBytes: limit })[0]!.replace(/ .*/, ''),
    );
    expect(new Set(full)).toEqual(new Set(['Raise', 'Give']));
    expect(all.filter((each) => auditAdvice(each, true).length > 0).length).toBeGreaterThan(500);
  });
});

test('a full heap gets half as much again, in steps of 16 MB, where nobody knows the memory', () => {
  expect(chooseLargerHeap(100 * MB, 90 * MB, {})).toEqual({ wantedMegabytes: 160 });
  expect(adviseOnFullHeap(100 * MB, 90 * MB, {})).toEqual([
    'Give it a larger heap if the machine has the memory: --max-old-space-size=160 (MB).',
  ]);
});

test('diagnose, audit and triage advise the same on one full heap in a container that nobody measured', () => {
  const full: Case = { limit: 1_024 * MB, beside: 0, live: 250 * MB, heapLimit: 256 * MB };
  const advised = [
    adviseOnFullHeap(full.heapLimit, full.live, { limitBytes: full.limit }),
    auditAdvice(full, false),
    triageAdvice('heap-limit', full),
  ].map((advice) => sizesIn(advice));
  expect(advised).toEqual([[384 * MB], [384 * MB], [384 * MB]]);
});

test.each([
  [512, 20, 259],
  [512, 26, 268],
  [2_048, 22, 1_048],
  [2_048, 24, 1_120],
  [8_192, 18, 2_096],
  [8_192, 24, 2_240],
  [15_360, 25, 4_192],
  [65_536, 24, 4_288],
  [128, 20, 259],
  [512, undefined, 268],
])('with %i MB of memory Node %s takes %i MB by itself', (memory, major, limit) => {
  expect(defaultHeapBytes(memory * MB, major)).toBe(limit * MB);
});

test('between two sizes that were measured, more memory is never less heap', () => {
  for (const major of [20, 22, 24, 26]) {
    let last = 0;
    for (let memory = 64; memory < 20_000; memory += 64) {
      const limit = defaultHeapBytes(memory * MB, major);
      expect(limit).toBeGreaterThanOrEqual(last);
      last = limit;
    }
  }
});
