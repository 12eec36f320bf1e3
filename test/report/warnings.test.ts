// What people read of each warning that a recording can hold, and that none is without a sentence.
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { reportWarning, warningMessage } from '../../src/report/warnings.ts';
import { WARNING_CODES, type Warning, warning } from '../../src/wire/warning.ts';
import { MB } from '../support/build-observations.ts';

const room = { roomBytes: 61 * MB, limit: { of: 'container', bytes: 256 * MB } } as const;
const reason = 'ENOSPC: no space left on device';

const EXAMPLES: { [Code in Warning['code']]: Omit<Extract<Warning, { code: Code }>, 'code'> } = {
  'no-built-in-modules': {},
  'workers-short-lived': {},
  'heap-sampled-already': {},
  'budget-spent': { budgetMillis: 300 },
  'coverage-counted': {},
  'allocations-not-sampled': {},
  'too-many-workers': { captured: 16 },
  'trace-no-memory': { bufferBytes: 128 * MB, ...room },
  'trace-not-started': { reason: 'Tracing was started already' },
  'trace-not-written': { reason },
  'trace-truncated': { limitBytes: 500 * MB },
  'keep-alive-not-listed': { thread: 'worker 3', reason: 'The thread gave no access.' },
  'pause-overrun': { step: 'census', pauseMillis: 5_100, maxPauseMillis: 1_500 },
  'awaits-slower': {},
  'heap-reads-too-long': { estimateMillis: 2_300, maxPauseMillis: 1_000 },
  'census-too-long': { estimateMillis: 1_480, maxPauseMillis: 500 },
  'census-no-memory': { extraBytes: 32 * MB, ...room },
  'scripts-too-long': { estimateMillis: 140, maxPauseMillis: 100 },
  'scripts-no-memory': {},
  'snapshot-cost-unknown': {},
  'snapshot-no-memory': { extraBytes: 480 * MB, roomBytes: 300 * MB, limit: { of: 'machine' } },
  'snapshot-too-long': { estimateMillis: 2_700, maxPauseMillis: 1_000, extraBytes: 480 * MB },
  'snapshot-taken': { bytes: 2.1 * MB, pauseMillis: 340 },
  'snapshot-failed': { reason },
  'proc-not-readable': {},
  'outside-not-told': { reason: 'macOS does not provide what Linux provides in /proc' },
  'target-ended': {},
  'inspector-closed': {},
  'connection-lost': {},
  'other-output': { bytes: 27 },
  'file-not-readable': { path: 'main.cpuprofile', reason: 'main.cpuprofile is not complete JSON.' },
  'archive-cut': { reason: 'its end is missing' },
  'samples-missing': {},
  'samples-cut': { seenMillis: 13_020, durationMillis: 30_100 },
  'samples-damaged': { lines: 1 },
  'sources-missing': {},
  'source-differs': { path: 'src/server.ts', files: 3 },
  'profile-damaged': { path: 'main.cpuprofile', reason: 'node 1 is its own child' },
  'snapshot-not-readable': {
    reason: 'main-1.heapsnapshot.gz cannot be read as a heap snapshot: it ends too early.',
  },
  'profile-times-wrong': { path: 'CPU.cpuprofile', wrong: 3, samples: 4_000 },
  'profile-without-samples': { path: 'CPU.cpuprofile' },
  'profile-sizes-wrong': { path: 'Heap.heapprofile', wrong: 2 },
  'profile-short': { durationMillis: 800 },
  'single-moment': {},
};
const examples = WARNING_CODES.map((code) => v.parse(warning, { code, ...EXAMPLES[code] }));

test('the sentence of each warning', async () => {
  const page = examples.map((each) => `${each.code}\n  ${warningMessage(each)}\n`).join('\n');
  await expect(page).toMatchFileSnapshot('../golden/report/warnings.txt');
});

test.each(examples)('$code is whole sentences, without a gap', (each) => {
  const { code, message } = reportWarning(each);
  expect(code).toBe(each.code);
  expect(message).toMatch(/^\S.*\.$/);
  expect(message).not.toMatch(/undefined|NaN|unknown (bytes|ms)|\.\.$| {2}/);
});

describe('a warning of a recording', () => {
  test('keeps the fields of its code, and no others', () => {
    const read = v.parse(warning, { code: 'samples-damaged', lines: 3, message: 'x' });
    expect(read).toEqual({ code: 'samples-damaged', lines: 3 });
  });

  test.each<[string, unknown]>([
    ['a sentence', 'Something was left out.'],
    ['of no code we know', { code: 'lost' }],
    ['without its number', { code: 'samples-damaged' }],
    ['with a number below 0', { code: 'samples-damaged', lines: -1 }],
    ['with a text that is too long', { code: 'snapshot-failed', reason: 'x'.repeat(5_000) }],
    [
      'with a limit of nothing we know',
      { code: 'census-no-memory', extraBytes: 1, roomBytes: 1, limit: { of: 'moon' } },
    ],
  ])('is not %s', (_what, input) => {
    expect(v.is(warning, input)).toBe(false);
  });
});
