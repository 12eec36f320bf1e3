// What a healthy verdict says of how it was earned.
import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildObservations, change, type Habit, heapFloor, KB } from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const judged = (...habits: Habit[]) => {
  const { verdict, verdictReason } = judge(gatherFacts(buildObservations(...habits)));
  return [verdict, verdictReason];
};

test('it says how close anything came', () => {
  expect(judged()).toEqual([
    'healthy',
    'Nothing grew, blocked or burned in 30 s of watching. The event loop was at most 9 ms late, the main thread busy for 50% of the time, the heap at 3.9% of its limit, 42 of 65,536 file descriptors open.',
  ]);
});

test('it tells a rise of the heap that is too small to be a finding', () => {
  const [verdict, reason] = judged(heapFloor(linear(5 * KB)));
  expect(verdict).toBe('healthy');
  expect(reason).toMatch(
    /^Nothing grew enough to report, blocked or burned in 30 s of watching\. Small growth: the heap after collections by 5(\.\d)? KB\/s; capture for longer to be sure \(--duration 2m\)\. The event loop/,
  );
});

test('it is not claimed of a heap that rose by much in too few collections to prove a leak', () => {
  const few = (kilobytes: number): Habit[] => [
    heapFloor(linear(kilobytes * KB)),
    change((o) => {
      const last = o.runtime.filter(({ afterGc }) => afterGc).slice(-5);
      o.runtime = o.runtime.filter((sample) => !sample.afterGc || last.includes(sample));
      o.heapReads = [];
    }),
  ];
  const [verdict, reason] = judged(...few(1_600));
  expect(verdict).toBe('too-little-data');
  expect(reason).toMatch(
    /^The heap after garbage collections rose by 1\.6 MB\/s, from .* to .*, in 5 collections, which are too few to prove a leak; nothing else was found\. To find out: culprit diagnose /,
  );
  expect(judged(...few(50))[0]).toBe('healthy');
});

test('it is not claimed where too much could not be judged', () => {
  const [verdict, reason] = judged(
    change((o) => {
      o.heapReads = [];
      o.runtime = o.runtime.filter(({ afterGc }) => !afterGc);
      o.cpuProfiles = [];
      for (const sample of o.passive) sample.sockets = undefined;
    }),
  );
  expect(verdict).toBe('too-little-data');
  expect(reason).toMatch(
    /^Nothing was found in 30 s, but too much could not be judged to call it healthy: .*heap-leak/,
  );
});

/** A thread of a large heap goes without a CPU profile where it is neither busy nor late. */
const unprofiled = (utilization: number, max: number) =>
  judge(
    gatherFacts(
      buildObservations(
        change((o) => {
          o.cpuProfiles = [];
          for (const sample of o.runtime) {
            sample.utilization = utilization;
            if (sample.eventLoopDelayMillis) sample.eventLoopDelayMillis.max = max;
          }
        }),
      ),
    ),
  );

test('a calm thread needs no CPU profile to be healthy', () => {
  const { verdict, verdictReason, notApplicable } = unprofiled(0.1, 9);
  expect(verdict).toBe('healthy');
  expect(verdictReason).toMatch(/^Nothing grew, blocked or burned in 30 s of watching\./);
  const unjudged = notApplicable.map(({ kind }) => kind);
  expect(unjudged).not.toContain('cpu-hotspot');
  expect(unjudged).not.toContain('event-loop-block');
});

test.each([
  ['busy', 0.6, 9],
  ['late', 0.1, 400],
])('of a thread that was %s and not profiled nothing is claimed', (_, utilization, max) => {
  const unjudged = unprofiled(utilization, max).notApplicable.map(({ kind }) => kind);
  expect(unjudged).toEqual(expect.arrayContaining(['cpu-hotspot', 'event-loop-block']));
});
