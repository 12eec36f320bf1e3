// Comparisons built in code: start from a complete one, override what a test is about.
import type {
  Change,
  Comparison,
  FindingChange,
  FunctionChange,
  MetricChange,
} from '../../src/model/comparison/comparison.ts';
import type { GateDecision, GateReport } from '../../src/model/comparison/gate.ts';
import { METRICS, type MetricName } from '../../src/model/comparison/run.ts';

const NO_CHANGE: Change = {
  base: null,
  head: null,
  difference: null,
  differenceLow: null,
  differenceHigh: null,
  change: null,
  changeLow: null,
  changeHigh: null,
  verdict: 'same',
  direction: 'none',
  runsNeeded: null,
};

/** A change from base by a part of it, with an interval of this half width; nothing relative where base is 0. */
export function buildChange(base: number, head: number, half: number): Change {
  const difference = head - base;
  const part = (value: number) => (base === 0 ? null : value / base);
  return {
    ...NO_CHANGE,
    base,
    head,
    difference,
    differenceLow: difference - half,
    differenceHigh: difference + half,
    change: part(difference),
    changeLow: part(difference - half),
    changeHigh: part(difference + half),
  };
}

const different = (direction: 'worse' | 'better') => ({ verdict: 'different' as const, direction });

export function buildMetric(name: MetricName, overrides: Partial<Change> = {}): MetricChange {
  return { ...NO_CHANGE, name, ...METRICS[name], ...overrides };
}

export function buildFunction(overrides: Partial<FunctionChange> = {}): FunctionChange {
  return {
    ...buildChange(124, 188, 14),
    change: 0.0516,
    changeLow: 0.0403,
    changeHigh: 0.0629,
    ...different('worse'),
    function: 'rank',
    file: 'src/search.js',
    line: 12,
    package: null,
    owner: 'app',
    total: { base: 310, head: 374.5 },
    allocation: { base: 1200, head: 1210 },
    movedWith: [],
    presence: 'both',
    ...overrides,
  };
}

export function buildFindingChange(overrides: Partial<FindingChange> = {}): FindingChange {
  return {
    fingerprint: 'c0ffee12',
    kind: 'listener-leak',
    severity: 'critical',
    title: 'One more `message` listener for each request, never removed (src/ws.ts:88, subscribe)',
    file: 'src/ws.ts',
    line: 88,
    function: 'subscribe',
    advice: ['Remove the listener when the socket closes, or add it once.'],
    presence: 'new',
    accepted: null,
    ...overrides,
  };
}

export function buildDecision(overrides: Partial<GateDecision> = {}): GateDecision {
  return {
    rule: 'cpu.total>3%',
    source: '--fail-on',
    outcome: 'fail',
    statement: 'cpu.total rose by 5.2 % (4.1 % to 6.3 %), more than 3 %',
    evidence: { change: 0.052, changeLow: 0.041, changeHigh: 0.063, metric: 'cpu.total' },
    accepted: [],
    ...overrides,
  };
}

export function buildGates(decisions: GateDecision[], overrides: Partial<GateReport> = {}): GateReport {
  return {
    outcome: 'pass',
    onUnsure: 'pass',
    passed: true,
    decisions,
    decidedAt: '2026-11-21T06:40:00.000Z',
    toolVersion: '0.2.0',
    command: "culprit compare base-*.culprit head-*.culprit --fail-on 'cpu.total>3%'",
    ...overrides,
  };
}

/** Nothing changed, nothing was asked. */
export function buildComparison(overrides: Partial<Comparison> = {}): Comparison {
  const side = { runs: 12, nodeVersions: ['v22.11.0'], requests: 48_210 };
  return {
    schemaVersion: 1,
    tool: { name: 'culprit', version: '0.2.0' },
    createdAt: '2026-11-21T06:40:00.000Z',
    base: { label: 'main', commit: '3f2c1abdeadbeef0', ...side },
    head: { label: 'feature/ranking (9e1d77a)', commit: '9e1d77ac0ffee000', ...side, requests: 48_377 },
    verdict: 'same',
    direction: 'none',
    verdictReason: 'no cost changed by more than 1 %, and no finding is new',
    runsNeeded: null,
    culprit: null,
    metrics: [
      buildMetric('cpu.total', buildChange(1240, 1243.1, 7)),
      buildMetric('alloc.perRequest', buildChange(48_200, 48_150, 300)),
      buildMetric('latency.p99', buildChange(12.1, 12.2, 0.3)),
      buildMetric('heap.leak', buildChange(0, 0.4, 1.2)),
    ],
    functions: [],
    findings: [],
    per: 'request',
    method: {
      paired: true,
      confidence: 0.95,
      falseAlarm: 0.01,
      smallest: 0.01,
      looks: 1,
      seconds: 184,
    },
    gates: null,
    warnings: [],
    ...overrides,
  };
}

/** Head is slower, one function did it, and a gate says no. */
export function buildSlower(): Comparison {
  const rank = buildFunction();
  return buildComparison({
    verdict: 'different',
    direction: 'worse',
    verdictReason:
      'head needs 5.2 % (4.1 % to 6.3 %) more CPU time a request, most of it in rank (src/search.js:12)',
    culprit: rank,
    metrics: [
      buildMetric('cpu.total', { ...buildChange(1240, 1304.5, 13.6), ...different('worse') }),
      buildMetric('cpu.gc', { ...buildChange(88, 86.2, 4), verdict: 'same' }),
      buildMetric('alloc.perRequest', { ...buildChange(48_200, 53_020, 480), ...different('worse') }),
      buildMetric('latency.p99', { ...buildChange(12.1, 12.6, 0.9), verdict: 'unsure', runsNeeded: 31 }),
      buildMetric('throughput', { ...buildChange(766, 742, 4), ...different('worse') }),
      buildMetric('rss.after', { ...NO_CHANGE, head: 88_000_000, verdict: 'unsure' }),
    ],
    functions: [
      rank,
      buildFunction({
        ...buildChange(0, 21.4, 2.5),
        change: 0.0173,
        changeLow: 0.0152,
        changeHigh: 0.0194,
        ...different('worse'),
        function: 'normalize',
        file: 'node_modules/words/lib/normalize.js',
        line: 40,
        package: 'words@2.1.0',
        owner: 'library',
        total: { base: null, head: 21.4 },
        allocation: { base: null, head: 4610 },
        presence: 'new',
      }),
      buildFunction({
        ...buildChange(60, 42, 3),
        change: -0.0145,
        changeLow: -0.0169,
        changeHigh: -0.0121,
        ...different('better'),
        function: 'render',
        file: 'src/page.js',
        line: 7,
        total: { base: 80, head: 62 },
        allocation: null,
        movedWith: ['layout', 'escape'],
      }),
      buildFunction({
        ...buildChange(30, 41, 2),
        verdict: 'same',
        direction: 'none',
        function: 'parse',
        file: 'src/query.js',
        line: 3,
        movedWith: ['tokenize'],
      }),
    ],
    gates: buildGates(
      [
        buildDecision(),
        buildDecision({
          rule: 'heap.leak',
          source: 'culprit.json',
          outcome: 'pass',
          statement: 'no heap was kept',
        }),
        buildDecision({
          rule: 'latency.p99>10%',
          source: 'culprit.json',
          outcome: 'unsure',
          statement: 'latency.p99 rose by 4.1 % (-3.3 % to 11.6 %); 19 more runs would tell',
        }),
      ],
      { outcome: 'fail', passed: false },
    ),
  });
}

/** Head leaks: a new finding, one that was accepted, one gone, and a metric that needs more runs. */
export function buildLeaky(): Comparison {
  const accepted = {
    reason: 'the cache of templates is bounded by their number',
    by: 'ann@example.org',
    until: '2027-01-31',
  };
  return buildComparison({
    verdict: 'different',
    direction: 'worse',
    verdictReason: 'head keeps 96 bytes (92 to 101) of heap a request that base does not; new: listener-leak',
    metrics: [
      buildMetric('cpu.total', { ...buildChange(1240, 1252, 25), verdict: 'unsure', runsNeeded: 40 }),
      buildMetric('heap.leak', { ...buildChange(0, 96.4, 4.6), ...different('worse') }),
      buildMetric('handles.after', { ...buildChange(14, 14, 0) }),
    ],
    findings: [
      buildFindingChange(),
      buildFindingChange({
        fingerprint: 'beef0001',
        kind: 'heap-leak',
        severity: 'warning',
        title: 'Map `templates` grows by 12 entries/s (src/templates.ts:5)',
        file: 'src/templates.ts',
        line: 5,
        function: null,
        accepted,
      }),
      buildFindingChange({
        fingerprint: 'beef0002',
        kind: 'fd-leak',
        severity: 'warning',
        title: 'Open files /tmp/uploads-# rise by 3.1/s',
        file: null,
        line: null,
        function: null,
        advice: [],
        presence: 'gone',
      }),
      buildFindingChange({
        fingerprint: 'beef0003',
        kind: 'gc-pressure',
        severity: 'notice',
        title: 'Garbage collection takes 11% of a core',
        file: 'src/search.js',
        line: 12,
        function: 'rank',
        presence: 'both',
      }),
    ],
    gates: buildGates(
      [
        buildDecision({
          rule: 'new-findings',
          statement: '1 finding is new: listener-leak at src/ws.ts:88',
          evidence: { finding: 'c0ffee12' },
          accepted: ['beef0001: heap-leak at src/templates.ts:5'],
        }),
        buildDecision({
          rule: 'cpu.total>3%',
          outcome: 'unsure',
          statement: 'cpu.total changed by 1 % (-1.0 % to 3.0 %)',
        }),
      ],
      { outcome: 'fail', onUnsure: 'fail', passed: false },
    ),
    warnings: ['base ran Node.js v22.11.0, head v24.1.0: built-ins may differ'],
  });
}

/** Nothing is known: every null and empty list that the types allow. */
export function buildUnknown(): Comparison {
  const side = { label: '', commit: null, runs: 0, nodeVersions: [], requests: null };
  const nothing = { base: null, head: null };
  return buildComparison({
    base: side,
    head: side,
    verdict: 'unsure',
    verdictReason: '',
    metrics: Object.keys(METRICS).map((name) => buildMetric(name as MetricName, { verdict: 'unsure' })),
    functions: (['both', 'new', 'gone'] as const).map((presence) =>
      buildFunction({
        ...NO_CHANGE,
        ...different('worse'),
        file: null,
        line: null,
        total: nothing,
        allocation: nothing,
        presence,
      }),
    ),
    findings: [buildFindingChange({ file: null, line: null, function: null, advice: [] })],
    method: { paired: false, confidence: 0.95, falseAlarm: 0.01, smallest: 0.01, looks: 3, seconds: null },
    gates: buildGates([]),
  });
}

/** No metric, no function, no run. */
export function buildEmpty(): Comparison {
  return { ...buildUnknown(), metrics: [], functions: [], findings: [], gates: null };
}

/** One text in every place that a target, a repository or a user's file can fill. */
export function buildHostile(text: string): Comparison {
  const hostile = buildFunction({ function: text, file: text, package: text, movedWith: [text, text] });
  const side = { label: text, commit: text, runs: 3, nodeVersions: [text], requests: 10 };
  const finding = { fingerprint: text, title: text, file: text, function: text, advice: [text] };
  const accepted = { reason: text, by: text, until: text };
  return {
    ...buildSlower(),
    base: side,
    head: side,
    verdictReason: text,
    culprit: hostile,
    functions: [hostile, { ...hostile, verdict: 'same', direction: 'none' }],
    findings: (['new', 'gone', 'both'] as const).flatMap((presence) => [
      buildFindingChange({ ...finding, presence }),
      buildFindingChange({ ...finding, presence, accepted }),
    ]),
    gates: buildGates(
      (['pass', 'fail', 'unsure'] as const).map((outcome) =>
        buildDecision({ rule: text, source: text, outcome, statement: text, accepted: [text] }),
      ),
      { outcome: 'fail', passed: false, command: text, decidedAt: text },
    ),
    warnings: [text],
  };
}
