// Recordings of two sides: their units, what is given twice, and programs that are not one.
import { describe, expect, test } from 'vitest';
import { compareRecordings } from '../../src/comparison/compare-recordings.ts';
import { refuseTwice } from '../../src/comparison/told-apart.ts';
import { UsageError } from '../../src/errors.ts';
import type { Recording } from '../../src/recording/reader.ts';
import { readRecording } from '../../src/recording/reader.ts';
import type { NamedRecording } from '../../src/recording/several.ts';
import type { SampleLine } from '../../src/signals/lines.ts';
import { buildManifest, useTempFolder, writeRecording } from '../support/build-recording.ts';

const temp = useTempFolder();

/** A server that used 50 ms of CPU time a second; `requests` a second, or none counted. */
function recordingOf(
  pid: number,
  { requests, title = 'node server.js', app }: { requests?: number; title?: string; app?: string } = {},
): NamedRecording {
  const lines = Array.from({ length: 31 }, (_, second): SampleLine[] => {
    const of = { thread: 0, atMillis: second * 1_000, heapUsedBytes: 2e7 };
    const counted = requests === undefined ? {} : { requests: { answered: requests, failed: 0 } };
    return [
      { type: 'runtime', ...of, afterGc: false, cpuMicros: second * 50_000 + pid, ...counted },
      { type: 'runtime', ...of, afterGc: true, heapUsedBytes: 2e7 + second * 1_000 },
      { type: 'passive', atMillis: second * 1_000, rssBytes: 1e8, fdCount: 20, threads: 11 },
    ] as SampleLine[];
  }).flat();
  const manifest = buildManifest();
  const recording: Recording = {
    manifest: { ...manifest, target: { ...manifest.target, pid, title, ...(app !== undefined && { app }) } },
    lines,
    profiles: [],
    snapshots: [],
    sources: { scripts: {}, lines: {} },
    warnings: [],
  };
  return { name: `run-${pid}.tgz`, pair: null, recording };
}

const compared = (base: NamedRecording[], head: NamedRecording[]) =>
  compareRecordings({ label: 'base', recordings: base }, { label: 'head', recordings: head }).comparison;

describe('where requests were counted', () => {
  const counted = [1, 2, 3].map((pid) => recordingOf(pid, { requests: 40 }));
  const others = [4, 5, 6].map((pid) => recordingOf(pid, { requests: 40 }));
  const uncounted = [7, 8, 9].map((pid) => recordingOf(pid));
  const metricIn = (comparison: ReturnType<typeof compared>, name: string) =>
    comparison.metrics.find((each) => each.name === name);

  test('on both sides, costs are a request’s', () => {
    const comparison = compared(counted, others);
    expect(comparison.per).toBe('request');
    expect(metricIn(comparison, 'cpu.total')).toMatchObject({ unit: 'µs/request' });
    expect(metricIn(comparison, 'heap.leak')).toMatchObject({ unit: 'bytes/request' });
    expect(comparison.warnings).toEqual([]);
  });

  test.each([
    ['base', counted, uncounted],
    ['head', uncounted, counted],
  ])(
    'on one side only (%s), both sides are in seconds, and nothing is said to have changed',
    (_, base, head) => {
      const comparison = compared(base, head);
      expect(comparison.per).toBe('second');
      const cpu = metricIn(comparison, 'cpu.total')!;
      expect([cpu.unit, cpu.base, cpu.head, cpu.verdict]).toEqual(['µs/s', 50_000, 50_000, 'same']);
      expect(metricIn(comparison, 'heap.leak')).toBeUndefined();
      expect(comparison.verdict).not.toBe('different');
      expect(comparison.warnings).toEqual([
        'Requests were not counted in all runs, so the costs of both sides are per second. They change with the load, which may differ.',
      ]);
    },
  );

  test('on neither side, there is one warning', () => {
    const comparison = compared(uncounted.slice(0, 2), [recordingOf(10), recordingOf(11)]);
    expect(comparison.warnings).toEqual([
      'Requests were not counted, so costs are per second and change with the load.',
    ]);
  });
});

describe('on one side, a recording that is given twice', () => {
  test('under one name is refused', () => {
    const one = recordingOf(1);
    expect(() => refuseTwice([one, one])).toThrow(UsageError);
    expect(() => refuseTwice([recordingOf(2), one, one])).toThrow('run-1.tgz is given twice');
  });

  test('as a copy is refused', () => {
    const copy = { ...recordingOf(1), name: 'copy.tgz' };
    expect(() => refuseTwice([recordingOf(1), recordingOf(2), copy])).toThrow(
      'run-1.tgz and copy.tgz are the same recording',
    );
  });

  test('is not seen in two runs that have one name, or that began at one time', () => {
    const [one, other] = [recordingOf(1), recordingOf(2)];
    refuseTwice([one, { ...other, name: one.name }]);
    const later = recordingOf(1);
    later.recording.lines = later.recording.lines.map((line, i) =>
      i === 90 && line.type === 'runtime' ? { ...line, cpuMicros: 2e6 } : line,
    );
    refuseTwice([one, later]);
  });
});

describe('recordings of other programs', () => {
  const DIFFERENT =
    'The sides seem to be different programs: base ran shop, head ran mail. A comparison is meaningful only for two versions of one program.';

  test('get a warning', () => {
    const comparison = compared(
      [recordingOf(1, { title: 'node --inspect src/shop.js 80' })],
      [recordingOf(2, { title: 'node mail.mjs' })],
    );
    expect(comparison.warnings[0]).toBe(DIFFERENT);
  });

  test.each([
    ['of one script in another folder and form', 'node src/shop.ts', 'node dist/shop.js'],
    ['of a title that the program chose', 'node src/shop.js', 'shop worker'],
    ['of code that has no file', 'node -e 1', 'node src/shop.js'],
  ])('do not where they may be one: %s', (_, base, head) => {
    const comparison = compared([recordingOf(1, { title: base })], [recordingOf(2, { title: head })]);
    expect(comparison.warnings.some((warning) => warning.includes('different programs'))).toBe(false);
  });

  test('do not where both are the same app', () => {
    const comparison = compared(
      [recordingOf(1, { title: 'node one.js', app: 'shop' })],
      [recordingOf(2, { title: 'node two.js', app: 'shop' })],
    );
    expect(comparison.warnings.some((warning) => warning.includes('different programs'))).toBe(false);
  });
});

describe('one run of each side', () => {
  const read = async (leaks: boolean, pid: number) => ({
    name: `${pid}`,
    pair: null,
    recording: await readRecording(await writeRecording(temp(), { leaks, target: { pid } })),
  });

  test('can be worse by a new finding, and then is not said to have no verdict', async () => {
    const comparison = compared([await read(false, 1)], [await read(true, 2)]);
    expect([comparison.verdict, comparison.direction]).toEqual(['different', 'worse']);
    expect(comparison.warnings.filter((warning) => warning.startsWith('One run of a side'))).toEqual([
      'One run of a side does not show how much its runs vary, so no metric has a verdict: the verdict rests on findings alone.',
    ]);
  });

  test('without one has none', async () => {
    const comparison = compared([await read(false, 1)], [await read(false, 2)]);
    expect(comparison.verdict).toBe('unsure');
    expect(comparison.warnings).toContain(
      'One run of a side does not show how much its runs vary, so there is no verdict.',
    );
  });
});
