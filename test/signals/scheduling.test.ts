import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ranShareFromNow, readScheduling } from '../../src/signals/scheduling/read.ts';
import { decode } from '../support/decode-lines.ts';
import { addProcess, makeFolder, removeFolder, writeFiles } from '../target/fake-proc.ts';

const STAT =
  '42 (MainThread) D 1 42 42 0 -1 4194304 1 2 3 4 150 50 0 0 20 0 3 0 5000 1000 2000 18446744073709551615\n';
const PRESSURE =
  'some avg10=33.07 avg60=18.50 avg300=31.98 total=2215649651\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';

let root: string;
beforeEach(() => {
  root = makeFolder();
  addProcess(root, 42);
});
afterEach(() => removeFolder(root));

const tasks = (files: Record<string, string>) =>
  writeFiles(
    root,
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`42/task/${path}`, text])),
  );
const read = () => readScheduling(42, 1_000, root);

describe('reading how threads are scheduled', () => {
  test('tells the main thread from the sum of all others, in microseconds', () => {
    tasks({
      '42/stat': STAT,
      '42/schedstat': '803912345 16412345678 1934\n',
      '43/schedstat': '2000000 500000 12\n',
      '44/schedstat': '1000400 499600 3\n',
    });
    writeFiles(root, { 'pressure/cpu': PRESSURE });
    expect(read()).toEqual({
      atMillis: 1_000,
      main: { runMicros: 803_912, waitedMicros: 16_412_346, slices: 1_934 },
      others: { runMicros: 3_000, waitedMicros: 1_000, slices: 15 },
      awake: [
        [43, 2_500],
        [44, 1_500],
      ],
      mainState: 'D',
      machineStallMicros: 2_215_649_651,
    });
  });

  test('leaves out what the kernel does not count, instead of calling it 0', () => {
    tasks({ '42/stat': STAT, '42/schedstat': '0 0 0\n', '43/schedstat': '0 0 0\n' });
    expect(read()).toEqual({ atMillis: 1_000, mainState: 'D' });
  });

  test('counts a thread that has no turns yet, and one that ends meanwhile, as nothing', () => {
    tasks({ '42/schedstat': '1000 2000 1\n', '43/schedstat': '5000 1000 2\n', '44/comm': 'node\n' });
    expect(read().others).toEqual({ runMicros: 5, waitedMicros: 1, slices: 2 });
  });

  test('says nothing of other threads where there are too many to ask each second', () => {
    tasks(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${42 + i}/schedstat`, '1000 0 1\n'])));
    expect(read()).toEqual({ atMillis: 1_000, main: { runMicros: 1, waitedMicros: 0, slices: 1 } });
  });

  test('tells for what part of the time in which it was ready the main thread has had a CPU since', () => {
    tasks({ '42/schedstat': '5000000 1000000 7\n' });
    const ranShare = ranShareFromNow(42, root);
    expect(ranShare()).toBe(1);
    tasks({ '42/schedstat': '8000000 2000000 9\n' });
    expect(ranShare()).toBe(0.75);
    expect([ranShareFromNow(null, root)(), ranShareFromNow(7, root)()]).toEqual([1, 1]);
  });

  test('of a process that is gone says no more than when it was looked for', () => {
    expect(readScheduling(7, 1_000, root)).toEqual({ atMillis: 1_000 });
  });
});

test('the lines of a recording are its samples, in their order', () => {
  const main = { runMicros: 10, waitedMicros: 20, slices: 1 };
  const lines = [
    { type: 'scheduling', atMillis: 1_000, main, mainState: 'R' },
    { type: 'scheduling', atMillis: 2_000 },
  ] as const;
  expect(decode([...lines]).scheduling).toEqual([
    { atMillis: 1_000, main, mainState: 'R' },
    { atMillis: 2_000 },
  ]);
});
