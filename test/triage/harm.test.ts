// What a crash has led to, in one phrase: how often, and in how much time where the log tells it.
import { expect, test } from 'vitest';
import { triage } from '../../src/triage/triage.ts';

const boom = (time: string) =>
  [
    '/app/a.js:3',
    "  throw new Error('no order');",
    '  ^',
    '',
    'Error: no order',
    '    at find (/app/a.js:3:9)',
    '    at node:internal/timers:1:1',
    '',
    'Node.js v22.0.0',
  ]
    .map((line) => `${time === '' ? '' : `${time} `}${line}\n`)
    .join('');

async function harmsOf(log: string, exit?: { code: number | null; signal: string | null }) {
  async function* chunks() {
    yield log;
  }
  const { findings } = await triage({ logs: [{ name: 'app', chunks: chunks() }], exit, version: 'test' });
  return findings.map(({ harm }) => harm);
}

test('a single crash is one, whatever its time', async () => {
  expect(await harmsOf(boom(''))).toEqual(['crashed once']);
  expect(await harmsOf(boom('2026-11-27T01:02:03.000000001Z'))).toEqual(['crashed once']);
});

test('several are counted over the time they took', async () => {
  const times = ['2026-11-27T01:00:00.5Z', '2026-11-27T01:01:20Z', '2026-11-27T01:03:00.5Z'];
  expect(await harmsOf(times.map(boom).join(''))).toEqual(['crashed 3 times in 3 min']);
});

test('without times, no time is made up', async () => {
  expect(await harmsOf(boom('') + boom(''))).toEqual(['crashed 2 times']);
});

test('one that was ended from outside has not crashed', async () => {
  const exit = { code: null, signal: 'SIGTERM' };
  expect(await harmsOf('ready\n', exit)).toEqual(['ended once']);
});
