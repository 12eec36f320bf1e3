// A process that is starved of CPU by its neighbours: what is found then, what is not, and what code may still be blamed for.
import { describe, expect, test } from 'vitest';
import { measureCpuWaits, mostRunMillis } from '../../src/analysis/cpu/cpu-waits.ts';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { Observations } from '../../src/model/observations.ts';
import { container, cpuWaits, loopDelay, quota } from '../support/build-container.ts';
import { buildObservations, change, cpu, gc, type Habit } from '../support/build-observations.ts';
import type { Slice } from '../support/build-profile.ts';

const judgementOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits)));
const findingsOf = (...habits: Habit[]) => judgementOf(...habits).findings;
const kindsOf = (...habits: Habit[]) => findingsOf(...habits).map(({ kind }) => kind);
const SERVE = 'emit@node:events:500';
const STARVED = [cpuWaits(0.05, 0.9), loopDelay(400)];

/** V8's clock beside ours, so that blocks are known to be in a certain second. */
const withClock: Habit = (o) => {
  for (const profile of o.cpuProfiles) profile.startClockMicros = 7e6;
  for (const sample of o.runtime) sample.clockMicros = 7e6 + sample.atMillis * 1_000;
};

/** As the profile of a starved thread is: the same few samples, each as long as the wait for the next. */
const SLOW: Slice[] = [
  ['(idle)', 50],
  [`${SERVE} > render@/app/src/page.js:7`, 400],
];

describe('a main thread that waits for a CPU', () => {
  test('is the finding, with what it had, what it wanted and what to do', () => {
    const [first, ...rest] = findingsOf(...STARVED);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      kind: 'cpu-starved',
      severity: 'critical',
      confidence: 0.95,
      title:
        'The main thread gets no CPU for 95% of the time that it is ready to run: other processes use it; its event loop is up to 400 ms late',
      subject: { type: 'thread', name: 'main thread', file: null },
      impact: { metric: 'cpu-wait', unit: 'share' },
      symptoms: [],
      caveats: [],
    });
    expect(first!.evidence.map(({ statement }) => statement)).toEqual([
      "the main thread ran for 1.5 s and was ready for 26 s more while other processes used the CPU; time that is due to a quota or to the process's own threads is subtracted",
      'this was so in 30 of 30 intervals; in the worst one it waited for 95% of the time that it was ready',
      'on the whole machine, at least one task waited for a CPU for 99% of the time',
      'the event loop was up to 400 ms late (median of the longest delay in each interval)',
    ]);
    expect(first!.advice[0]).toMatch(
      /requests\.cpu .*had 0\.05 cores and would have used 0\.93 cores at most/,
    );
  });

  test('says that the effect is assumed where the delay of the event loop is not known', () => {
    const unmeasured = change((o) => {
      for (const sample of o.runtime) sample.eventLoopDelayMillis = undefined;
    });
    expect(findingsOf(cpuWaits(0.05, 0.9), unmeasured)).toMatchObject([
      { kind: 'cpu-starved', confidence: 0.8, caveats: [expect.stringMatching(/not measured/)] },
    ]);
  });

  test('explains garbage collection that lasts long by the clock', () => {
    const slowGc: Slice[] = [
      ['(idle)', 3],
      [`${SERVE} > make@/app/src/rows.js:3`, 1],
      ['(garbage collector)', 3],
    ];
    expect(kindsOf(cpuWaits(0.5, 0.01), gc(250), cpu(slowGc))).toEqual(['gc-pressure']);
    expect(findingsOf(gc(250), cpu(slowGc), ...STARVED)).toMatchObject([
      { kind: 'cpu-starved', symptoms: [expect.stringMatching(/[Gg]arbage/)] },
    ]);
  });
});

describe('code that is on the stack while the thread waits', () => {
  test('is blamed for a block and a hotspot when the thread runs', () => {
    expect(kindsOf(cpu(SLOW), loopDelay(400), withClock, cpuWaits(0.9, 0.02))).toEqual(['event-loop-block']);
  });

  test('is blamed for neither when the thread had no CPU meanwhile', () => {
    expect(kindsOf(cpu(SLOW), withClock, ...STARVED)).toEqual(['cpu-starved']);
    expect(kindsOf(cpu(SLOW), ...STARVED)).toEqual(['cpu-starved']);
  });

  test('is not told to hold the loop without a break for want of a CPU', () => {
    const stuck = change((o) => {
      const frames = [{ functionName: 'render', file: 'src/page.js', line: 7, column: 1, owner: 'app' }];
      for (let t = 5; t < 25; t++)
        o.stuck.push({
          thread: 0,
          atMillis: t * 1_000,
          frames: frames as Observations['stuck'][0]['frames'],
        });
      for (const sample of o.runtime) sample.eventLoopDelayMillis = undefined;
    });
    expect(kindsOf(stuck, cpuWaits(0.97, 0.02))).toEqual(['event-loop-block']);
    expect(kindsOf(stuck, cpuWaits(0.05, 0.9))).toEqual(['cpu-starved']);
    const [first, second] = findingsOf(stuck, cpuWaits(0.25, 0.7));
    expect([first!.kind, second!.kind].toSorted()).toEqual(['cpu-starved', 'event-loop-block']);
    const block = [first!, second!].find(({ kind }) => kind === 'event-loop-block')!;
    expect(block.impact!.value).toBeLessThanOrEqual(5_300);
    expect(block.caveats).toEqual([expect.stringMatching(/cpu-starved/)]);
  });

  test('is told as a notice where most of the little CPU goes to it', () => {
    const turn = (millis: number): Slice[] => [
      ['(idle)', 1],
      [`${SERVE} > render@/app/src/page.js:7`, millis],
      [`${SERVE} > other@/app/src/other.js:7`, 4],
    ];
    const starved = [cpuWaits(0.15, 0.8), loopDelay(400)];
    const [first, second, ...rest] = findingsOf(cpu(turn(9)), ...starved);
    expect(rest).toEqual([]);
    expect(first!.kind).toBe('cpu-starved');
    expect(second).toMatchObject({
      kind: 'cpu-hotspot',
      severity: 'notice',
      title: '`render` takes 69% of the CPU time that the main thread gets (src/page.js:7)',
      caveats: expect.arrayContaining([expect.stringMatching(/starved of CPU/)]),
    });
    const third: Slice = [`${SERVE} > third@/app/src/third.js:7`, 4];
    expect(kindsOf(cpu([...turn(4), third]), ...starved)).toEqual(['cpu-starved']);
  });

  test('never blocks for longer than the thread ran, all blocks together as well', () => {
    const waiting = cpuWaits(0.3, 0.65);
    const observations = buildObservations(cpu(SLOW, 20_000), loopDelay(400), withClock, waiting);
    const { blocks } = gatherFacts(observations);
    const ran = blocks[0]!.groups.flatMap(({ ranMillis }) => ranMillis);
    expect(ran.length).toBeGreaterThan(20);
    expect(ran.reduce((sum, millis) => sum + millis, 0)).toBeLessThanOrEqual(20 * 300);
    for (const finding of judge(gatherFacts(observations)).findings) {
      if (finding.kind === 'event-loop-block') expect(finding.impact!.value).toBeLessThanOrEqual(300);
      if (finding.kind === 'cpu-hotspot') expect(finding.impact!.value).toBeLessThanOrEqual(0.3);
    }
  });
});

describe('no starvation is', () => {
  test.each<[string, Habit[]]>([
    ['a busy server with a core of its own', [cpuWaits(0.8, 0.04), loopDelay(30)]],
    ['an idle one that waits for a moment each time', [cpuWaits(0.005, 0.03), loopDelay(30)]],
    ['one that shares each core with one neighbour', [cpuWaits(0.45, 0.5), loopDelay(30)]],
    ['one whose waits nobody feels', [cpuWaits(0.1, 0.6), loopDelay(9)]],
    ['one that waits for its own threads', [cpuWaits(0.2, 0.7, 0.7), loopDelay(60)]],
    [
      'one beside which a batch runs for a third of the capture',
      [
        cpuWaits(
          (t) => t * 0.3,
          (t) => Math.min(t, 10) * 0.65,
        ),
        loopDelay(60),
      ],
    ],
  ])('%s', (_, habits) => {
    expect(kindsOf(...habits)).toEqual([]);
  });

  test('one that a CPU quota stops: the kernel counts its stops as waits', () => {
    expect(kindsOf(quota(0.3, 9, 70, 0.29), cpuWaits(0.28, 0.65), loopDelay(75))).toEqual(['cpu-throttled']);
  });

  test('one that is slowed down for its memory: it sleeps meanwhile', () => {
    const slowed = container({ memoryStallMicros: (t) => Math.round(t * 800_000) });
    const asleep = change((o) => {
      for (const sample of o.scheduling) sample.mainState = 'D';
    });
    expect(kindsOf(slowed, cpuWaits(0.05, 0.01), asleep, loopDelay(60))).toEqual([]);
  });
});

test.each<[string, Habit, RegExp]>([
  ['where the kernel does not count', change((o) => void o.scheduling.splice(0)), /could not be read/],
  ['that was read once', change((o) => void o.scheduling.splice(1)), /could not be read/],
  ['in so short a capture', change((o) => void o.scheduling.splice(4)), /less than 5 s/],
])('starvation is not judged %s, and that is said', (_, habit, reason) => {
  const { findings, notApplicable } = judgementOf(habit);
  expect(findings).toEqual([]);
  expect(notApplicable).toContainEqual({ kind: 'cpu-starved', reason: expect.stringMatching(reason) });
});

describe('what was measured of the waits', () => {
  const main = (runMicros: number, waitedMicros: number) => ({ runMicros, waitedMicros, slices: 1 });
  const measure = (scheduling: Observations['scheduling']) =>
    measureCpuWaits({ scheduling, passive: [], runtime: [] });

  test('is the rise from look to look, less what the threads of the process itself ran', () => {
    const waits = measure([
      { atMillis: 0, main: main(5_000_000, 9_000_000), others: main(1_000_000, 0) },
      { atMillis: 1_000, main: main(5_100_000, 9_900_000), others: main(1_200_000, 0) },
      { atMillis: 1_500, main: main(5_400_000, 9_900_000) },
    ]);
    expect(waits).toEqual({
      seconds: 1.5,
      ranMillis: 400,
      waitedMillis: 700,
      waitedShare: 700 / 1_100,
      spans: [
        { fromMillis: 0, toMillis: 1_000, ranMillis: 100, waitedMillis: 700, readyMillis: 1_000 },
        { fromMillis: 1_000, toMillis: 1_500, ranMillis: 300, waitedMillis: 0, readyMillis: 300 },
      ],
      machineStallShare: undefined,
      delayMillis: undefined,
    });
  });

  test('is nothing where only other threads were counted', () => {
    expect(measure([{ atMillis: 0 }, { atMillis: 1_000, others: main(1, 1) }])).toBeNull();
  });

  test('bounds what can have run between two moments, and leaves alone what was not watched', () => {
    const spans = [
      { fromMillis: 0, toMillis: 1_000, ranMillis: 100, waitedMillis: 900, readyMillis: 1_000 },
      { fromMillis: 1_000, toMillis: 2_000, ranMillis: 600, waitedMillis: 0, readyMillis: 600 },
    ];
    expect(mostRunMillis(spans, 0, 500)).toBeCloseTo(50);
    expect(mostRunMillis(spans, 1_100, 1_500)).toBeCloseTo(400);
    expect(mostRunMillis(spans, 1_000, 2_000)).toBeCloseTo(600);
    expect(mostRunMillis(spans, 2_000, 2_300)).toBe(300);
    expect(mostRunMillis(spans, 900, 2_100)).toBeCloseTo(10 + 600 + 100);
  });
});
