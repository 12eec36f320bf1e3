// The rules of a watch, by an injected clock: when an alarm rises and ends, how often a rule acts, and what survives a restart.
import { describe, expect, test } from 'vitest';
import type { WatchRule } from '../../src/watch/config/watch-config.ts';
import { type Alarm, quietAlarm, step } from '../../src/watch/rules/alarm.ts';
import { type KnownFinding, see, worstOf } from '../../src/watch/rules/known-findings.ts';
import { nextLook } from '../../src/watch/rules/light-schedule.ts';
import { freshHistory, type RuleHistory, started, stateOf } from '../../src/watch/rules/limiter.ts';
import { pace, startPace } from '../../src/watch/rules/pace.ts';
import { createRuleBook } from '../../src/watch/rules/rule-book.ts';
import { millisBetween } from '../../src/watch/store/clock.ts';

const RULE: WatchRule = {
  name: 'memory',
  metric: 'memory.share',
  warn: 0.8,
  critical: 0.9,
  holdMillis: 30_000,
  clearMillis: 60_000,
  confirm: false,
  actions: [{ do: 'diagnose' }],
  limits: { count: 2, windowMillis: 3_600_000, durationMillis: null },
};

/** A value every ten seconds; "80-82" is the step taken at that value. */
function run(values: (number | undefined)[], rule = RULE): string[] {
  let alarm: Alarm = quietAlarm(0);
  return values.flatMap((value, index) => {
    const result = step(alarm, rule, { value, atMillis: index * 10_000 });
    alarm = result.alarm;
    const { transition } = result;
    return transition
      ? [`${index * 10} s: ${transition.from} -> ${transition.to} at ${transition.value}`]
      : [];
  });
}

describe('an alarm', () => {
  test('rises when the threshold was crossed for the whole hold-down', () => {
    expect(run([0.5, 0.81, 0.82, 0.83, 0.84])).toEqual(['40 s: ok -> warn at 0.84']);
  });

  test('does not rise for a moment, nor for moments', () => {
    expect(run([0.5, 0.85, 0.85, 0.5, 0.85, 0.85, 0.85, 0.5])).toEqual([]);
  });

  test('does not flap at the edge: it ends well below, and only after a while', () => {
    const edge = [0.81, 0.81, 0.81, 0.81, 0.79, 0.81, 0.79, 0.75, 0.79, 0.75, 0.79, 0.75, 0.79];
    expect(run(edge)).toEqual(['30 s: ok -> warn at 0.81']);
    expect(run([...edge, ...Array(8).fill(0.6)])).toEqual([
      '30 s: ok -> warn at 0.81',
      '190 s: warn -> ok at 0.6',
    ]);
  });

  test('goes to critical at once where that holds, and back over warn', () => {
    expect(run([...Array(4).fill(0.95), ...Array(8).fill(0.78), ...Array(8).fill(0.2)])).toEqual([
      '30 s: ok -> critical at 0.95',
      '100 s: critical -> warn at 0.78',
      '180 s: warn -> ok at 0.2',
    ]);
  });

  test('waits where the value is unknown: neither bad nor well', () => {
    const unknown = [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined];
    expect(run([0.85, 0.85, ...unknown, 0.85])).toEqual([]);
    expect(run([0.85, 0.85, 0.85, 0.85, ...unknown])).toEqual(['30 s: ok -> warn at 0.85']);
  });

  test('where less is worse, rises below', () => {
    const left: WatchRule = {
      ...RULE,
      metric: 'memory.left',
      warn: 1_800_000,
      critical: 600_000,
      holdMillis: 0,
    };
    expect(run([86_400_000, 1_700_000, 500_000], left)).toEqual([
      '10 s: ok -> warn at 1700000',
      '20 s: warn -> critical at 500000',
    ]);
  });
});

describe('limits', () => {
  const limits = RULE.limits;
  const ran = (...times: number[]): RuleHistory =>
    times.reduce<RuleHistory>(
      (history, at) => ({ ...started(history, limits, at), isActing: false }),
      freshHistory(0),
    );

  test('a rule runs, acts, is throttled within its window, and runs again after it', () => {
    expect(stateOf(ran(), limits, 0)).toEqual({ state: 'running', reason: '' });
    expect(stateOf({ ...ran(), isActing: true }, limits, 0)).toEqual({ state: 'acting', reason: '' });
    expect(stateOf(ran(1_000, 60_000), limits, 120_000)).toEqual({
      state: 'throttled',
      reason: 'it acted 2 times within 60 min, which is its limit; it may act again in 58 min',
    });
    expect(stateOf(ran(1_000, 60_000), limits, 3_601_001)).toEqual({ state: 'running', reason: '' });
  });

  test('without a window its count is for good; with a duration it ends by time', () => {
    const whole = { count: 1, windowMillis: null, durationMillis: 10_000 };
    expect(stateOf(ran(1_000), whole, 2_000)).toEqual({
      state: 'finished',
      reason: 'it acted 1 time, which is its limit',
    });
    expect(stateOf(ran(), whole, 10_000)).toEqual({
      state: 'finished',
      reason: 'its duration of 10 s is over',
    });
  });

  test('a limit of nothing never acts', () => {
    expect(stateOf(ran(), { ...limits, count: 0 }, 5).state).toBe('throttled');
  });
});

describe('the book', () => {
  const held = { ...RULE, holdMillis: 0 };

  test('keeps targets apart, and ends what was measured of a process that is gone', () => {
    const book = createRuleBook([held], { atMillis: 0 });
    expect(book.judge('a', { metrics: { 'memory.share': 0.85 }, atMillis: 1 })).toEqual([
      { rule: held, target: 'a', from: 'ok', to: 'warn', why: '85% of the memory limit is used' },
    ]);
    expect(book.judge('b', { metrics: { 'memory.share': 0.2 }, atMillis: 1 })).toEqual([]);
    expect(book.processEnded('a', 2)).toEqual([
      { rule: held, target: 'a', from: 'warn', to: 'ok', why: 'the process ended' },
    ]);
    expect(book.processEnded('b', 2)).toEqual([]);
  });

  test('a restart of the watcher forgets neither an alarm nor what was done', () => {
    const before = createRuleBook([held], { atMillis: 0 });
    before.judge('a', { metrics: { 'memory.share': 0.85 }, atMillis: 1_000 });
    before.started(held, 'a', 1_000);
    before.done(held, 'a');
    before.started(held, 'a', 2_000);
    const saved = before.save(5_000);
    expect(saved).toEqual([
      {
        target: 'a',
        rule: 'memory',
        level: 'warn',
        levelAgeMillis: 4_000,
        ageMillis: 4_000,
        ranAgoMillis: [4_000, 3_000],
        runs: 2,
        state: 'acting',
        reason: '',
      },
    ]);
    // Another clock: its zero is elsewhere.
    const after = createRuleBook([held], { saved, awayMillis: 60_000, atMillis: 500 });
    expect(after.judge('a', { metrics: { 'memory.share': 0.85 }, atMillis: 600 })).toEqual([]);
    expect(after.limited(held, 'a', 600).state).toBe('throttled');
    expect(after.limited(held, 'a', 500 + 3_600_000 - 62_000).state).toBe('running');
  });

  test('a rule that is no longer configured is left out', () => {
    const before = createRuleBook([held], { atMillis: 0 });
    before.judge('a', { metrics: { 'memory.share': 0.85 }, atMillis: 1_000 });
    expect(createRuleBook([], { saved: before.save(2_000), atMillis: 0 }).list(0)).toEqual([]);
  });
});

describe('time between two watchers', () => {
  const stamp = (uptimeMillis: number | null, wallMillis: number, boot = 'a') => ({
    boot,
    uptimeMillis,
    wallMillis,
  });

  test('is told by the uptime, whatever became of the wall clock', () => {
    expect(millisBetween(stamp(1_000, 5_000), stamp(4_000, 99_999_999))).toBe(3_000);
    expect(millisBetween(stamp(1_000, 5_000), stamp(4_000, 0))).toBe(3_000);
  });

  test('after a boot by the wall clock, and never less than nothing', () => {
    expect(millisBetween(stamp(9_000, 5_000), stamp(10, 8_000, 'b'))).toBe(3_000);
    expect(millisBetween(stamp(9_000, 5_000), stamp(10, 1_000, 'b'))).toBe(0);
    expect(millisBetween(stamp(null, 5_000, ''), stamp(null, 6_000, ''))).toBe(1_000);
  });
});

describe('findings', () => {
  const leak = { fingerprint: 'aa', kind: 'heap-leak', title: 'Map grows', severity: 'critical' } as const;
  const hint = { fingerprint: 'bb', kind: 'cpu-hotspot', title: 'busy', severity: 'notice' } as const;
  const seen: KnownFinding = { ...leak, firstSeen: 'monday', missed: 0 };

  test('are news once; notices never', () => {
    const first = see([], [leak, hint], 'monday');
    expect(first).toEqual({ known: [seen, { ...hint, firstSeen: 'monday', missed: 0 }], fresh: [seen] });
    expect(see(first.known, [leak, hint], 'tuesday')).toEqual({ known: first.known, fresh: [] });
    expect(worstOf(first.known)).toBe(2);
  });

  test('end when three looks in a row do not see them, and are news again then', () => {
    let known: KnownFinding[] = [seen];
    for (let look = 0; look < 2; look++) known = see(known, [], 'x').known;
    expect(known).toEqual([{ ...seen, missed: 2 }]);
    known = see(known, [], 'x').known;
    expect(known).toEqual([]);
    expect(see(known, [leak], 'friday').fresh).toHaveLength(1);
  });

  test('of a target that makes them up are bounded', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => ({
      ...leak,
      fingerprint: String(i),
      title: 'x'.repeat(9_000),
    }));
    const { known } = see([], many, 'x');
    expect(known).toHaveLength(200);
    expect(known[0]!.title.length).toBeLessThanOrEqual(200);
  });
});

describe('light looks', () => {
  const light = { everyMillis: 600_000, durationMillis: 10_000 };
  const turns = new Map([
    ['a', { lastMillis: 0, quietLooks: 0 }],
    ['b', { lastMillis: 100_000, quietLooks: 0 }],
  ]);
  const all = { isReady: () => true };

  test('take turns, the longest due first, and only those that are ready', () => {
    expect(nextLook({ turns, last: null }, light, { atMillis: 599_999, ...all })).toBeUndefined();
    expect(nextLook({ turns, last: null }, light, { atMillis: 900_000, ...all })).toBe('a');
    const busy = { atMillis: 900_000, isReady: (name: string) => name !== 'a' };
    expect(nextLook({ turns, last: null }, light, busy)).toBe('b');
  });

  test('are so far apart that they take half a percent of a core', () => {
    const last = { endedMillis: 600_000, cpuMillis: 2_000 };
    expect(nextLook({ turns, last }, light, { atMillis: 999_999, ...all })).toBeUndefined();
    expect(nextLook({ turns, last }, light, { atMillis: 1_000_000, ...all })).toBe('a');
  });

  test('become more seldom where nothing is found', () => {
    const quiet = new Map([['a', { lastMillis: 0, quietLooks: 9 }]]);
    expect(nextLook({ turns: quiet, last: null }, light, { atMillis: 2_399_999, ...all })).toBeUndefined();
    expect(nextLook({ turns: quiet, last: null }, light, { atMillis: 2_400_000, ...all })).toBe('a');
  });
});

test('looks from outside become more seldom where they are dear, and return', () => {
  const configured = { configuredMillis: 5_000 };
  const dear = pace(startPace(5_000, 0, 0), { atMillis: 60_000, cpuMillis: 400, ...configured });
  expect(dear.intervalMillis).toBe(10_000);
  const cheap = pace(dear, { atMillis: 120_000, cpuMillis: 450, ...configured });
  expect(cheap.intervalMillis).toBe(5_000);
  expect(pace(cheap, { atMillis: 180_000, cpuMillis: 451, ...configured }).intervalMillis).toBe(5_000);
});
