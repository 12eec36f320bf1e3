import { describe, expect, test } from 'vitest';
import { parseGateRule, parseGateRules } from '../../src/findings/gates/grammar/parse-rule.ts';

const parse = (rule: string) => parseGateRule({ rule, source: '--fail-on' });
const refusal = (rule: string) => {
  const parsed = parse(rule);
  if (!('message' in parsed)) throw new Error(`${rule} was taken`);
  return `${parsed.message} ${parsed.hint}`;
};

describe('what can be written, and what it means:', () => {
  const metric = { type: 'metric', against: 'base' };
  const rules: [string, object][] = [
    ['cpu.total>3%', { ...metric, metric: 'cpu.total', limit: { isRelative: true, value: 0.03 } }],
    [' cpu.total > 3 % ', { ...metric, metric: 'cpu.total', limit: { isRelative: true, value: 0.03 } }],
    ['cpu.total>.5%', { ...metric, limit: { isRelative: true, value: 0.005 } }],
    ['cpu.total>-5%', { ...metric, limit: { isRelative: true, value: -0.05 } }],
    ['cpu.total>1.5ms', { ...metric, limit: { isRelative: false, value: 1_500 } }],
    ['cpu.total>50µs/request', { ...metric, limit: { isRelative: false, value: 50 } }],
    ['cpu.total>50us/req', { ...metric, limit: { isRelative: false, value: 50 } }],
    ['heap.floor>5MB', { ...metric, limit: { isRelative: false, value: 5 * 2 ** 20 } }],
    ['heap.floor>5 mib', { ...metric, limit: { isRelative: false, value: 5 * 2 ** 20 } }],
    ['heap.leak>100B', { ...metric, limit: { isRelative: false, value: 100 } }],
    ['alloc.perRequest>2KB', { ...metric, limit: { isRelative: false, value: 2_048 } }],
    ['alloc.perSecond>1GB/s', { ...metric, limit: { isRelative: false, value: 2 ** 30 } }],
    ['latency.p99>20ms', { ...metric, limit: { isRelative: false, value: 20 } }],
    ['latency.p99>1.2s', { ...metric, limit: { isRelative: false, value: 1_200 } }],
    ['gc.pause>1.5ms/s', { ...metric, limit: { isRelative: false, value: 1.5 } }],
    ['fds.after>2', { ...metric, limit: { isRelative: false, value: 2 } }],
    ['throughput<-5%', { ...metric, metric: 'throughput', limit: { isRelative: true, value: -0.05 } }],
    ['throughput<-20/s', { ...metric, limit: { isRelative: false, value: -20 } }],
    ['throughput<+5%', { ...metric, limit: { isRelative: true, value: 0.05 } }],
    ['throughput<0%', { ...metric, limit: { isRelative: true, value: 0 } }],
    ['heap.leak', { ...metric, metric: 'heap.leak', limit: null }],
    ['head.latency.p99>300ms', { type: 'metric', against: 'head alone', limit: { value: 300 } }],
    ['head.throughput<500/s', { type: 'metric', against: 'head alone', limit: { value: 500 } }],
    ['baseline.cpu.total>3%', { type: 'metric', against: 'baseline', limit: { value: 0.03 } }],
    ['baseline.findings.new', { type: 'findings', against: 'baseline', severity: null, kind: null }],
    ['function>2%', { type: 'function', name: null, file: null, limit: 0.02 }],
    ['function:rank>1%', { type: 'function', name: 'rank', file: null, limit: 0.01 }],
    ['function:rank@src/search.js>1%', { type: 'function', name: 'rank', file: 'src/search.js' }],
    ['function:a@node_modules/@b/c.js>1%', { type: 'function', name: 'a', file: 'node_modules/@b/c.js' }],
    ['function:<anonymous>@a b.js>1%', { type: 'function', name: '<anonymous>', file: 'a b.js' }],
    ['function:<anonymous>>1%', { type: 'function', name: '<anonymous>', limit: 0.01 }],
    ['findings.new', { type: 'findings', against: 'base', severity: null, kind: null }],
    ['findings.new:critical', { type: 'findings', severity: 'critical', kind: null }],
    ['findings.new:listener-leak', { type: 'findings', severity: null, kind: 'listener-leak' }],
    ['any', { type: 'any' }],
    ['slo:latency.p99<300ms@99%,burn<2', { type: 'objective', limit: 300, share: 0.99, burn: 2 }],
    ['slo: latency.p99 < 300 ms @ 99.9 %, burn < 2.5', { limit: 300, share: 0.999, burn: 2.5 }],
    ['slo:latency.p99<300ms@99%', { type: 'objective', share: 0.99, burn: 1 }],
    ['slo:throughput>500/s@95%', { type: 'objective', metric: 'throughput', limit: 500 }],
  ];
  test.each(rules)('%s', (rule, meaning) => {
    expect(parse(rule)).toMatchObject({ ...meaning, rule, source: '--fail-on' });
  });
});

describe('what cannot be written says what to write:', () => {
  const refused: [string, RegExp][] = [
    ['cpu.totl>3%', /no metric "cpu\.totl"; did you mean cpu\.total\?/],
    ['cpu>3%', /did you mean cpu\.total\?/],
    ['head.latency.p90>1ms', /did you mean head\.latency\.p50\?|did you mean head\.latency\.p99\?/],
    ['finding.new', /did you mean findings\.new\?/],
    ['lateny>3ms', /did you mean latency\.p50\?/],
    ['zzz', /no metric "zzz"\..*Metrics are cpu\.total, /],
    ['constructor>3%', /no metric "constructor"/],
    ['findings.new:lisener-leak', /did you mean listener-leak\?/],
    ['findings.new:criticl', /did you mean critical\?/],
    ['findings.old', /can only ask for new ones.*findings\.new:critical/],
    ['findings', /can only ask for new ones/],
    ['cpu.total<3%', /with < it would fail when the metric improves\. Write cpu\.total>3%\./],
    ['throughput>5%', /with > it would fail when the metric improves\. Write throughput<-5%\./],
    ['throughput>-5%', /Write throughput<-5%\./],
    ['head.throughput>500/s', /Write head\.throughput<500\/s\./],
    ['throughput<5%', /a limit of 5% has no sign.*throughput<-5%.*throughput<\+5%/i],
    ['latency.p99<=300ms', /<= is not used.*head\.latency\.p99>300ms/],
    ['latency.p99>=300ms', />= is not used/],
    ['heap.floor>5', /needs a unit\. Write heap\.floor>3% or heap\.floor>5MB\./],
    ['heap.floor>5ms', /measured in bytes, not in "ms"/],
    ['latency.p99>20MB', /measured in ms, not in "MB"/],
    ['latency.p99>20ms/s', /measured in ms, not in "ms\/s"/],
    ['cpu.total>20µs/s', /measured in µs\/request, not in "µs\/s"/],
    ['fds.after>2MB', /is a count and has no unit/],
    ['cpu.total>', /not a number with a unit/],
    ['cpu.total>lots', /not a number with a unit/],
    ['cpu.total>1e400%', /measured in/],
    ['cpu.total>3%>4%', /no metric/],
    ['head.latency.p99', /needs a limit\. Write head\.latency\.p99>20ms\./],
    ['baseline.heap.leak', /needs a limit/],
    ['head.cpu.total>3%', /an absolute value with a unit, not a change/],
    ['head.latency.p99>-3ms', /never below 0/],
    ['function', /can only fail when a function needs more: use >/],
    ['function<2%', /can only fail when a function needs more: use >/],
    ['function>2ms', /not a share of all CPU time/],
    ['function:>2%', /has no name/],
    ['', /is empty/],
    ['slo:latency.p99<300ms', /not an error budget.*slo:latency\.p99<300ms@99%,burn<2/],
    ['slo:latency.p98<300ms@99%', /did you mean latency\.p99\?/],
    ['slo:latency.p99>300ms@99%', /lower is better for latency\.p99.*slo:latency\.p99<20ms@99%/],
    ['slo:latency.p99<300ms@100%', /the error budget is either nothing or everything/],
    ['slo:latency.p99<300ms@0%', /the error budget is either nothing or everything/],
    ['slo:latency.p99<300ms@99%,burn<0', /above 0/],
    ['slo:latency.p99<300ms@99%,burn<100', /all windows may be bad/],
    ['slo:latency.p99<300@99%', /needs a unit/],
  ];
  test.each(refused)('%s', (rule, words) => {
    expect(refusal(rule)).toMatch(words);
  });

  test('a rule without an end', () => {
    expect(refusal('x'.repeat(5_000))).toMatch(/too long/);
  });

  test('it says where the rule was written', () => {
    const { rules, errors } = parseGateRules([
      { rule: 'any', source: '--fail-on' },
      { rule: 'nothing', source: 'culprit.json, gates[1]' },
    ]);
    expect(rules).toHaveLength(1);
    expect(errors).toMatchObject([{ rule: 'nothing', source: 'culprit.json, gates[1]' }]);
    expect(errors[0]!.message).toMatch(/^culprit\.json, gates\[1\] "nothing": /);
  });
});
