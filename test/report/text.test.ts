import { describe, expect, test } from 'vitest';
import { FINDING_KINDS, type Report } from '../../src/model/finding.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderText } from '../../src/report/text/text.ts';
import { reportErrors } from '../support/json-schemas.ts';
import { buildFinding, buildHotspot, buildReport, buildRetainerPath, HOSTILE_NAME } from './build-report.ts';

const { capture, target } = buildReport();
const hostileFinding = buildFinding({
  title: HOSTILE_NAME,
  subject: { ...buildFinding().subject, name: HOSTILE_NAME, function: HOSTILE_NAME, file: HOSTILE_NAME },
  evidence: [{ source: HOSTILE_NAME, statement: HOSTILE_NAME, value: Number.NaN, unit: HOSTILE_NAME }],
  symptoms: [HOSTILE_NAME],
  advice: ['x'.repeat(1 << 20)],
});

const { owner, steps } = buildRetainerPath();
const hostilePlace = { ...owner.place!, file: HOSTILE_NAME, script: HOSTILE_NAME };
const hostilePath = buildRetainerPath({
  owner: { ...owner, name: HOSTILE_NAME, className: HOSTILE_NAME, place: hostilePlace },
  steps: steps.map((step) => ({
    ...step,
    name: HOSTILE_NAME,
    className: 'x'.repeat(1 << 20),
    place: hostilePlace,
  })),
});

const golden: [string, Report, { width?: number; quiet?: boolean; colors?: boolean }][] = [
  ['two-causes', buildReport(), {}],
  ['two-causes-narrow', buildReport(), { width: 50 }],
  ['two-causes-colors', buildReport(), { colors: true }],
  ['two-causes-quiet', buildReport(), { quiet: true }],
  [
    'healthy',
    buildReport({
      verdict: 'healthy',
      verdictReason: 'Nothing grew in 30 samples, and no function took more than 5% of a core.',
      findings: [],
      nextMeasurement: {
        unknown: 'Whether the small growth continues.',
        command: 'culprit diagnose 4242 --duration 120s',
      },
      notApplicable: FINDING_KINDS.slice(0, 12).map((kind, index) => ({ kind, reason: `reason ${index}` })),
    }),
    {},
  ],
  [
    'too-little-data',
    buildReport({
      verdict: 'too-little-data',
      verdictReason: 'Only 3 samples in 3 s; 8 samples (--duration 10s) would be enough.',
      findings: [],
      target: { ...target, pid: null, title: null, container: null, uptimeSeconds: null, threads: [] },
      capture: { ...capture, durationMillis: 3000, restored: null, files: [], warnings: [] },
      warnings: [],
    }),
    {},
  ],
  [
    'not-restored',
    buildReport({
      verdictReason: '',
      findings: [buildHotspot({ rank: 1 })],
      capture: { ...capture, restored: false, overhead: { pausesMillis: [] } },
    }),
    {},
  ],
  ['held', buildReport({ findings: [buildFinding({ retainerPath: buildRetainerPath() })] }), {}],
  [
    'held-narrow',
    buildReport({ findings: [buildFinding({ retainerPath: buildRetainerPath() })] }),
    { width: 60 },
  ],
  ['held-hostile', buildReport({ findings: [buildFinding({ retainerPath: hostilePath })] }), {}],
  ['hostile', buildReport({ findings: [hostileFinding], target: { ...target, title: HOSTILE_NAME } }), {}],
];

test.each(golden)('renders %s as expected', async (name, report, { width = 100, quiet, colors = false }) => {
  const text = renderText(report, { colors, width, quiet });
  await expect(text).toMatchFileSnapshot(`../golden/report/${name}.txt`);
});

/** The hostile one has a value that is no number. */
const proper = golden.filter(([name]) => name !== 'hostile');

test.each(proper)('%s keeps to the schema as JSON', (_name, report) => {
  expect(reportErrors(JSON.parse(renderJson(report)))).toEqual([]);
});

test('the first words are the verdict', () => {
  const text = renderText(buildReport(), { colors: false, width: 100 });
  expect(text.startsWith('2 CAUSES found (1 critical, 1 warning) in node server.js (pid 4242)')).toBe(true);
});

test('no line is wider than the terminal when its words fit', () => {
  const text = renderText(buildReport(), { colors: false, width: 72 });
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
});

test('colours change nothing but colours', () => {
  const plain = renderText(buildReport(), { colors: false, width: 100 });
  const colored = renderText(buildReport(), { colors: true, width: 100 });
  expect(colored).toContain('\x1b[');
  expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(plain);
});

describe.each([
  ['a name', hostileFinding],
  ['a name on the way to what accumulates', buildFinding({ retainerPath: hostilePath })],
])('%s from the target', (_what, finding) => {
  const text = renderText(buildReport({ findings: [finding] }), { colors: false, width: 100 });

  test('cannot reach the terminal as anything but text', () => {
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  test('cannot make the report long', () => {
    expect(text.length).toBeLessThan(10_000);
  });
});

test('evidence that says its number already does not say it twice', () => {
  const evidence = [{ source: 'proc', statement: 'fds rose by 3.1/s', value: 3.1, unit: 'per second' }];
  const text = renderText(buildReport({ findings: [buildFinding({ evidence })] }), {
    colors: false,
    width: 100,
  });
  expect(text).toContain('- fds rose by 3.1/s [proc]');
});

test('a finding without a heap snapshot says nothing of holders, and the short form never does', () => {
  const held = buildReport({ findings: [buildFinding({ retainerPath: buildRetainerPath() })] });
  expect(renderText(buildReport(), { colors: false, width: 100 })).not.toContain('Held by');
  expect(renderText(held, { colors: false, width: 100 })).toContain('Held by');
  expect(renderText(held, { colors: false, width: 100, quiet: true })).not.toContain('Held by');
});
