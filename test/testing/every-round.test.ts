// Growth in rounds: what counts, and what does not.
import { describe, expect, test } from 'vitest';
import { grewEachTime, medianStep, wentOn } from '../../src/testing/measure/every-round.ts';

describe('growth in every round', () => {
  test.each([
    ['one more each time', [2, 3, 4, 5, 6, 7], true],
    ['one round without', [2, 3, 4, 4, 5, 6], false],
    ['a cache that is full after three rounds', [0, 1, 2, 3, 3, 3], false],
    ['a fall in between', [0, 5, 10, 9, 14, 19], false],
    ['nothing at all', [4, 4, 4, 4, 4, 4], false],
    ['too few rounds to tell', [1, 2, 3], false],
  ])('%s', (_, counts, expected) => {
    expect(grewEachTime(counts)).toBe(expected);
  });

  test('must be above what is tolerated in each of them', () => {
    expect(grewEachTime([0, 2_000, 4_000, 6_000, 8_000], 1_024)).toBe(true);
    expect(grewEachTime([0, 2_000, 4_000, 4_500, 8_000], 1_024)).toBe(false);
  });

  test('is told by the usual round, not by one that did more', () => {
    expect(medianStep([0, 1, 2, 102, 103, 104])).toBe(1);
  });

  test('goes on in further rounds, or a limit was met', () => {
    expect(wentOn(7, 107, 1, 100)).toBe(true);
    expect(wentOn(7, 50, 1, 100)).toBe(false);
  });
});
