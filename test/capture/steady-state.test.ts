// When start-up is over, as seen from outside.
import { describe, expect, test } from 'vitest';
import { isSteady, type SteadySample } from '../../src/capture/steady-state.ts';

const MB = 2 ** 20;

/** A sample each second; CPU in cores, memory in MB. */
function watch(
  seconds: number,
  cores: (t: number) => number,
  megabytes: (t: number) => number,
): SteadySample[] {
  let cpuMicros = 0;
  return Array.from({ length: seconds + 1 }, (_, t) => {
    cpuMicros += t === 0 ? 0 : cores(t) * 1e6;
    return { atMillis: t * 1_000, cpuMicros, residentBytes: megabytes(t) * MB };
  });
}

describe('steady', () => {
  test.each([
    ['asleep', () => 0.01, () => 100],
    ['at work, level', (t: number) => 0.5 + 0.1 * (t % 2), (t: number) => 200 + (t % 3)],
    ['a core that is full', () => 1, () => 100],
  ])('%s', (_, cores, megabytes) => {
    expect(isSteady(watch(31, cores, megabytes))).toBe(true);
  });
});

describe('not steady', () => {
  test.each([
    ['seen for too short a time', 20, () => 0.01, () => 100],
    ['memory that rises', 40, () => 0.5, (t: number) => 100 + t],
    ['memory that falls', 40, () => 0.5, (t: number) => 200 - t],
    ['work that becomes less', 31, (t: number) => (t < 16 ? 0.9 : 0.2), () => 100],
  ])('%s', (_, seconds, cores, megabytes) => {
    expect(isSteady(watch(seconds, cores, megabytes))).toBe(false);
  });

  test('nothing was seen', () => {
    expect(isSteady([])).toBe(false);
  });
});
