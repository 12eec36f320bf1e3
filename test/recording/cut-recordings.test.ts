// Recordings of which a part is lost: cut samples, cut archives, damaged profiles; and of processes that ended meanwhile.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { flame } from '../../src/cli/work/flame.ts';
import { diagnose } from '../../src/diagnose.ts';
import { RecordingError } from '../../src/errors.ts';
import { packRecording } from '../../src/recording/archive.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import type { Manifest } from '../../src/recording/manifest.ts';
import { readRecording } from '../../src/recording/reader.ts';
import { renderText } from '../../src/report/text/text.ts';
import type { SampleLine } from '../../src/signals/lines.ts';
import { CALM, useTempFolder, writeRecording } from '../support/build-recording.ts';

const temp = useTempFolder();
afterEach(() => vi.restoreAllMocks());

const codesOf = ({ warnings }: { warnings: { code: string }[] }) => warnings.map(({ code }) => code);

function editManifest(dir: string, capture: Partial<Manifest['capture']>): void {
  const path = join(dir, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  writeFileSync(path, JSON.stringify({ ...manifest, capture: { ...manifest.capture, ...capture } }));
}

/** In the order of time, as a capture writes them; `end` is what stands behind the last. */
function keepLines(dir: string, isKept: (line: SampleLine) => boolean, end = ''): void {
  const path = join(dir, 'samples.jsonl');
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SampleLine)
    .filter(isKept)
    .sort((a, b) => a.atMillis - b.atMillis);
  writeFileSync(path, `${lines.map((line) => `${JSON.stringify(line)}\n`).join('')}${end}`);
}

const writeHealthy = () => writeRecording(temp(), { leaks: false, turn: CALM });

describe('samples that end long before the capture did', () => {
  test('are no proof of health, and the report says how much of the capture they cover', async () => {
    const dir = await writeHealthy();
    keepLines(dir, ({ atMillis }) => atMillis <= 14_000, '{"type":"runt');
    const report = diagnose(await readRecording(dir));
    expect(report.verdict).toBe('too-little-data');
    expect(report.verdictReason).toBe(
      'The recording is cut off: its samples cover 14 of 30 s of the capture, and the rest is not known.',
    );
    expect(report.capture.durationMillis).toBe(14_000);
    expect(report.warnings).toEqual([
      { code: 'samples-cut', message: expect.stringContaining('covers 14 of 30 s of the capture') },
    ]);
  });

  test('are the same when they end with a whole line', async () => {
    const dir = await writeHealthy();
    keepLines(dir, ({ atMillis }) => atMillis <= 14_000);
    expect(codesOf(diagnose(await readRecording(dir)))).toEqual(['samples-cut']);
  });

  test('still show what grew until then', async () => {
    const dir = await writeRecording(temp());
    keepLines(dir, ({ atMillis, type }) => atMillis <= 22_000 || type === 'collections');
    keepLines(dir, ({ atMillis }) => atMillis <= 22_000);
    const report = diagnose(await readRecording(dir));
    expect(codesOf(report)).toEqual(['samples-cut']);
    expect(report.verdict).toBe('findings');
    expect(report.findings.map(({ kind }) => kind)).toContain('heap-leak');
  });

  test('or that are not there at all', async () => {
    const dir = await writeHealthy();
    writeFileSync(join(dir, 'samples.jsonl'), '');
    const report = diagnose(await readRecording(dir));
    expect(report.verdict).toBe('too-little-data');
    expect(report.verdictReason).toContain('cover 0 of 30 s');
    expect(report.nextMeasurement?.command).toBe('culprit diagnose <pid> --duration 120s');
    expect(codesOf(report)).toEqual(['samples-cut']);
  });
});

describe('nothing is said to be cut', () => {
  test('in a whole recording, which is healthy', async () => {
    const report = diagnose(await readRecording(await writeHealthy()));
    expect([report.verdict, codesOf(report)]).toEqual(['healthy', []]);
  });

  test('where the last second is missing', async () => {
    const dir = await writeHealthy();
    keepLines(dir, ({ atMillis }) => atMillis <= 28_000);
    expect(codesOf(diagnose(await readRecording(dir)))).toEqual([]);
  });

  test.each([
    ['target-gone', 'target-ended'],
    ['disconnected', 'inspector-closed'],
  ])('where the manifest says that the capture broke off: %s', async (ended, code) => {
    const dir = await writeHealthy();
    keepLines(dir, ({ atMillis }) => atMillis <= 14_000);
    editManifest(dir, { ended });
    expect(codesOf(diagnose(await readRecording(dir)))).toEqual([code]);
  });

  test('where the capture was interrupted, and the manifest knows when', async () => {
    const dir = await writeHealthy();
    keepLines(dir, ({ atMillis }) => atMillis <= 14_000);
    editManifest(dir, { ended: 'interrupted', durationMillis: 14_200 });
    expect(codesOf(diagnose(await readRecording(dir)))).toEqual([]);
  });

  test('where nothing was read from outside, and the loop may have been held from then on', async () => {
    const dir = await writeHealthy();
    keepLines(dir, ({ atMillis, type }) => atMillis <= 14_000 && type !== 'passive');
    expect(codesOf(diagnose(await readRecording(dir)))).toEqual([]);
  });
});

describe('an archive that is cut off', () => {
  test('is read as far as it goes, wherever that is, and is never healthy', async () => {
    const dir = await writeHealthy();
    await packRecording(dir, `${dir}.tgz`);
    const whole = readFileSync(`${dir}.tgz`);
    const seen: number[] = [];
    for (const fraction of [0.25, 0.4, 0.6, 0.8, 0.9, 0.99]) {
      writeFileSync(`${dir}.tgz`, whole.subarray(0, Math.floor(whole.length * fraction)));
      const recording = await readAnything(`${dir}.tgz`);
      seen.push(recording.lines.length);
      const report = diagnose(recording);
      expect(codesOf(report)[0]).toBe('archive-cut');
      expect(report.verdict).toBe('too-little-data');
      expect(report.verdictReason).toMatch(/^The recording is cut off: /);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeGreaterThan(50);
  });

  test('keeps the samples before the cut, although their file is not whole', async () => {
    const dir = await writeHealthy();
    // So that nothing but samples fills it.
    const noise = Array.from({ length: 3_000 }, (_, i) => ({
      ...JSON.parse(readFileSync(join(dir, 'samples.jsonl'), 'utf8').split('\n')[0]!),
      atMillis: i * 10,
      rssBytes: Math.floor(Math.abs(Math.sin(i)) * 1e12),
    }));
    writeFileSync(join(dir, 'samples.jsonl'), noise.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await packRecording(dir, `${dir}.tgz`);
    const whole = readFileSync(`${dir}.tgz`);
    writeFileSync(`${dir}.tgz`, whole.subarray(0, whole.length >> 1));
    const recording = await readAnything(`${dir}.tgz`);
    expect(recording.lines.length).toBeGreaterThan(500);
    expect(recording.lines.length).toBeLessThan(2_500);
    expect(codesOf(recording).slice(0, 2)).toEqual(['archive-cut', 'file-not-readable']);
    expect(codesOf(recording)).toContain('samples-cut');
  });

  test('before its manifest is refused, and the message says so', async () => {
    const dir = await writeHealthy();
    await packRecording(dir, `${dir}.tgz`);
    writeFileSync(`${dir}.tgz`, readFileSync(`${dir}.tgz`).subarray(0, 60));
    const reading = readAnything(`${dir}.tgz`);
    await expect(reading).rejects.toThrow(RecordingError);
    await expect(reading).rejects.toThrow(/ends before its manifest\.json arrived/);
  });
});

describe('a damaged profile', () => {
  test('of the CPU is why blocks and hot functions are not judged', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'main.cpuprofile'), '{"nodes":[{"id":');
    const report = diagnose(await readRecording(dir));
    const judgedBy = (kind: string) => report.notApplicable.find((each) => each.kind === kind)?.reason;
    expect(judgedBy('event-loop-block')).toBe('the CPU profile is damaged');
    expect(judgedBy('cpu-hotspot')).toBe('the CPU profile is damaged');
    expect(report.warnings[0]!.message).toContain('Without this CPU profile');
    expect(renderText(report, { colors: false, width: 200 })).toContain('main.cpuprofile (damaged), ');
  });

  test('that is missing is not called damaged', async () => {
    const dir = await writeRecording(temp());
    editManifest(dir, {});
    const path = join(dir, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('main.cpuprofile', 'gone.cpuprofile'));
    const report = diagnose(await readRecording(dir));
    expect(report.warnings[0]!.message).toMatch(/^gone\.cpuprofile is missing from the recording\. Without/);
    expect(report.capture.files.filter(({ lost }) => lost)).toEqual([
      { kind: 'cpu-profile', thread: 0, path: 'gone.cpuprofile', lost: 'missing' },
    ]);
    expect(report.notApplicable.find(({ kind }) => kind === 'cpu-hotspot')?.reason).toBe(
      'the CPU profile is missing',
    );
  });

  test('of the heap is named, with what its loss means for the others', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'main-3.heapprofile'), '{"head":7}');
    const report = diagnose(await readRecording(dir));
    expect(report.warnings[0]!.message).toMatch(
      /^main-3\.heapprofile is not a valid profile.*based on the remaining heap profiles/,
    );
    expect(renderText(report, { colors: false, width: 200 })).toMatch(
      /main-3\.heapprofile \(damaged\), main\.cpuprofile, 11 heap profiles/,
    );
  });

  test('is not drawn, and no other kind is drawn in its place', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'main.cpuprofile'), '{');
    await expect(flame([dir], { renderer: 'collapsed', out: join(dir, 'x.txt') })).rejects.toThrow(
      /The CPU profile main\.cpuprofile is damaged/,
    );
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await flame([dir], { renderer: 'collapsed', heap: true, out: join(dir, 'x.txt') });
    expect(said.mock.calls.flat().join('')).toBe(`Flame graph of live bytes: ${join(dir, 'x.txt')}\n`);
  });

  test('of the heap is said not to be drawn where another is', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'main-3.heapprofile'), '{');
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await flame([dir], { renderer: 'collapsed', heap: true, out: join(dir, 'x.txt') });
    expect(said.mock.calls[0]![0]).toBe('Not drawn: main-3.heapprofile is damaged.\n');
    said.mockClear();
    await flame([dir], { renderer: 'collapsed', out: join(dir, 'y.txt') });
    expect(said.mock.calls.flat().join('')).toBe(`Flame graph: ${join(dir, 'y.txt')}\n`);
  });
});

describe('a target that ended during the capture', () => {
  test('comes first, with how long it was seen, and no command names the process that is gone', async () => {
    const dir = await writeHealthy();
    keepLines(dir, ({ atMillis }) => atMillis <= 5_000);
    editManifest(dir, { ended: 'target-gone', durationMillis: 5_400 });
    const report = diagnose(await readRecording(dir), undefined, { isLive: true });
    const [first, second] = renderText(report, { colors: false, width: 300 }).split('\n');
    expect(first).toBe('TOO LITTLE DATA to judge node server.js (pid 4242), which ended after 5.4 s');
    expect(second).toMatch(
      /^The target ended 5\.4 s after the capture began\. .*`culprit triage <log>`.*`culprit diagnose -- <command>`\.$/,
    );
    expect(report.nextMeasurement?.command).toBe('culprit triage <log>');
    expect(JSON.stringify(report)).not.toContain('diagnose 4242');
  });

  test('keeps its findings, and no process that lives is said to have ended', async () => {
    const dir = await writeRecording(temp());
    editManifest(dir, { ended: 'target-gone' });
    const report = diagnose(await readRecording(dir));
    expect(report.verdict).toBe('findings');
    expect(report.verdictReason).toMatch(
      /^The target ended 30 s after the capture began\. 2 causes were found/,
    );
    editManifest(dir, { ended: 'complete' });
    expect(diagnose(await readRecording(dir)).verdictReason).toBe('2 causes were found, most serious first.');
  });
});

test('a report of a recording names no process id in its commands; one that was just made does', async () => {
  const dir = await writeHealthy();
  keepLines(dir, ({ atMillis }) => atMillis <= 5_000);
  editManifest(dir, { durationMillis: 5_400 });
  const recording = await readRecording(dir);
  const commandOf = (isLive: boolean) => diagnose(recording, undefined, { isLive }).nextMeasurement?.command;
  expect(commandOf(false)).toBe('culprit diagnose <pid> --duration 120s');
  expect(commandOf(true)).toBe('culprit diagnose 4242 --duration 120s');
});
