// The windows of the flight recorder on disk, and when one is recorded: only while it is busy, never beside other looks.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FlightRecorder } from '../../src/watch/flight-recorder.ts';
import { createJobs } from '../../src/watch/jobs.ts';
import type { LookRequest } from '../../src/watch/look/request.ts';
import type { Decision } from '../../src/watch/store/decision-log.ts';
import { keepWindows, lastWindowMillis, rotateWindows, windowFile } from '../../src/watch/store/windows.ts';
import { newTarget, type Target } from '../../src/watch/targets.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'culprit-windows-'));
const NOON = Date.parse('2027-01-31T12:00:00Z');

function write(
  parent: string,
  target: string,
  { second, bytes = 10, pid = 42 }: { second: number; bytes?: number; pid?: number },
) {
  const file = windowFile({ parent, target }, { at: new Date(NOON + second * 1_000), pid });
  writeFileSync(file, 'x'.repeat(bytes));
  return file;
}

test('the last are kept for each target, and the oldest of all go when the quota is full', () => {
  const parent = newFolder();
  const files = [1, 2, 3, 4].map((second) => write(parent, 'shop', { second, bytes: 20_000 }));
  const other = write(parent, 'a/b', { second: 9, bytes: 20_000 });
  rotateWindows({ parent, target: 'shop' }, { keep: 3, quotaBytes: 1e9 });
  expect(files.map((file) => existsSync(file))).toEqual([false, true, true, true]);
  rotateWindows({ parent, target: 'shop' }, { keep: 3, quotaBytes: 60_000 });
  expect([...files, other].map((file) => existsSync(file))).toEqual([false, false, false, true, true]);
});

test('targets whose names look alike as file names are told apart', () => {
  const parent = newFolder();
  write(parent, 'a b', { second: 1 });
  expect(keepWindows({ parent, target: 'a/b' }, newFolder())).toBe(0);
  const evidence = newFolder();
  expect(keepWindows({ parent, target: 'a b' }, evidence)).toBe(1);
  expect(readdirSync(join(evidence, 'flight'))).toEqual(['2027-01-31T12-00-01-000Z-42.tgz']);
  expect(lastWindowMillis({ parent, target: 'a b' }, 42)).toBeUndefined();
});

function recorder({
  busy = 0.9,
  ageMillis = 120_000,
  fails,
}: {
  busy?: number;
  ageMillis?: number;
  fails?: string;
} = {}) {
  const folder = newFolder();
  const evidence = join(newFolder(), 'evidence');
  let now = 1e6;
  const asked: LookRequest[] = [];
  const decided: Omit<Decision, 'at'>[] = [];
  const slot = {
    name: 'shop',
    word: 'shop',
    process: { pid: process.pid, startTicks: 7, command: 'node shop.js', folder: '/srv' },
    last: null,
    sinceMillis: now - ageMillis,
    restarts: [],
    restartsInAll: 0,
  };
  const target: Target = { ...newTarget(slot, [], now), metrics: { 'loop.busy': busy } };
  const jobs = createJobs(new AbortController().signal, (error) => {
    throw error;
  });
  const flight = new FlightRecorder(
    { busyShare: 0.7, windowMillis: 10_000, keep: 2, quotaBytes: 1e9 },
    {
      folder,
      clock: {
        monotonic: () => now,
        wall: () => NOON + now,
        stamp: () => ({ boot: '', uptimeMillis: 0, wallMillis: 0 }),
      },
      targets: new Map([['shop', target]]),
      jobs,
      ask: async (request) => {
        asked.push(request);
        if (request.do === 'flight' && fails === undefined) {
          writeFileSync(request.file, 'x');
          utimesSync(request.file, (NOON + now) / 1_000, (NOON + now) / 1_000);
        }
        return fails === undefined
          ? { ok: true, what: '10 s', findings: [], cpuMillis: 300 }
          : { ok: false, why: fails, cpuMillis: 300 };
      },
      makeEvidence: () => {
        mkdirSync(evidence);
        return { folder: evidence };
      },
      decide: (decision) => decided.push(decision),
    },
  );
  const round = async (millis: number) => {
    now += millis;
    flight.begin(now);
    await jobs.idle();
  };
  return { flight, jobs, target, asked, decided, evidence, round };
}

test('a busy process is recorded window by window, as often as the budget allows', async () => {
  const { asked, round } = recorder();
  await round(1_000);
  expect(asked).toMatchObject([{ do: 'flight', pid: process.pid, startTicks: 7, durationMillis: 10_000 }]);
  // 300 ms of CPU are half a percent of a minute.
  await round(30_000);
  expect(asked).toHaveLength(1);
  await round(31_000);
  expect(asked).toHaveLength(2);
});

test('an idle process, one that has just started, and one beside another look are left alone', async () => {
  const idle = recorder({ busy: 0.5 });
  await idle.round(1_000);
  const young = recorder({ ageMillis: 5_000 });
  await young.round(1_000);
  const beside = recorder();
  beside.jobs.add(() => new Promise(() => {}));
  beside.flight.begin(2e6);
  expect([idle, young, beside].map(({ asked }) => asked.length)).toEqual([0, 0, 0]);
});

test('the last windows become evidence when the process ends, and nothing does when there are none', async () => {
  const { flight, round, evidence, decided } = recorder();
  flight.processEnded('shop', process.pid);
  expect(existsSync(evidence)).toBe(false);
  for (let i = 0; i < 3; i++) await round(100_000);
  flight.processEnded('shop', process.pid + 1);
  expect(existsSync(evidence)).toBe(false);
  flight.processEnded('shop', process.pid);
  expect(readdirSync(join(evidence, 'flight'))).toHaveLength(2);
  expect(decided).toEqual([
    {
      target: 'shop',
      pid: null,
      rule: null,
      what: 'flight',
      why: 'evidence',
      evidence,
      outcome: 'done',
      detail: '2 of the last windows',
    },
  ]);
});

test('what an hour ago was recorded says nothing about an end', async () => {
  const { flight, round, evidence, target } = recorder();
  await round(1_000);
  target.metrics = { 'loop.busy': 0 };
  await round(3_600_000);
  flight.processEnded('shop', process.pid);
  expect(existsSync(evidence)).toBe(false);
});

test('why no window came about is said once', async () => {
  const { round, decided } = recorder({ fails: 'Another culprit is looking.' });
  for (let i = 0; i < 3; i++) await round(100_000);
  expect(decided).toMatchObject([
    { what: 'flight', outcome: 'failed', detail: 'Another culprit is looking.' },
  ]);
});
