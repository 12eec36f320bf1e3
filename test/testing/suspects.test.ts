// From what is still there to what is suspected: something of every round, or one more after each.
import { describe, expect, test } from 'vitest';
import type { Readings } from '../../src/testing/measure/readings.ts';
import type { Made } from '../../src/testing/measure/resource-watch.ts';
import { growsOn, suspectFiles, suspectHeapSites, suspectResources } from '../../src/testing/suspects.ts';

const interval = { _repeat: 1_000, _idleTimeout: 1_000 };
const timeout = { _repeat: null, _idleTimeout: 5_000 };
const socket = (isReferenced: boolean) => ({ hasRef: () => isReferenced });

function made(type: string, resource: object, rounds: number[]): Made[] {
  return rounds.map((round) => ({ type, resource, stack: [], round, site: `${type}|a.ts:1:2` }));
}

function readings(over: Partial<Readings> = {}): Readings {
  return {
    round: 5,
    heapBytes: [],
    bufferBytes: [],
    heapSites: new Map(),
    programBytes: [],
    resourceCounts: new Map(),
    files: null,
    ...over,
  };
}

const countsOf = (counts: number[], site: string) => readings({ resourceCounts: new Map([[site, counts]]) });

describe('resources', () => {
  test('an interval of every round is suspected', () => {
    const left = made('Timeout', interval, [0, 0, 1, 2, 3, 4, 5]);
    const [suspect] = suspectResources(left, countsOf([2, 3, 4, 5, 6, 7], left[0]!.site), 5);
    expect(suspect?.alive).toHaveLength(5);
  });

  test('a pool that was filled in the first rounds is not', () => {
    const left = made('TCPWRAP', socket(true), [0, 0, 1, 2]);
    expect(suspectResources(left, countsOf([2, 3, 4, 4, 4, 4], left[0]!.site), 5)).toEqual([]);
  });

  test('one that is replaced by the next is not', () => {
    const left = made('TCPWRAP', socket(true), [5]);
    expect(suspectResources(left, countsOf([1, 1, 1, 1, 1, 1], left[0]!.site), 5)).toEqual([]);
  });

  test('timers that end by themselves are not, nor are unreferenced sockets', () => {
    const rounds = [1, 2, 3, 4, 5];
    const timers = made('Timeout', timeout, [...rounds, 5, 5]);
    const sockets = made('TCPWRAP', socket(false), rounds);
    expect(suspectResources([...timers, ...sockets], readings(), 5)).toEqual([]);
  });

  test('a timer that sets itself again is suspected: one more of them after each round, all of the last', () => {
    const left = made('Timeout', timeout, [5, 5, 5, 5, 5, 5, 5]);
    expect(suspectResources(left, countsOf([2, 3, 4, 5, 6, 7], left[0]!.site), 5)).toHaveLength(1);
  });
});

describe('files', () => {
  test('of every round are suspected, whatever their paths', () => {
    const files = new Map([1, 2, 3].map((round) => [20 + round, { path: `/tmp/${round}`, round }]));
    expect(suspectFiles(readings({ files }), 3)).toHaveLength(3);
    expect(suspectFiles(readings({ files }), 4)).toEqual([]);
  });

  test('are not looked at where the system does not tell', () => {
    expect(suspectFiles(readings(), 3)).toEqual([]);
  });
});

test('allocation sites are told the fastest first, and only above what is tolerated', () => {
  const site = (step: number) => ({ stack: [], bytes: [0, 1, 2, 3, 4, 5].map((n) => n * step) });
  const heapSites = new Map([
    ['slow', site(2_000)],
    ['fast', site(5_000)],
    ['noise', site(500)],
  ]);
  const bytes = suspectHeapSites(readings({ heapSites }), 5, [], 1_024).map((found) => found.bytes[1]);
  expect(bytes).toEqual([5_000, 2_000]);
});

test('what stops in one of the batches of further rounds had a limit', () => {
  expect(growsOn([0, 1, 2, 3, 4, 5, 9, 21], 5, [4, 12])).toBe(true);
  expect(growsOn([0, 1, 2, 3, 4, 5, 9, 10], 5, [4, 12])).toBe(false);
});
