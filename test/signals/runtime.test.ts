// What the counters of a thread mean: our own pauses, by the clock of the capture.
import { expect, test } from 'vitest';
import { decode } from '../support/decode-lines.ts';

const line = { type: 'runtime' as const, thread: 0, atMillis: 5_000, afterGc: false };

test('each time that we held the thread is placed in the capture, and all of them are summed', () => {
  const pauses: [number, number][] = [
    [9_000_000, 9_004_500],
    [9_900_000, 9_901_000],
  ];
  const [sample] = decode([{ ...line, clockMicros: 10_000_000, ownPauses: pauses }]).runtime;
  expect(sample).toMatchObject({
    ownPauseMillis: 5.5,
    ownPauseSpans: [
      { atMillis: 4_000, millis: 4.5 },
      { atMillis: 4_900, millis: 1 },
    ],
  });
  expect(sample).not.toHaveProperty('ownPauses');
});

test('without the clock they are only summed', () => {
  const [sample] = decode([{ ...line, ownPauses: [[1_000, 3_000]] }]).runtime;
  expect(sample).toMatchObject({ ownPauseMillis: 2 });
  expect(sample).not.toHaveProperty('ownPauseSpans');
});
