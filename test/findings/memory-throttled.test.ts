// A group above its memory.high: the kernel throttles the process, and no function is to blame for that.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { cpuWaits, loopDelay, memoryHigh } from '../support/build-container.ts';
import {
  buildObservations,
  collection,
  cpu,
  type Habit,
  heapFloor,
  KB,
} from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;

const PLACE = 'emit@node:events:500 > handle@/app/src/orders.js:42';
/** The profile takes what the kernel does for work of whoever was at it. */
const SEEMS_BUSY = cpu([
  [PLACE, 900],
  ['(idle)', 100],
]);
/** V8's clock beside ours, so that it is known how long the thread ran in each second. */
const WITH_CLOCK: Habit = (o) => {
  for (const profile of o.cpuProfiles) profile.startClockMicros = 7e6;
  for (const sample of o.runtime) sample.clockMicros = 7e6 + sample.atMillis * 1_000;
};
const RAN_LITTLE = cpuWaits(0.06, 0.01);

describe('a process that the kernel holds up for its memory', () => {
  test('is named with its bound, and no function is blamed for what is slow', () => {
    const [finding, ...rest] = findingsOf(
      SEEMS_BUSY,
      WITH_CLOCK,
      RAN_LITTLE,
      memoryHigh(200, 202, 0.7),
      loopDelay(900),
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'memory-throttled',
      severity: 'critical',
      subject: { type: 'limit', name: 'memory.high', file: null },
      impact: { metric: 'memory-wait', unit: 'share', limit: 'memory.high 200 MB' },
    });
    expect(finding!.title).toBe(
      'The kernel throttles the process for 70% of the time because of its memory: its cgroup uses 202 MB, and memory.high is 200 MB',
    );
    expect(finding!.evidence.map(({ statement }) => statement)).toEqual([
      'some of its tasks waited for memory for 70% of the time, all of them for 63% (memory.pressure)',
      'the kernel throttled it 812 times during the capture (memory.events)',
      'in 71% of the samples the main thread was in state D: asleep in the kernel, neither running nor ready to run',
    ]);
  });

  test('is a symptom of what fills its memory', () => {
    const [finding, ...rest] = findingsOf(
      memoryHigh(200, 202, 0.4),
      heapFloor(linear(200 * KB), PLACE),
      collection(linear(900), `${PLACE} > set`, { holderName: 'sessions' }),
      loopDelay(900),
      RAN_LITTLE,
    );
    expect([finding!.kind, rest.map(({ kind }) => kind)]).toEqual(['heap-leak', []]);
    expect(finding!.symptoms).toContain(
      'the kernel throttles the process for 40% of the time, above memory.high 200 MB',
    );
  });

  test.each<[string, Habit[]]>([
    ['far below its bound', [memoryHigh(200, 100, 0.5)]],
    ['at its bound, which it fills with files and where nobody waits', [memoryHigh(200, 199, 0.01)]],
  ])('is not one %s', (_, habits) => {
    expect(findingsOf(...habits).map(({ title }) => title)).toEqual([]);
  });
});
