import { describe, expect, test } from 'vitest';
import { decideGates, decisionRecord } from '../../src/findings/gates/decide-gates.ts';
import { parseGateRules } from '../../src/findings/gates/grammar/parse-rule.ts';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import { comparisonOf, findingChange, functionMoved, metricMoved } from '../support/build-comparison.ts';
import { decideOne, GATE_OPTIONS } from '../support/decide-one.ts';

const cpu = (low: number, point: number, high: number) =>
  comparisonOf({ metrics: [metricMoved('cpu.total', [low, point, high])] });

describe('a limit in parts', () => {
  test('fails where the whole interval is beyond it, and says by how much', () => {
    expect(decideOne('cpu.total>3%', cpu(0.041, 0.052, 0.063))).toMatchObject({
      rule: 'cpu.total>3%',
      source: '--fail-on',
      outcome: 'fail',
      statement: 'cpu.total rose by 5.2 % (4.1 % to 6.3 %), more than 3 %',
      evidence: { metric: 'cpu.total', changeLow: 0.041, changeHigh: 0.063, limit: 0.03, baseRuns: 10 },
    });
  });

  test('passes where the whole interval is within it, a change that is real included', () => {
    expect(decideOne('cpu.total>3%', cpu(0.005, 0.012, 0.02))).toMatchObject({
      outcome: 'pass',
      statement: 'cpu.total rose by 1.2 % (0.5 % to 2 %), within the limit of 3 %',
    });
    expect(decideOne('cpu.total>3%', cpu(-0.3, -0.2, -0.1)).outcome).toBe('pass');
  });

  test('is unsure where the limit lies in the interval, and says how many runs would be enough', () => {
    const decision = decideOne('cpu.total>3%', cpu(0.01, 0.04, 0.07));
    expect(decision).toMatchObject({ outcome: 'unsure', evidence: { runsNeeded: 91 } });
    expect(decision.statement).toBe(
      'cpu.total rose by 4 % (1 % to 7 %), which may be more or less than the limit of 3 %; about 91 runs a side would be enough',
    );
  });

  test('says no number of runs where the change is right at the limit', () => {
    expect(decideOne('cpu.total>3%', cpu(0.01, 0.03, 0.05))).toMatchObject({
      outcome: 'unsure',
      evidence: { runsNeeded: null },
    });
  });

  test('passes at the limit itself', () => {
    expect(decideOne('cpu.total>3%', cpu(0.01, 0.02, 0.03)).outcome).toBe('pass');
    expect(decideOne('cpu.total>3%', cpu(0.03, 0.04, 0.05)).outcome).toBe('unsure');
  });

  test('is not failed by an interval alone where the verdict on all that was compared is not sure', () => {
    const metrics = [metricMoved('cpu.total', [0.031, 0.05, 0.07], { verdict: 'unsure', runsNeeded: 24 })];
    const decision = decideOne('cpu.total>3%', comparisonOf({ metrics }));
    expect(decision.outcome).toBe('unsure');
    expect(decision.statement).toMatch(/may be chance; about 24 runs/);
  });

  test('is not failed by a change that counts as the same', () => {
    const metrics = [metricMoved('cpu.total', [0.004, 0.006, 0.008], { verdict: 'same' })];
    const decision = decideOne('cpu.total>0.2%', comparisonOf({ metrics }));
    expect(decision.outcome).toBe('unsure');
    expect(decision.statement).toMatch(/too small to count as different \(under 1 %\)/);
  });

  test('for a fall of what is better higher', () => {
    const of = (...interval: [number, number, number]) =>
      comparisonOf({ metrics: [metricMoved('throughput', interval)] });
    expect(decideOne('throughput<-5%', of(-0.09, -0.08, -0.07))).toMatchObject({
      outcome: 'fail',
      statement: 'throughput fell by 8 % (7 % to 9 %), more than 5 %',
    });
    expect(decideOne('throughput<-5%', of(-0.04, -0.03, -0.02)).outcome).toBe('pass');
    expect(decideOne('throughput<-5%', of(0.1, 0.2, 0.3)).outcome).toBe('pass');
    expect(decideOne('throughput<-5%', of(-0.06, -0.03, 0)).outcome).toBe('unsure');
  });

  test('on the good side asks for a change: none at all fails', () => {
    const nothing = comparisonOf({
      metrics: [metricMoved('cpu.total', [-0.01, 0, 0.01], { verdict: 'same' })],
    });
    expect(decideOne('cpu.total>-5%', nothing)).toMatchObject({
      outcome: 'fail',
      statement: 'cpu.total rose by 0 % (-1 % to 1 %), short of the required fall of 5 %',
    });
    expect(decideOne('cpu.total>-5%', cpu(-0.09, -0.08, -0.07)).outcome).toBe('pass');
    expect(decideOne('cpu.total>-5%', cpu(-0.09, -0.06, -0.03)).outcome).toBe('unsure');
  });

  test('says that parts of nothing say nothing, and what to write instead', () => {
    const none = { change: null, changeLow: null, changeHigh: null };
    const metrics = [metricMoved('heap.leak', [1, 2, 3], none)];
    const decision = decideOne('heap.leak>3%', comparisonOf({ metrics }));
    expect(decision.outcome).toBe('unsure');
    expect(decision.statement).toMatch(/close to zero on base.*give the limit in its unit/);
  });
});

describe('a limit in a unit', () => {
  test.each([
    ['heap.floor>5MB', 'heap.floor', 2 ** 20, [6, 7, 8], 'fail'],
    ['heap.floor>5MB', 'heap.floor', 2 ** 20, [3, 4, 5], 'pass'],
    ['heap.floor>5MB', 'heap.floor', 2 ** 20, [4, 6, 8], 'unsure'],
    ['latency.p99>20ms', 'latency.p99', 1, [21, 22, 23], 'fail'],
    ['latency.p99>20ms', 'latency.p99', 1, [-5, 2, 9], 'pass'],
    ['gc.pause>1.5ms/s', 'gc.pause', 1, [1.6, 1.7, 1.8], 'fail'],
    ['fds.after>2', 'fds.after', 1, [3, 3, 3], 'fail'],
    ['fds.after>2', 'fds.after', 1, [2, 2, 2], 'pass'],
    ['fds.after>2', 'fds.after', 1, [0, 0, 0], 'pass'],
    ['heap.leak>100B', 'heap.leak', 1, [150, 160, 170], 'fail'],
    ['throughput<-20/s', 'throughput', 1, [-40, -30, -25], 'fail'],
  ] as const)('%s, with %s moved by %d × %j: %s', (rule, name, base, interval, outcome) => {
    expect(decideOne(rule, comparisonOf({ metrics: [metricMoved(name, interval, { base })] }))).toMatchObject(
      {
        outcome,
      },
    );
  });

  test('is said in the unit people read', () => {
    const metrics = [metricMoved('heap.floor', [6, 7, 8], { base: 2 ** 20 })];
    expect(decideOne('heap.floor>5MB', comparisonOf({ metrics })).statement).toBe(
      'heap.floor rose by 7 MB (6 MB to 8 MB), more than 5 MB',
    );
  });

  test('is unsure where costs are counted by something else', () => {
    const metrics = [metricMoved('cpu.total', [6, 7, 8], { unit: 'µs/s' })];
    const decision = decideOne('cpu.total>50µs', comparisonOf({ metrics, per: 'second' }));
    expect(decision.outcome).toBe('unsure');
    expect(decision.statement).toMatch(/counted in µs\/s here, but the limit is in µs\/request/);
  });
});

describe('a metric that was not measured is no decision, with the reason', () => {
  test.each([
    ['latency.p99>20ms', {}, 'latency.p99 was not measured on either side'],
    ['heap.leak', {}, 'heap.leak was not measured on either side'],
    ['cpu.total>3%', { base: null }, 'cpu.total was not measured on base'],
    ['cpu.total>3%', { head: null }, 'cpu.total was not measured on head'],
    ['head.cpu.total>3ms', { head: null }, 'cpu.total was not measured on head'],
  ])('%s with %j', (rule, parts, statement) => {
    const metrics = [{ ...metricMoved('cpu.total', [0.04, 0.05, 0.06]), ...parts }];
    expect(decideOne(rule, comparisonOf({ metrics }))).toMatchObject({ outcome: 'unmeasured', statement });
  });
});

describe('a metric without an interval is unsure, with the reason', () => {
  test.each([
    [
      'cpu.total>3%',
      { changeLow: null, differenceLow: null },
      'cpu.total has no confidence interval: too few runs',
    ],
    ['head.cpu.total>3ms', {}, /of head is 105 µs\/request and has no confidence interval/],
  ])('%s with %j', (rule, parts, words) => {
    const metrics = [{ ...metricMoved('cpu.total', [0.04, 0.05, 0.06]), ...parts }];
    const decision = decideOne(rule, comparisonOf({ metrics }));
    expect(decision.outcome).toBe('unsure');
    expect(decision.statement).toMatch(words);
  });
});

describe('a metric without a limit', () => {
  const leak = (verdict: 'different' | 'same' | 'unsure', direction: 'worse' | 'better' | 'none') =>
    comparisonOf({
      metrics: [
        metricMoved('heap.leak', [1, 2, 3], {
          ...{ change: null, changeLow: null, changeHigh: null, verdict, direction, runsNeeded: 12 },
        }),
      ],
    });

  test.each([
    ['different', 'worse', 'fail'],
    ['different', 'better', 'pass'],
    ['same', 'none', 'pass'],
    ['unsure', 'none', 'unsure'],
  ] as const)('is %s and %s: %s', (verdict, direction, outcome) => {
    expect(decideOne('heap.leak', leak(verdict, direction)).outcome).toBe(outcome);
  });

  test('says how many runs would be enough, where that is known', () => {
    expect(decideOne('heap.leak', leak('unsure', 'none')).statement).toMatch(/about 12 runs a side/);
  });

  test('passes although unsure, where the worst that is likely is too small to count', () => {
    expect(decideOne('cpu.total', cpu(-0.08, -0.03, 0.008)).outcome).toBe('pass');
    expect(decideOne('cpu.total', cpu(-0.08, -0.03, 0.012)).outcome).toBe('unsure');
    const throughput = metricMoved('throughput', [-0.008, 0.03, 0.08]);
    expect(decideOne('throughput', comparisonOf({ metrics: [throughput] })).outcome).toBe('pass');
  });
});

describe('a limit of head alone', () => {
  const latency = (headLow: number, head: number, headHigh: number) =>
    comparisonOf({ metrics: [{ ...metricMoved('latency.p99', [0, 0, 0]), head, headLow, headHigh }] });

  test('knows no base', () => {
    expect(decideOne('head.latency.p99>300ms', latency(310, 320, 330))).toMatchObject({
      outcome: 'fail',
      statement: 'latency.p99 of head is 320 ms (310 ms to 330 ms), more than 300 ms',
    });
    expect(decideOne('head.latency.p99>300ms', latency(270, 280, 300)).outcome).toBe('pass');
    expect(decideOne('head.latency.p99>300ms', latency(280, 295, 310))).toMatchObject({
      outcome: 'unsure',
      evidence: { runsNeeded: 91 },
    });
  });

  test('of what is better higher', () => {
    const metrics = [
      { ...metricMoved('throughput', [0, 0, 0]), head: 480, headLow: 470, headHigh: 490, base: null },
    ];
    expect(decideOne('head.throughput<500/s', comparisonOf({ metrics }))).toMatchObject({
      outcome: 'fail',
      statement: expect.stringMatching(/less than 500 requests\/s$/),
    });
    expect(decideOne('head.throughput<450/s', comparisonOf({ metrics })).outcome).toBe('pass');
  });
});

describe('functions', () => {
  const of = (...functions: Comparison['functions']) => comparisonOf({ functions });
  const quiet = functionMoved('parse', [-0.002, 0.001, 0.004]);

  test('any one that rose by more than the limit fails, and is named with its line', () => {
    const decision = decideOne('function>2%', of(quiet, functionMoved('rank', [0.03, 0.04, 0.05])));
    expect(decision).toMatchObject({ outcome: 'fail', evidence: { function: 'rank', line: 12 } });
    expect(decision.statement).toBe(
      'rank (src/search.js:12) rose by 4 % (3 % to 5 %): more than 2 % of all CPU time',
    );
  });

  test('all within the limit pass', () => {
    expect(decideOne('function>2%', of(quiet))).toMatchObject({
      outcome: 'pass',
      statement: expect.stringMatching(/no function rose by more than 2 %/),
    });
  });

  test('cost that only moved between neighbours fails nothing', () => {
    const moves = functionMoved('rank', [0.03, 0.04, 0.05], { movedWith: ['search'] });
    expect(decideOne('function>2%', of(moves, quiet)).outcome).toBe('pass');
    expect(decideOne('function:rank>2%', of(moves)).statement).toMatch(/only moved between it and search/);
  });

  test('an interval beyond the limit is not enough where the verdict is unsure', () => {
    const maybe = functionMoved('rank', [0.021, 0.04, 0.05], { verdict: 'unsure', runsNeeded: 30 });
    expect(decideOne('function>2%', of(maybe))).toMatchObject({
      outcome: 'unsure',
      evidence: { runsNeeded: 30 },
    });
  });

  test('one may be named, with the end of its path, and others do not matter', () => {
    const other = functionMoved('rank', [0.2, 0.3, 0.4], { file: 'lib/other.js' });
    const rank = functionMoved('rank', [0, 0.001, 0.002], { file: 'packages/a/src/search.js' });
    expect(decideOne('function:rank@src/search.js>1%', of(rank, other)).outcome).toBe('pass');
    expect(decideOne('function:rank@other.js>1%', of(rank, other)).outcome).toBe('fail');
    expect(decideOne('function:rank@earch.js>1%', of(rank, other)).outcome).toBe('unsure');
    expect(decideOne('function:rank>1%', of(rank, other)).outcome).toBe('fail');
  });

  test('one that was never seen is unsure, and the nearest is named', () => {
    const decision = decideOne('function:rnak@src/search.js>1%', of(functionMoved('rank', [0, 0, 0])));
    expect(decision.outcome).toBe('unsure');
    expect(decision.statement).toMatch(/no function rnak in src\/search\.js.*nearest is rank/);
  });

  test('without a profile nothing is known', () => {
    expect(decideOne('function>2%', of())).toMatchObject({ outcome: 'unmeasured' });
  });
});

describe('new findings', () => {
  const accepted = { reason: 'fixed in 2.1', by: 'ann', until: '2027-01-31' };
  const of = (...findings: Comparison['findings']) => comparisonOf({ findings });

  test('fail, with kind, file and line', () => {
    expect(decideOne('findings.new', of(findingChange()))).toMatchObject({
      outcome: 'fail',
      statement: 'new: listener-leak at src/ws.ts:88',
      evidence: { '0a1b2c3d': 'listener-leak at src/ws.ts:88' },
    });
  });

  test('those that base has too, or that are gone, do not', () => {
    const known = of(findingChange({ presence: 'both' }), findingChange({ presence: 'gone' }));
    expect(decideOne('findings.new', known)).toMatchObject({ outcome: 'pass', evidence: {} });
  });

  test('of a severity and above', () => {
    expect(decideOne('findings.new:critical', of(findingChange())).outcome).toBe('pass');
    expect(decideOne('findings.new:warning', of(findingChange())).outcome).toBe('fail');
    expect(decideOne('findings.new:notice', of(findingChange({ severity: 'critical' }))).outcome).toBe(
      'fail',
    );
  });

  test('of a kind', () => {
    expect(decideOne('findings.new:listener-leak', of(findingChange())).outcome).toBe('fail');
    expect(decideOne('findings.new:heap-leak', of(findingChange())).outcome).toBe('pass');
  });

  test('that are accepted pass, and the record says which and by whom', () => {
    const decision = decideOne('findings.new', of(findingChange({ accepted })));
    expect(decision).toMatchObject({
      outcome: 'pass',
      accepted: ['0a1b2c3d listener-leak at src/ws.ts:88: fixed in 2.1 (ann, until 2027-01-31)'],
    });
  });

  test('are no decision where findings could not be judged', () => {
    expect(decideOne('findings.new', comparisonOf({ findingsCompared: false })).outcome).toBe('unmeasured');
  });
});

describe('any', () => {
  test('fails for a metric that is different and worse, whatever else is better', () => {
    const metrics = [
      metricMoved('cpu.total', [-0.3, -0.2, -0.1]),
      metricMoved('heap.floor', [0.1, 0.2, 0.3]),
    ];
    const comparison = comparisonOf({ verdict: 'different', direction: 'better', metrics });
    expect(decideOne('any', comparison)).toMatchObject({
      outcome: 'fail',
      statement: 'heap.floor rose by 20 % (10 % to 30 %)',
    });
  });

  test('passes what is better, and what is the same', () => {
    const metrics = [metricMoved('cpu.total', [-0.3, -0.2, -0.1])];
    expect(
      decideOne('any', comparisonOf({ verdict: 'different', direction: 'better', metrics })),
    ).toMatchObject({
      outcome: 'pass',
    });
    expect(decideOne('any', comparisonOf())).toMatchObject({ outcome: 'pass' });
  });

  test('is not failed by a function that took over what another gave up', () => {
    const functions = [functionMoved('a', [0.1, 0.2, 0.3]), functionMoved('b', [-0.3, -0.2, -0.1])];
    const comparison = comparisonOf({ verdict: 'different', direction: 'none', functions });
    expect(decideOne('any', comparison).outcome).toBe('pass');
    expect(decideOne('any', { ...comparison, direction: 'worse' }).outcome).toBe('fail');
  });

  test('is not failed by a finding that is accepted, and is by one that is not', () => {
    const accepted = { reason: 'r', by: 'b', until: '2027-01-01' };
    const of = (finding: ReturnType<typeof findingChange>) =>
      comparisonOf({ verdict: 'different', direction: 'worse', findings: [finding] });
    expect(decideOne('any', of(findingChange({ accepted })))).toMatchObject({ outcome: 'pass' });
    expect(decideOne('any', of(findingChange()))).toMatchObject({
      outcome: 'fail',
      statement: 'new: listener-leak at src/ws.ts:88',
    });
  });

  test('is unsure where the verdict is', () => {
    const decision = decideOne('any', comparisonOf({ verdict: 'unsure', runsNeeded: 14 }));
    expect(decision).toMatchObject({ outcome: 'unsure' });
    expect(decision.statement).toMatch(/14 runs a side/);
  });
});

describe('all gates together', () => {
  const decide = (rules: string[], onUnsure: 'pass' | 'fail', comparison = cpu(0.01, 0.04, 0.07)) =>
    decideGates(comparison, parseGateRules(rules.map((rule) => ({ rule, source: 'test' }))).rules, {
      ...GATE_OPTIONS,
      onUnsure,
    });

  test('one that fails fails all; one that is unsure counts as told', () => {
    expect(decide(['cpu.total>10%'], 'fail')).toMatchObject({ outcome: 'pass', passed: true });
    expect(decide(['cpu.total>10%', 'cpu.total>3%'], 'fail')).toMatchObject({
      outcome: 'unsure',
      passed: false,
    });
    expect(decide(['cpu.total>10%', 'cpu.total>3%'], 'pass')).toMatchObject({
      outcome: 'unsure',
      passed: true,
    });
    expect(decide(['cpu.total>0.5%', 'cpu.total>3%'], 'pass')).toMatchObject({
      outcome: 'fail',
      passed: false,
    });
  });

  test('one on what was not measured never passes, whatever unsure counts as', () => {
    for (const onUnsure of ['pass', 'fail'] as const)
      expect(decide(['cpu.total>10%', 'latency.p99>20ms', 'cpu.total>3%'], onUnsure)).toMatchObject({
        outcome: 'unmeasured',
        passed: false,
      });
    expect(decide(['cpu.total>0.5%', 'latency.p99>20ms'], 'pass')).toMatchObject({ outcome: 'fail' });
  });

  test('no gates pass', () => {
    expect(decide([], 'fail')).toMatchObject({ outcome: 'pass', passed: true, decisions: [] });
  });

  test('the record says what was decided, on what, when, by which version, and how to repeat it', () => {
    const comparison = cpu(0.041, 0.052, 0.063);
    const record = decisionRecord(comparison, decide(['cpu.total>3%'], 'fail', comparison));
    expect(JSON.parse(JSON.stringify(record))).toMatchObject({
      schemaVersion: 1,
      tool: { name: 'culprit', version: '0.1.0' },
      decidedAt: '2026-11-21T12:00:00.000Z',
      command: 'culprit compare base head',
      outcome: 'fail',
      passed: false,
      compared: {
        verdict: 'same',
        base: { label: 'main' },
        head: { label: 'topic' },
        method: { paired: true },
      },
      decisions: [{ rule: 'cpu.total>3%', source: 'test', outcome: 'fail', evidence: { limit: 0.03 } }],
    });
  });
});
