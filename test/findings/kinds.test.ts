// The registry of kinds: it is whole, its order is the order of causes, and what is derived from it stays as it was.
import { expect, expectTypeOf, test } from 'vitest';
import { docsPage, KINDS, KINDS_BY_CAUSE, type KindInfo, kindInfo } from '../../src/findings/kinds.ts';
import { RULES } from '../../src/findings/rules.ts';
import { FINDING_KINDS, type FindingKind } from '../../src/model/finding.ts';

const kindsWith = (has: (info: KindInfo) => unknown) => KINDS_BY_CAUSE.filter((kind) => has(kindInfo(kind)));

test('every kind has an entry and no entry is without a kind', () => {
  expect(Object.keys(KINDS).sort()).toEqual([...FINDING_KINDS].sort());
});

test('a registry that forgets a kind does not compile', () => {
  expectTypeOf<keyof typeof KINDS>().toEqualTypeOf<FindingKind>();
  expectTypeOf<Omit<typeof KINDS, 'crash'>>().not.toExtend<Record<FindingKind, KindInfo>>();
});

test('causes come in this order: the nearer to the code at fault, the earlier', () => {
  expect(KINDS_BY_CAUSE).toEqual([
    'threadpool-saturation',
    'dns-slow',
    'pool-exhaustion',
    'request-pileup',
    'child-process-leak',
    'worker-leak',
    'socket-leak',
    'fd-leak',
    'watcher-leak',
    'handle-leak',
    'timer-leak',
    'listener-leak',
    'promise-leak',
    'async-context-leak',
    'code-growth',
    'external-memory-leak',
    'native-memory-growth',
    'heap-leak',
    'memory-throttled',
    'cpu-starved',
    'slowdown',
    'event-loop-block',
    'cpu-throttled',
    'cpu-hotspot',
    'memory-limit-risk',
    'gc-pressure',
    'connection-churn',
    'fd-limit-risk',
    'pids-limit-risk',
    'configuration',
    'crash',
  ]);
});

test('joining, health and comparison treat these kinds in a way of their own', () => {
  expect({
    waiting: kindsWith(({ isWaiting }) => isWaiting),
    limits: kindsWith(({ limit }) => limit),
    stretchedByQuota: kindsWith(({ isStretchedByQuota }) => isStretchedByQuota),
    unplacedAfter: kindsWith(({ unplacedAfter }) => unplacedAfter),
    weighsForHealth: kindsWith(({ weighsForHealth }) => weighsForHealth),
    comparedAsNumber: kindsWith(({ isComparedAsNumber }) => isComparedAsNumber),
  }).toEqual({
    waiting: ['threadpool-saturation', 'dns-slow', 'pool-exhaustion', 'request-pileup'],
    limits: ['memory-throttled', 'memory-limit-risk', 'fd-limit-risk', 'pids-limit-risk'],
    stretchedByQuota: ['cpu-hotspot'],
    unplacedAfter: ['native-memory-growth'],
    weighsForHealth: [
      'socket-leak',
      'fd-leak',
      'handle-leak',
      'timer-leak',
      'heap-leak',
      'event-loop-block',
      'cpu-hotspot',
    ],
    comparedAsNumber: ['cpu-starved', 'event-loop-block', 'cpu-throttled', 'cpu-hotspot', 'gc-pressure'],
  });
});

test('every kind that `diagnose` reports has a rule, or is told from heap leaks', () => {
  const judged = new Set<FindingKind>(RULES.map(({ kind }) => kind));
  const others = KINDS_BY_CAUSE.filter((kind) => !judged.has(kind) && kindInfo(kind).command === undefined);
  expect(others).toEqual(['listener-leak', 'async-context-leak']);
});

test.each(FINDING_KINDS)('the texts of %s are whole sentences, and its titles are not', (kind) => {
  const { title, short, meaning, measured, mistakenFor, fix, steps } = kindInfo(kind);
  for (const text of [meaning, measured, mistakenFor, fix, ...steps]) expect(text).toMatch(/^\S.*\S\.$/);
  for (const text of [title, short]) expect(text).toMatch(/^\S.*[^.\s]$/);
  expect(docsPage(kind)).toBe(`docs/findings/${kind}.md`);
});
