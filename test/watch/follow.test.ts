// Who is followed across restarts, and what readings become: values for rules.
import { describe, expect, test } from 'vitest';
import { createFollower, type FollowEvent, MOST_SLOTS, type Sighting } from '../../src/watch/follow/slots.ts';
import { keepReading, metricsOf } from '../../src/watch/passive/metrics-of.ts';
import type { Reading } from '../../src/watch/passive/reading.ts';

const at = (pid: number, more: Partial<Sighting> = {}): Sighting => ({
  pid,
  startTicks: pid * 10,
  command: 'node shop.js',
  folder: '/srv',
  ...more,
});
const said = (events: readonly FollowEvent[]) =>
  events.map((event) =>
    event.kind === 'too-many'
      ? event.kind
      : `${event.kind} ${event.slot.name}${event.kind === 'dropped' ? '' : ` ${event.process.pid}`}`,
  );

describe('a service that is named', () => {
  test('is followed before it is there, through its restart, and under one name', () => {
    const follower = createFollower();
    const see = (atMillis: number, ...matches: Sighting[]) =>
      said(follower.see([{ word: 'shop', matches }], atMillis));
    expect(see(0)).toEqual([]);
    expect(follower.slots.map(({ name, process }) => [name, process])).toEqual([['shop', null]]);
    expect(see(1_000, at(1))).toEqual(['found shop 1']);
    expect(see(2_000, at(1, { command: 'shop: 3 requests' }))).toEqual([]);
    expect(see(3_000)).toEqual(['ended shop 1']);
    expect(see(4_000, at(2))).toEqual(['restarted shop 2']);
    expect(follower.slots[0]).toMatchObject({ restarts: [4_000], restartsInAll: 1, sinceMillis: 4_000 });
  });

  test('is another process when only the pid is the same', () => {
    const follower = createFollower();
    follower.see([{ word: 'shop', matches: [at(1)] }], 0);
    const again = at(1, { startTicks: 99 });
    expect(said(follower.see([{ word: 'shop', matches: [again] }], 1_000))).toEqual([
      'ended shop 1',
      'restarted shop 1',
    ]);
  });

  test('with several workers has a slot for each, and a worker that comes back takes its own', () => {
    const follower = createFollower();
    const see = (...matches: Sighting[]) => said(follower.see([{ word: 'shop', matches }], 0));
    expect(see(at(1), at(2))).toEqual(['found shop 1', 'found shop#2 2']);
    expect(see(at(1))).toEqual(['ended shop#2 2']);
    expect(see(at(1), at(3))).toEqual(['restarted shop#2 3']);
  });

  test('counts the restarts of the last ten minutes only', () => {
    const follower = createFollower();
    for (let minute = 0; minute < 30; minute++)
      follower.see([{ word: 'shop', matches: [at(minute + 1)] }], minute * 60_000);
    expect(follower.slots[0]!.restarts).toHaveLength(10);
    expect(follower.slots[0]!.restartsInAll).toBe(29);
  });

  test('named by two words is watched once', () => {
    const follower = createFollower();
    const wanted = ['shop', 'node'].map((word) => ({ word, matches: [at(1)] }));
    expect(said(follower.see(wanted, 0))).toEqual(['found shop 1']);
  });
});

describe('all processes', () => {
  const all = (follower: ReturnType<typeof createFollower>, atMillis: number, ...matches: Sighting[]) =>
    said(follower.see([{ word: null, matches }], atMillis));

  test('are known by their command; a build that ends is dropped after a while', () => {
    const follower = createFollower();
    expect(all(follower, 0, at(1), at(2, { command: 'node build.js', folder: '/build' }))).toEqual([
      'found node shop.js 1',
      'found node build.js 2',
    ]);
    expect(all(follower, 1_000, at(1))).toEqual(['ended node build.js 2']);
    expect(all(follower, 602_000, at(1))).toEqual(['dropped node build.js']);
    expect(follower.slots.map(({ name }) => name)).toEqual(['node shop.js']);
  });

  test('that rename themselves are followed, and after a restart known by their folder', () => {
    const follower = createFollower();
    all(follower, 0, at(1, { command: 'shop-master' }));
    expect(all(follower, 1, at(1, { command: 'idle' }))).toEqual([]);
    all(follower, 2);
    expect(all(follower, 3, at(2))).toEqual(['restarted shop-master 2']);
  });

  test('are bounded, and that is said once', () => {
    const follower = createFollower();
    const many = Array.from({ length: 300 }, (_, i) => at(i + 1, { command: `node ${i}`, folder: `/${i}` }));
    const events = all(follower, 0, ...many);
    expect(follower.slots).toHaveLength(MOST_SLOTS);
    expect(events.filter((event) => event === 'too-many')).toHaveLength(1);
  });
});

const MB = 2 ** 20;
/** One every five seconds. */
function readings(count: number, make: (index: number) => Partial<Reading>): Reading[] {
  let kept: Reading[] = [];
  for (let index = 0; index < count; index++)
    kept = keepReading(kept, { atMillis: index * 5_000, cpuMicros: 0, ...make(index) });
  return kept;
}

describe('values', () => {
  test('of nothing are unknown, not 0', () => {
    expect(metricsOf([])).toEqual({});
    expect(metricsOf(readings(1, () => ({})))).toEqual({});
    expect(metricsOf(readings(9, () => ({})))).toEqual({});
  });

  test('are shares of limits, and rates over ten seconds', () => {
    const last = metricsOf(
      readings(4, (index) => ({
        memoryUsedBytes: 50 * MB,
        memoryLimitBytes: 200 * MB,
        fdCount: 80,
        fdLimit: 100,
        pidsCurrent: 5,
        pidsLimit: 50,
        mainRunMicros: index * 4_000_000,
        mainWaitedMicros: index * 500_000,
        periods: index * 50,
        throttledPeriods: index * 10,
        memoryFullStallMicros: index * 250_000,
        oomKills: index === 0 ? 3 : 5,
      })),
    );
    expect(last).toEqual({
      'memory.share': 0.25,
      'fds.share': 0.8,
      'pids.share': 0.1,
      'memory.kills': 2,
      'loop.busy': 0.8,
      'cpu.waiting': 0.1,
      'memory.stalled': 0.05,
      'cpu.throttled': 0.2,
    });
  });

  test('of a counter that began anew are unknown', () => {
    const values = metricsOf(readings(4, (index) => ({ mainRunMicros: index === 3 ? 10 : 1e9 + index })));
    expect(values['loop.busy']).toBeUndefined();
  });

  test('a leak rises all the time, and its line says when the limit is reached', () => {
    const leak = readings(120, (index) => {
      const bytes = (100 + index) * MB;
      return { anonBytes: bytes, memoryUsedBytes: bytes, memoryLimitBytes: 256 * MB };
    });
    const values = metricsOf(leak);
    expect(values['memory.rising']).toBe(1);
    // 37 MB at 0.2 MB/s.
    expect(Math.round(values['memory.left']! / 1_000)).toBe(185);
  });

  const healthy: [string, (index: number) => number][] = [
    ['a sawtooth', (index) => 100 + (index % 30)],
    ['a cache that has filled', (index) => 100 + Math.min(40, index * 2)],
    ['a flat line with noise', (index) => 100 + ((index * 7919) % 13)],
    ['a heap that shrinks', (index) => 200 - index / 2],
  ];
  test.each(healthy)('%s does not rise', (_what, megabytes) => {
    const values = metricsOf(
      readings(120, (index) => {
        const bytes = megabytes(index) * MB;
        return { anonBytes: bytes, memoryUsedBytes: bytes, memoryLimitBytes: 256 * MB };
      }),
    );
    expect(values['memory.rising']).toBe(0);
    expect(values['memory.left']).toBe(86_400_000);
  });

  test('a start is not judged yet', () => {
    const start = readings(20, (index) => ({ anonBytes: (40 + index * 4) * MB }));
    expect(metricsOf(start)['memory.rising']).toBeUndefined();
  });

  test('readings are bounded however often they come', () => {
    let kept: Reading[] = [];
    for (let index = 0; index < 5_000; index++) kept = keepReading(kept, { atMillis: index, cpuMicros: 0 });
    expect(kept.length).toBeLessThanOrEqual(600);
  });
});
