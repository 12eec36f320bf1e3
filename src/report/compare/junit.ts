// A comparison as JUnit XML, for CI systems that show test results. It holds to the strictest of the usual schemas (one
// outcome a test case, no attributes of its own), which the lenient ones accept as well.
import xmlbuilder, { type XMLElement } from 'xmlbuilder';
import type { Comparison } from '../../model/comparison/comparison.ts';
import { escapeControls, escapeLogCommands } from '../escape.ts';
import { groupFindings } from './selection.ts';
import {
  describeAcceptance,
  describeChange,
  describePlace,
  describeSides,
  MAX_COMMAND_LENGTH,
  verdictWords,
} from './words.ts';

interface TestCase {
  className: string;
  name: string;
  /** Absent: passed. */
  outcome?: 'failure' | 'skipped';
  /** What sort of failure: "gate", "unsure", "metric", "finding". */
  type: string;
  message: string;
  details?: string[];
}

const MAX_NAME_LENGTH = 200;

/** One suite; a test case a gate, or a metric and new finding where no gates were given. Ends in a newline. */
export function renderComparisonJunit(comparison: Comparison): string {
  const cases = testCases(comparison);
  const count = (outcome: string) => cases.filter((test) => test.outcome === outcome).length;
  // What XML 1.0 cannot hold and is no control character (U+FFFE) becomes the replacement character.
  const root = xmlbuilder.create('testsuites', { encoding: 'UTF-8', invalidCharReplacement: '\ufffd' });
  const suite = root.ele('testsuite', {
    name: 'culprit',
    package: 'culprit',
    id: 0,
    timestamp: timestampOf(comparison.createdAt),
    hostname: 'localhost',
    tests: cases.length,
    failures: count('failure'),
    errors: 0,
    skipped: count('skipped'),
    time: Math.max(0, comparison.method.seconds ?? 0).toFixed(3),
  });
  addProperties(suite, comparison);
  for (const test of cases) addCase(suite, test);
  suite.ele('system-out', inert(comparison.verdictReason));
  suite.ele('system-err', comparison.warnings.map((warning) => inert(warning)).join('\n'));
  return `${root.end({ pretty: true })}\n`;
}

const inert = (text: string, maxLength?: number) => escapeLogCommands(escapeControls(text, maxLength));

/** Seconds, and no time zone: the schema has none. A time that cannot be read becomes the earliest. */
function timestampOf(createdAt: string): string {
  const time = Date.parse(createdAt);
  return new Date(Number.isNaN(time) ? 0 : time).toISOString().slice(0, 19);
}

function addProperties(suite: XMLElement, { base, head, verdict, tool, gates }: Comparison): void {
  const properties = suite.ele('properties');
  const values = {
    verdict,
    base: base.label,
    head: head.label,
    'base.commit': base.commit ?? '',
    'head.commit': head.commit ?? '',
    version: tool.version,
    command: gates?.command ?? '',
  };
  for (const [name, value] of Object.entries(values)) {
    if (value !== '') properties.ele('property', { name, value: inert(value, MAX_COMMAND_LENGTH) });
  }
}

function addCase(
  suite: XMLElement,
  { className, name, outcome, type, message, details = [] }: TestCase,
): void {
  const shownName = inert(name, MAX_NAME_LENGTH).trim() || 'unnamed';
  const element = suite.ele('testcase', { name: shownName, classname: className, time: '0' });
  const text = [message, ...details].map((line) => inert(line)).join('\n');
  if (outcome === 'failure') element.ele('failure', { message: inert(message), type }, text);
  if (outcome === 'skipped') element.ele('skipped', { message: inert(message) });
}

function testCases(comparison: Comparison): TestCase[] {
  const gates = comparison.gates?.decisions ?? [];
  const cases =
    gates.length > 0 ? gateCases(comparison) : [...metricCases(comparison), ...findingCases(comparison)];
  if (cases.length > 0) return cases;
  // An empty suite counts as passed: what could not be judged must not.
  const message = comparison.verdictReason || 'nothing was measured';
  return [{ className: 'culprit', name: 'comparison', outcome: 'skipped', type: 'unsure', message }];
}

function gateCases({ gates }: Comparison): TestCase[] {
  const { decisions, onUnsure } = gates!;
  const unsure = onUnsure === 'pass' ? 'skipped' : 'failure';
  return decisions.map(({ rule, source, outcome, statement, accepted }) => ({
    className: 'culprit.gates',
    name: rule,
    outcome: {
      pass: undefined,
      fail: 'failure' as const,
      unsure: unsure as 'skipped' | 'failure',
      unmeasured: 'failure' as const,
    }[outcome],
    type: outcome === 'unsure' || outcome === 'unmeasured' ? outcome : 'gate',
    message: statement,
    details: [`rule: ${rule} (${source})`, ...accepted.map((what) => `accepted: ${what}`)],
  }));
}

function metricCases(comparison: Comparison): TestCase[] {
  return comparison.metrics.map((metric) => {
    const isWorse = metric.verdict === 'different' && metric.direction === 'worse';
    const unsure = metric.verdict === 'unsure' ? ('skipped' as const) : undefined;
    const sides = describeSides(metric.base, metric.head, metric.unit);
    const change = metric.verdict === 'different' ? ` by ${describeChange(metric, metric.unit)}` : '';
    return {
      className: 'culprit.metrics',
      name: metric.name,
      outcome: isWorse ? 'failure' : unsure,
      type: 'metric',
      message: `${metric.words}: ${verdictWords(metric, comparison)}${change} (${sides})`,
    };
  });
}

function findingCases(comparison: Comparison): TestCase[] {
  const { fresh, accepted } = groupFindings(comparison);
  return [...fresh, ...accepted.filter(({ presence }) => presence === 'new')].map((finding) => ({
    className: 'culprit.findings',
    name: `${finding.kind} ${describePlace(finding) || finding.fingerprint}`,
    outcome: finding.accepted === null ? 'failure' : 'skipped',
    type: 'finding',
    message: finding.accepted === null ? `new: ${finding.title}` : describeAcceptance(finding),
    details: [...finding.advice, `fingerprint: ${finding.fingerprint}`],
  }));
}
