// Comparisons built in code: nothing changed, unless a test says so.
import type {
  Change,
  Comparison,
  FindingChange,
  FunctionChange,
  MetricChange,
} from '../../src/model/comparison/comparison.ts';
import { METRICS, type MetricName } from '../../src/model/comparison/run.ts';

export function comparisonOf(parts: Partial<Comparison> = {}): Comparison {
  const side = { commit: null, runs: 10, nodeVersions: ['v22.1.0'], requests: 10_000 };
  return {
    schemaVersion: 1,
    tool: { name: 'culprit', version: '0.1.0' },
    createdAt: '2026-11-20T10:00:00.000Z',
    base: { ...side, label: 'main' },
    head: { ...side, label: 'topic' },
    verdict: 'same',
    direction: 'none',
    verdictReason: 'Nothing changed.',
    runsNeeded: null,
    culprit: null,
    metrics: [],
    functions: [],
    findings: [],
    per: 'request',
    method: { paired: true, confidence: 0.95, falseAlarm: 0.02, smallest: 0.01, looks: 1, seconds: 60 },
    gates: null,
    warnings: [],
    ...parts,
  };
}

/** A metric that moved from `base` by parts of it: 0.05 is 5 % more. The verdict follows from the interval. */
export function metricMoved(
  name: MetricName,
  [low, point, high]: readonly [number, number, number],
  { base = 100, ...more }: Partial<MetricChange> & { base?: number } = {},
): MetricChange {
  const { unit, better, words } = METRICS[name];
  const isDifferent = low > 0 || high < 0;
  return {
    name,
    unit,
    better,
    words,
    base,
    head: base * (1 + point),
    difference: base * point,
    differenceLow: base * low,
    differenceHigh: base * high,
    change: point,
    changeLow: low,
    changeHigh: high,
    verdict: isDifferent ? 'different' : 'unsure',
    direction: !isDifferent ? 'none' : low > 0 === (better === 'lower') ? 'worse' : 'better',
    runsNeeded: null,
    ...more,
  };
}

/** A function that took up more of all CPU time by these parts. */
export function functionMoved(
  name: string,
  [low, point, high]: readonly [number, number, number],
  more: Partial<FunctionChange> = {},
): FunctionChange {
  const change: Change = metricMoved('cpu.total', [low, point, high], { base: 1_000 });
  const { base, head, difference, differenceLow, differenceHigh, verdict, direction, runsNeeded } = change;
  return {
    ...{ base, head, difference, differenceLow, differenceHigh, verdict, direction, runsNeeded },
    ...{ change: point, changeLow: low, changeHigh: high },
    function: name,
    file: 'src/search.js',
    line: 12,
    package: null,
    owner: 'app',
    total: { base, head },
    allocation: null,
    movedWith: [],
    presence: 'both',
    ...more,
  };
}

export function findingChange(parts: Partial<FindingChange> = {}): FindingChange {
  return {
    fingerprint: '0a1b2c3d',
    kind: 'listener-leak',
    severity: 'warning',
    title: 'Listeners accumulate on ws',
    file: 'src/ws.ts',
    line: 88,
    function: 'subscribe',
    advice: [],
    presence: 'new',
    accepted: null,
    ...parts,
  };
}
