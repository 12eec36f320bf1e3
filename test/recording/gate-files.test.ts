import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { RecordingError, UsageError } from '../../src/errors.ts';
import { baselineOf } from '../../src/findings/gates/baseline-of.ts';
import { readAcceptFile } from '../../src/recording/files/accept-file.ts';
import { readBaseline, writeBaseline } from '../../src/recording/files/baseline-file.ts';
import { readGateConfig } from '../../src/recording/files/gate-config.ts';
import { comparisonOf, metricMoved } from '../support/build-comparison.ts';

const dir = mkdtempSync(join(tmpdir(), 'culprit-gates-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
function write(content: unknown): string {
  files += 1;
  const path = join(dir, `file-${files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    const { message, hint } = error as RecordingError;
    expect(hint).toBeTruthy();
    return message;
  }
  throw new Error('it was taken');
}

describe('a config file', () => {
  test('says what to fail on and how to measure; paths are relative to it', () => {
    const path = write({
      $schema: './schema/culprit-config.schema.json',
      gates: ['cpu.total>3%', ' findings.new '],
      errorBudgets: ['latency.p99<300ms@99%,burn<2', 'slo:latency.p50<9ms@90%'],
      onUnsure: 'pass',
      smallest: '1.5%',
      budget: '5m',
      accepted: 'ci/culprit.accepted.json',
      baseline: '/var/culprit.baseline.json',
    });
    expect(readGateConfig(path)).toEqual({
      gates: [
        { rule: 'cpu.total>3%', source: `${path}, gates[0]` },
        { rule: 'findings.new', source: `${path}, gates[1]` },
        { rule: 'slo:latency.p99<300ms@99%,burn<2', source: `${path}, errorBudgets[0]` },
        { rule: 'slo:latency.p50<9ms@90%', source: `${path}, errorBudgets[1]` },
      ],
      onUnsure: 'pass',
      smallest: 0.015,
      budgetMillis: 300_000,
      acceptFile: join(dir, 'ci/culprit.accepted.json'),
      baselineFile: '/var/culprit.baseline.json',
    });
  });

  test('may say nothing', () => {
    expect(readGateConfig(write({}))).toEqual({ gates: [] });
    expect(readGateConfig(write('\uFEFF{}'))).toEqual({ gates: [] });
  });

  test.each([
    ['s', '90s', 90],
    ['min', '1.5 min', 90],
    ['h', '1h', 3_600],
  ])('takes a budget in %s', (_unit, budget, seconds) => {
    expect(readGateConfig(write({ budget })).budgetMillis).toBe(seconds * 1_000);
  });

  const wrong: [string, unknown, RegExp][] = [
    ['a field that is unknown', { gate: ['any'] }, /there is no field "gate"; did you mean gates\?/],
    ['a field of the prototype', '{"__proto__": 1}', /there is no field "__proto__"/],
    ['gates that are no list', { gates: 'any' }, /: gates: has to be a list of rules\.$/],
    ['a gate that is no text', { gates: ['any', 3] }, /: gates\[1\]: has to be text like "cpu\.total>3%"\.$/],
    ['an empty gate', { gates: [' '] }, /: gates\[0\]: is empty\.$/],
    ['another onUnsure', { onUnsure: 'maybe' }, /: onUnsure: has to be "pass" or "fail"\.$/],
    ['a smallest that is no part', { smallest: 1 }, /: smallest: has to be text like "1%"\.$/],
    ['a smallest of all', { smallest: '99%' }, /: smallest: has to be at most 50%\.$/],
    ['a budget without a unit', { budget: '5' }, /: budget: has to be text like "5m" or "90s"\.$/],
    ['a budget of days', { budget: '48h' }, /: budget: has to be at most 24h\.$/],
    ['an empty path', { accepted: '' }, /: accepted: is empty\.$/],
    ['a list', [], /it has to be an object\.$/],
    ['null', 'null', /it has to be an object\.$/],
    ['no JSON', '{ gates: [] }', /is not JSON: /],
    ['nothing', '', /is not JSON: /],
  ];
  test.each(wrong)('with %s is refused in one sentence', (_what, content, words) => {
    expect(refusal(() => readGateConfig(write(content)))).toMatch(words);
  });

  test('that is missing, or a folder, is said to be', () => {
    expect(refusal(() => readGateConfig(join(dir, 'none.json')))).toMatch(/^There is no file .*none\.json\./);
    expect(refusal(() => readGateConfig(dir))).toMatch(/could not be read/);
  });

  test('is described by a JSON schema that agrees', async () => {
    const schema = JSON.parse(await readFile('schema/culprit-config.schema.json', 'utf8'));
    const accepts = new Ajv2020({ strict: true }).compile(schema);
    const good = [{}, { gates: ['any'], onUnsure: 'fail', smallest: '1%', budget: '90s', accepted: 'a' }];
    for (const content of good) {
      expect(accepts(content)).toBe(true);
      expect(() => readGateConfig(write(content))).not.toThrow();
    }
    // Ranges are left to the reader.
    const shapes = wrong.filter(([what]) => !/of all|of days|JSON|nothing|prototype|null/.test(what));
    expect(shapes.filter(([, content]) => accepts(content)).map(([what]) => what)).toEqual([]);
  });
});

describe('an accept file', () => {
  const entry = { fingerprint: '0a1b2c3d', reason: 'known', by: 'ann', until: '2027-01-31' };

  test('lists what is accepted, why, by whom, and until when', () => {
    const entries = [entry, { ...entry, fingerprint: 'ffffffff', kind: 'heap-leak' }];
    expect(readAcceptFile(write(entries))).toEqual(entries);
    expect(readAcceptFile(write([]))).toEqual([]);
  });

  const { reason: _reason, ...withoutReason } = entry;
  const { by: _by, ...withoutName } = entry;
  const { until: _until, ...withoutDate } = entry;
  const { fingerprint: _fingerprint, ...withoutFingerprint } = entry;
  test.each([
    ['no reason', [entry, withoutReason], /: \[1\]\.reason: is missing: an entry has to say the reason\.$/],
    ['an empty reason', [{ ...entry, reason: ' ' }], /reason: is missing/],
    ['no name', [withoutName], /: \[0\]\.by: is missing: an entry has to say who accepted it\.$/],
    ['no date', [withoutDate], /: \[0\]\.until: is missing: an entry has to say until when.*2027-01-31\.$/],
    ['no fingerprint', [withoutFingerprint], /fingerprint: is missing: an entry has to say which finding/],
    ['a fingerprint that is none', [{ ...entry, fingerprint: 'heap-leak' }], /has to be the 8 hex digits/],
    ['a date that is none', [{ ...entry, until: 'next year' }], /until: has to be a date like 2027-01-31\.$/],
    ['a day that is none', [{ ...entry, until: '2026-02-30' }], /until: is not a valid date\.$/],
    ['a kind that is none', [{ ...entry, kind: 'leak' }], /kind: is not a kind of finding\.$/],
    ['a field too many', [{ ...entry, ticket: 'X-1' }], /\[0\]\.ticket: is not a field of an entry\.$/],
    ['an object for a list', { accepted: [] }, /has to be a list of entries\.$/],
  ])('with %s is refused in one sentence', (_what, content, words) => {
    expect(refusal(() => readAcceptFile(write(content)))).toMatch(words);
  });
});

describe('a baseline file', () => {
  const metrics = [{ ...metricMoved('cpu.total', [0, 0, 0]), headLow: 99, headHigh: 101 }];
  const machine = { cpuModel: 'Xeon', cpuCount: 2 };
  const baseline = baselineOf(comparisonOf({ metrics, machine }), new Date('2026-10-01T10:00:00Z'));

  test('is read as it was written', () => {
    const path = join(dir, 'culprit.baseline.json');
    writeBaseline(path, baseline);
    expect(readBaseline(path)).toEqual(baseline);
  });

  test.each([
    ['of a later version', { ...baseline, formatVersion: 2 }, /formatVersion: is a version this culprit/],
    ['of something else', { ...baseline, format: 'x' }, /is not a stored baseline: format/],
    [
      'with a value outside of its interval',
      { ...baseline, metrics: { 'cpu.total': { value: 5, low: 6, high: 7 } } },
      /metrics\.cpu\.total: has a value outside of its interval/,
    ],
    ['without a time', { ...baseline, storedAt: 'yesterday' }, /storedAt: has to be a time/],
  ])('%s is refused', (_what, content, words) => {
    expect(refusal(() => readBaseline(write(content)))).toMatch(words);
  });

  test('from a later culprit may know metrics that this one does not', () => {
    const more = { ...baseline.metrics, 'new.metric': { value: 1, low: 1, high: 1 } };
    expect(readBaseline(write({ ...baseline, metrics: more }))).toEqual(baseline);
  });

  test('that cannot be written says so', () => {
    const path = join(dir, 'no', 'folder.json');
    expect(() => writeBaseline(path, baseline)).toThrow(
      new UsageError(
        `Cannot write ${path}: the folder ${join(dir, 'no')} does not exist.`,
        'Choose another place.',
      ),
    );
  });
});
