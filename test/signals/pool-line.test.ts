// Who was on a thread of libuv's pool, and who only waited for one: against a pool that is played through.
import { describe, expect, test } from 'vitest';
import { timesOnThread } from '../../src/signals/thread-pool/probe/pool-line.ts';
import { seededRandom } from '../support/shapes.ts';

/** Operations as a pool of so many threads works them off, in the order in which they are sent. */
function play(threads: number, work: readonly { at: number; takes: number }[]) {
  const freeAt = new Array<number>(threads).fill(0);
  return work.map(({ at, takes }) => {
    const next = freeAt.indexOf(Math.min(...freeAt));
    const backAt = Math.max(at, freeAt[next]!) + takes;
    freeAt[next] = backAt;
    return { at, backAt };
  });
}

const sum = (numbers: number[]) => numbers.reduce((all, each) => all + each, 0);

describe('in a pool', () => {
  test('with a thread to spare everybody is at work all the time, after the first is back', () => {
    const work = Array.from({ length: 20 }, (_, i) => ({ at: i * 10, takes: 4 }));
    const times = timesOnThread(play(4, work), 4, 1_000);
    expect(times).toEqual([0, ...new Array<number>(19).fill(4)]);
  });

  test('that is full, what takes 1 ms and waits for 300 is at work for 1 ms', () => {
    const random = seededRandom(7);
    const work = Array.from({ length: 400 }, (_, i) => ({
      at: i * 10,
      takes: i % 20 === 3 ? 1 : 40 + 20 * random(),
    }));
    const line = play(4, work);
    const times = timesOnThread(line, 4, 10_000);
    const quick = work.flatMap(({ takes }, i) => (takes === 1 ? [i] : []));
    const waited = sum(quick.map((i) => line[i]!.backAt - line[i]!.at));
    expect(waited / quick.length).toBeGreaterThan(300);
    // But for the first, of which nothing is known before it is back.
    expect(new Set(quick.slice(1).map((i) => Math.round(times[i]! * 1e6)))).toEqual(new Set([1e6]));
    const all = sum(work.map(({ takes }) => takes));
    expect(sum(times)).toBeGreaterThan(all * 0.97);
    expect(sum(times)).toBeLessThan(all * 1.03);
  });

  test('a burst of many that wait behind each other is not taken for much work', () => {
    // Thirty at a time wait for up to 15 ms, and are at work for 2 ms each, while others keep the threads for most of the time.
    const work = Array.from({ length: 50 }, (_, i) => [
      ...Array.from({ length: 30 }, () => ({ at: i * 200, takes: 2 })),
      ...Array.from({ length: 4 }, () => ({ at: i * 200 + 50, takes: 120 })),
    ]).flat();
    const times = timesOnThread(play(4, work), 4, 20_000);
    const shareOfBurst = sum(times.filter((_, i) => work[i]!.takes === 2)) / sum(times);
    expect(shareOfBurst).toBeCloseTo((30 * 2) / (30 * 2 + 4 * 120), 2);
  });

  test('what is not back yet is at work until now, or waits', () => {
    const line = [
      { at: 0, backAt: 5 },
      { at: 10, backAt: -1 },
      { at: 20, backAt: -1 },
    ];
    expect(timesOnThread(line, 1, 100)).toEqual([0, 90, 0]);
    expect(timesOnThread(line, 2, 100)).toEqual([0, 90, 80]);
  });

  test('nobody was in, there is nothing', () => {
    expect(timesOnThread([], 4, 100)).toEqual([]);
  });
});
