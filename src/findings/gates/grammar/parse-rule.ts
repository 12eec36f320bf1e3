// From the text of a rule to a rule; gate-rule.ts has the grammar. What cannot be read is refused with the nearest
// thing that can.

import { METRICS, type MetricName } from '../../../model/comparison/run.ts';
import { FINDING_KINDS, type FindingKind, SEVERITIES, type Severity } from '../../../model/finding.ts';
import { nearestName } from '../../../model/nearest-name.ts';
import type { FunctionRule, GateRule, GateRuleError, MetricRule, WrittenRule } from './gate-rule.ts';
import { exampleOf, parseLimit, parseValue, tidy } from './parse-limit.ts';
import { parseObjective } from './parse-objective.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';

const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
const OTHER_NAMES = ['any', 'function', 'findings.new', 'slo:', 'baseline.findings.new'];
const MAX_LENGTH = 1_000;

const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

/** All rules, or what is wrong with those that cannot be read. */
export function parseGateRules(written: readonly WrittenRule[]): {
  rules: GateRule[];
  errors: GateRuleError[];
} {
  const read = written.map(parseGateRule);
  return {
    rules: read.filter((rule): rule is GateRule => !isRefusal(rule)),
    errors: read.filter((rule): rule is GateRuleError => isRefusal(rule)),
  };
}

export function parseGateRule({ rule, source }: WrittenRule): GateRule | GateRuleError {
  const parsed = parseText(rule.trim());
  if (!isRefusal(parsed)) return { ...parsed, rule, source };
  return {
    rule,
    source,
    message: `${source} "${rule.slice(0, MAX_LENGTH)}": ${parsed.message}`,
    hint: parsed.hint,
  };
}

type Parsed<R> = R extends GateRule ? Omit<R, keyof WrittenRule> : never;

function parseText(text: string): Parsed<GateRule> | Refusal {
  if (text === '' || text.length > MAX_LENGTH)
    return refuse(
      text === '' ? 'the rule is empty.' : 'the rule is too long.',
      'Write it like cpu.total>3%.',
    );
  if (text === 'any') return { type: 'any' };
  if (text.startsWith('slo:')) return parseObjective(text.slice('slo:'.length));
  const { subject, operator, limit } = splitRule(text);
  if (/^(baseline\.)?findings(\.|:|$)/.test(subject)) return parseFindings(text);
  if (operator.includes('='))
    return refuse(
      `${operator} is not used in rules.`,
      `A rule says when to fail, and a value equal to the limit passes: to keep latency at or below 300 ms, write head.latency.p99>300ms.`,
    );
  if (/^function(:|$)/.test(subject)) return parseFunction(subject, operator, limit);
  return parseMetric(subject, operator, limit);
}

/** At the last comparison sign: the name of a function may hold others. */
function splitRule(text: string): { subject: string; operator: string; limit: string } {
  const match = /^(.*?)([<>=]=?|=[<>])([^<>=]*)$/s.exec(text);
  if (!match) return { subject: text, operator: '', limit: '' };
  return { subject: match[1]!.trim(), operator: match[2]!, limit: match[3]!.trim() };
}

function parseMetric(subject: string, operator: string, limit: string): Parsed<MetricRule> | Refusal {
  const [, prefix = '', name = ''] = /^(head\.|baseline\.)?(.*)$/s.exec(subject)!;
  if (!isMetricName(name)) return unknownName(subject, prefix, name);
  const against = prefix === 'head.' ? 'head alone' : prefix === 'baseline.' ? 'baseline' : 'base';
  const rule = { type: 'metric', metric: name, against } as const;
  const worse = METRICS[name].better === 'lower' ? '>' : '<';
  if (operator === '') {
    if (against === 'base') return { ...rule, limit: null };
    return refuse(`${subject} needs a limit.`, `Write ${subject}${worse}${exampleOf(name)}.`);
  }
  if (operator !== worse) return wrongDirection(subject, name, operator, limit);
  if (against !== 'head alone') {
    const parsed = parseLimit(limit, name);
    return isRefusal(parsed) ? parsed : { ...rule, limit: parsed };
  }
  const value = parseValue(limit, name);
  return isRefusal(value) ? value : { ...rule, limit: { isRelative: false, value } };
}

function parseFunction(subject: string, operator: string, limit: string): Parsed<FunctionRule> | Refusal {
  const hint = 'Write function>2% or function:rank@src/search.js>1%, in parts of all CPU time.';
  if (operator !== '>')
    return refuse('a rule about functions can only fail when a function needs more: use >.', hint);
  const share = /^(\d+(?:\.\d+)?|\.\d+)\s*%$/.exec(limit);
  if (!share) return refuse(`"${limit}" is not a share of all CPU time.`, hint);
  const [, name = '', file = ''] = /^(?:function:?)([^@]*)@?(.*)$/s.exec(subject)!;
  if (subject !== 'function' && name.trim() === '') return refuse('the function has no name.', hint);
  return {
    type: 'function',
    name: name.trim() || null,
    file: file.trim() || null,
    limit: tidy(Number(share[1]) / 100),
  };
}

function parseFindings(text: string): Parsed<GateRule> | Refusal {
  const match = /^(baseline\.)?findings\.new(?::\s*(.*))?$/s.exec(text);
  if (!match)
    return refuse(
      'a rule about findings can only ask for new ones.',
      'Write findings.new, findings.new:critical or findings.new:listener-leak.',
    );
  const [, prefix, what] = match;
  const rule = { type: 'findings', against: prefix ? 'baseline' : 'base' } as const;
  if (what === undefined) return { ...rule, severity: null, kind: null };
  const severity = SEVERITIES.find((known): known is Severity => known === what) ?? null;
  const kind = FINDING_KINDS.find((known): known is FindingKind => known === what) ?? null;
  if (severity !== null || kind !== null) return { ...rule, severity, kind };
  const near = nearestName(what, [...SEVERITIES, ...FINDING_KINDS]);
  return refuse(
    `"${what}" is neither a severity nor a kind of finding${near ? `; did you mean ${near}?` : '.'}`,
    `Severities are ${SEVERITIES.join(', ')}; kinds are ${FINDING_KINDS.join(', ')}.`,
  );
}

function unknownName(subject: string, prefix: string, name: string): Refusal {
  const near = nearestName(name, prefix ? METRIC_NAMES : [...METRIC_NAMES, ...OTHER_NAMES]);
  return refuse(
    `there is no metric "${subject}"${near ? `; did you mean ${prefix}${near}?` : '.'}`,
    `Metrics are ${METRIC_NAMES.join(', ')}; other rules are any, function>2%, findings.new and slo:latency.p99<300ms@99%.`,
  );
}

function wrongDirection(subject: string, metric: MetricName, operator: string, limit: string): Refusal {
  const { better } = METRICS[metric];
  const size = limit.replace(/^[+-]/, '');
  const right =
    better === 'lower' ? `${subject}>${size}` : `${subject}<${subject.startsWith('head.') ? '' : '-'}${size}`;
  return refuse(
    `a rule says when to fail, and ${better} is better for ${metric}: with ${operator} it would fail when the metric improves.`,
    `Write ${right}.`,
  );
}
