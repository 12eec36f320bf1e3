// When the capture climbs above sampling, and when not: seen through its steps, with threads that answer what is told
// here.
import { describe, expect, test } from 'vitest';
import { HeapClimb } from '../../src/capture/heap/heap-climb.ts';
import { estimateCensusMillis } from '../../src/capture/heap/ladder.ts';
import type { WalkPlan } from '../../src/signals/census/read.ts';
import { SessionClosed } from '../../src/target/inspector/inspector-session.ts';
import { MB } from '../support/build-observations.ts';
import {
  CAUGHT,
  censusOf,
  type FakeContext,
  type FakeThread,
  fakeContext,
  fakeThread,
  growing,
} from '../support/fake-capture.ts';
import { check } from '../support/known-defects.ts';

const RISING = [20 * MB, 21 * MB, 22 * MB, 23 * MB, 24 * MB];
const FLAT = [20 * MB, 20.01 * MB, 20 * MB, 20.01 * MB, 20 * MB];
/** No machine has this: its snapshot fits nowhere. */
const ENDLESS = 1e15;

/** Calls `step` at each of these parts of the look, in order. */
async function stepAt(climb: HeapClimb, context: FakeContext, ...parts: number[]): Promise<void> {
  for (const part of parts) {
    context.atMillis = part * context.options.durationMillis;
    await climb.step();
  }
}

/** A whole look with a step each second, and its end. */
async function look(climb: HeapClimb, context: FakeContext): Promise<void> {
  const parts = Array.from({ length: 30 }, (_, i) => i / 30);
  await stepAt(climb, context, ...parts);
  context.atMillis = context.options.durationMillis;
  await climb.last();
}

const withFloors = (floors: readonly number[]): FakeThread => {
  const thread = fakeThread();
  thread.counters.floors.push(...floors);
  return thread;
};
const rising = (answers: Parameters<typeof fakeThread>[0] = {}): FakeThread => {
  const thread = fakeThread(answers);
  thread.counters.floors.push(...RISING);
  return thread;
};
const callsOf = (thread: FakeThread, name: string) => thread.calls.filter((call) => call.startsWith(name));
const NO_ROOM = {
  code: 'snapshot-no-memory',
  extraBytes: expect.any(Number),
  roomBytes: expect.any(Number),
  limit: expect.objectContaining({ of: expect.stringMatching(/^(container|machine)$/) }),
};
const warningsOf = (context: FakeContext, pattern: RegExp) =>
  context.outcome.warnings.filter(({ code }) => pattern.test(code));
const refusals = (context: FakeContext) =>
  warningsOf(context, /^snapshot-(cost-unknown|no-memory|too-long)$/);

describe('a census', () => {
  test('is not taken while the floor of the heap is flat', async () => {
    const thread = fakeThread();
    thread.counters.floors.push(...FLAT);
    const context = fakeContext([thread]);
    const climb = new HeapClimb(context);
    await look(climb, context);
    expect(thread.calls).toEqual([]);
    expect(climb.isWatching).toBe(false);
    expect(context.outcome).toMatchObject({ warnings: [], pausesMillis: [] });
    expect(context.outcome.steps).not.toContain('census');
  });

  test('is not taken where somebody was caught adding', async () => {
    const thread = rising({ collections: [CAUGHT] });
    const context = fakeContext([thread]);
    const climb = new HeapClimb(context);
    await look(climb, context);
    expect(callsOf(thread, 'census')).toEqual([]);
    expect(callsOf(thread, 'walk')).toHaveLength(1);
    expect(climb.isWatching).toBe(true);
  });

  test('is taken where nothing was caught, and its pause is announced and noted', async () => {
    const thread = rising({ censuses: [censusOf(['Session', 5_000])] });
    const context = fakeContext([thread]);
    const climb = new HeapClimb(context);
    await stepAt(climb, context, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6);
    expect(callsOf(thread, 'census')).toHaveLength(1);
    expect(thread.calls).toContain('watchPromises');
    expect(climb.isWatching).toBe(true);
    expect(context.announced.join()).toMatch(/census.*pause of about \d+ ms/);
    expect(context.outcome.pausesMillis.length).toBeGreaterThan(0);
    expect(context.outcome.steps.filter((step) => step === 'census')).toHaveLength(1);
  });

  test('is taken where memory outside the heap rises, too, and of the main thread only', async () => {
    const [main, worker] = [fakeThread(), fakeThread({ id: 3 })];
    const context = fakeContext([main, worker]);
    const climb = new HeapClimb(context);
    climb.residentBytes.push(...Array.from({ length: 14 }, (_, i) => 100 * MB + i * MB));
    await stepAt(climb, context, 0.3);
    expect(callsOf(main, 'walk')).toHaveLength(1);
    expect(callsOf(worker, 'walk')).toHaveLength(0);
  });

  test('of a worker is taken where memory outside its heap rises clearly', async () => {
    const [main, rises, stays] = [fakeThread(), fakeThread({ id: 3 }), fakeThread({ id: 4 })];
    rises!.counters.externalFloors.push(45 * MB, 45 * MB, 52 * MB, 62 * MB);
    stays!.counters.externalFloors.push(45 * MB, 62 * MB, 62 * MB, 62 * MB);
    const context = fakeContext([main!, rises!, stays!]);
    await stepAt(new HeapClimb(context), context, 0.3);
    expect([main, rises, stays].map((thread) => callsOf(thread!, 'walk').length)).toEqual([0, 1, 0]);
  });

  test('is not taken for the memory that coming to a process takes', async () => {
    const thread = fakeThread();
    const context = fakeContext([thread]);
    const climb = new HeapClimb(context);
    const attached = [
      96, 104, 108, 111, 111.1, 111.2, 111.1, 111.3, 111.2, 111.3, 111.4, 111.4, 111.5, 111.5,
    ];
    climb.residentBytes.push(...attached.map((megabytes) => megabytes * MB));
    await stepAt(climb, context, 0.3);
    expect(callsOf(thread, 'census')).toHaveLength(0);
  });

  test('is not taken so late that nothing could be read after it', async () => {
    const thread = rising();
    const context = fakeContext([thread]);
    await stepAt(new HeapClimb(context), context, 0.8, 0.9);
    expect(callsOf(thread, 'census')).toHaveLength(0);
  });

  test('is left out, with one warning, when its pause would exceed --max-pause', async () => {
    const thread = rising();
    const context = fakeContext([thread], { maxPauseMillis: 50 });
    await look(new HeapClimb(context), context);
    expect(callsOf(thread, 'census')).toHaveLength(0);
    // What open handles lead to is looked at all the same: that is short.
    expect(callsOf(thread, 'walk').length).toBeGreaterThan(0);
    const [warning, ...more] = warningsOf(context, /^census-/);
    expect(warning).toEqual({
      code: 'census-too-long',
      estimateMillis: expect.any(Number),
      maxPauseMillis: 50,
    });
    expect(more).toEqual([]);
  });

  test('is estimated by what collections of this process took, and with care where it would be felt', async () => {
    const read = (longestMillis: number) => [
      { step: 'read heap profile', count: 1, totalMillis: longestMillis, longestMillis },
    ];
    const estimated = async (collectedMillis: number) => {
      const thread = rising();
      const context = fakeContext([thread], { maxPauseMillis: 50 });
      context.budget.note(0, read(collectedMillis));
      await look(new HeapClimb(context), context);
      return (warningsOf(context, /^census-/)[0] as { estimateMillis: number }).estimateMillis;
    };
    const usual = await estimated(10);
    expect(await estimated(290)).toBe(10 * usual);
  });

  test('is taken for twice as long where no collection of this process was measured', () => {
    expect(estimateCensusMillis(MB)).toBeCloseTo(2 * estimateCensusMillis(MB, 1));
    expect(estimateCensusMillis(8 * MB, 1)).toBeLessThan(100);
    expect(estimateCensusMillis(8 * MB)).toBeGreaterThan(100);
  });

  test('is not taken a second time where the first was longer than --max-pause', async () => {
    const census = censusOf(['function serve#900', 40], ['Session', 10]);
    const thread = rising({ censuses: [census, census] });
    const context = fakeContext([thread]);
    const climb = new HeapClimb(context);
    await stepAt(climb, context, 0.1, 0.2, 0.3, 0.4, 0.5);
    expect(callsOf(thread, 'census')).toHaveLength(1);
    context.budget.note(0, [{ step: 'census', count: 1, totalMillis: 1_200, longestMillis: 1_200 }]);
    await stepAt(climb, context, 0.7, 0.8, 0.9);
    await climb.last();
    expect(callsOf(thread, 'census')).toHaveLength(1);
  });

  test('is left out, with one warning, when there is no memory for it', async () => {
    const thread = rising({ heapUsedBytes: ENDLESS });
    const context = fakeContext([thread], { maxPauseMillis: 1e15 }, process.pid);
    await look(new HeapClimb(context), context);
    expect(callsOf(thread, 'census')).toHaveLength(0);
    expect(callsOf(thread, 'walk').length).toBeGreaterThan(0);
    const [warning, ...more] = warningsOf(context, /^census-/);
    expect(warning).toEqual({
      code: 'census-no-memory',
      extraBytes: expect.any(Number),
      roomBytes: expect.any(Number),
      limit: NO_ROOM.limit,
    });
    expect(more).toEqual([]);
  });

  test('of a thread that gave no access to its modules is not tried', async () => {
    const thread = rising({ hasProbe: false });
    const context = fakeContext([thread]);
    await look(new HeapClimb(context), context);
    expect(callsOf(thread, 'census')).toEqual([]);
  });

  test('of a worker is taken where that worker’s heap rises', async () => {
    const [main, worker] = [fakeThread(), rising({ id: 3 })];
    main.counters.floors.push(...FLAT);
    const context = fakeContext([main, worker]);
    await look(new HeapClimb(context), context);
    expect(callsOf(main, 'census')).toHaveLength(0);
    expect(callsOf(worker, 'census').length).toBeGreaterThan(0);
  });
});

describe('a walk along references', () => {
  const walks = (thread: FakeThread) => callsOf(thread, 'walk');
  const cut = () => ({ scanned: 5_000, cut: true, functions: [] });

  test('that did not come to everything is made again, longer, before the census', async () => {
    const thread = rising({ reads: { walk: cut } });
    const context = fakeContext([thread]);
    await stepAt(new HeapClimb(context), context, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5);
    expect(walks(thread)).toHaveLength(2);
    const order = thread.calls
      .filter((call) => /^(walk|census)/.test(call))
      .map((call) => call.split(' ')[0]);
    expect(order).toEqual(['walk', 'walk', 'census']);
  });

  test('follows closures with the scripts that an earlier one listed, where the budget has no room to list them again', async () => {
    const plans: WalkPlan[] = [];
    const walk = (plan: WalkPlan) => {
      plans.push(plan);
      return cut();
    };
    const thread = rising({ reads: { walk } });
    const context = fakeContext([thread]);
    const climb = new HeapClimb(context);
    await stepAt(climb, context, 0.2, 0.25, 0.3);
    context.budget.note(0, [{ step: 'list scripts', count: 1, totalMillis: 1e6, longestMillis: 76 }]);
    await stepAt(climb, context, 0.35, 0.4, 0.5);
    expect(plans.map(({ isListing, isDataOnly }) => ({ isListing, isDataOnly }))).toEqual([
      { isListing: true, isDataOnly: false },
      { isListing: false, isDataOnly: false },
    ]);
  });

  test.each([
    [
      'follows closures all the same where the budget is spent and the list of scripts is short',
      20 * MB,
      false,
    ],
    ['looks at data alone where the budget is spent and that list would be felt', 200 * MB, true],
  ])('%s', async (_, heapUsedBytes, isDataOnly) => {
    const plans: WalkPlan[] = [];
    const walk = (plan: WalkPlan) => {
      plans.push(plan);
      return cut();
    };
    const thread = rising({ reads: { walk }, heapUsedBytes });
    const context = fakeContext([thread]);
    context.budget.note(0, [{ step: 'start CPU profile', count: 1, totalMillis: 1e6, longestMillis: 400 }]);
    await stepAt(new HeapClimb(context), context, 0.2, 0.25);
    expect(plans).toEqual([expect.objectContaining({ isListing: !isDataOnly, isDataOnly })]);
  });

  test('that came to everything is not', async () => {
    const thread = rising({ reads: { walk: () => ({ ...cut(), cut: false }) } });
    const context = fakeContext([thread]);
    await stepAt(new HeapClimb(context), context, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5);
    expect(walks(thread)).toHaveLength(1);
  });

  test('that was longer is followed by some reads of what it found before all is walked again', async () => {
    const thread = rising({ reads: { walk: cut } });
    const context = fakeContext([thread], { maxPauseMillis: 50 });
    const climb = new HeapClimb(context);
    await stepAt(climb, context, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9);
    const order = thread.calls
      .map((call) => call.split(' ')[0]!)
      .filter((call) => /^(walk|collections)/.test(call));
    const read = (times: number) => Array.from({ length: times }, () => 'collections');
    expect(order).toEqual(['walk', ...read(4), 'walk', ...read(4), 'walk', ...read(1)]);
  });

  test('that did not is not where a collection was caught being filled', async () => {
    const thread = rising({ reads: { walk: cut }, collections: [CAUGHT] });
    const context = fakeContext([thread]);
    await look(new HeapClimb(context), context);
    expect(walks(thread)).toHaveLength(1);
  });
});

describe('promises, whose hooks slow each await for good,', () => {
  const SMALL_RISE = [20, 20.1, 20.2, 20.3, 20.4].map((megabytes) => megabytes * MB);

  test.each<[string, FakeThread, number]>([
    ['are watched, once, where no collection was caught being filled', rising(), 1],
    ['are not where one was', rising({ collections: [CAUGHT] }), 0],
    ['are not for the little that a process and we keep at first', withFloors(SMALL_RISE), 0],
    ['are not where memory rises beside a heap that does not', withFloors(FLAT), 0],
  ])('%s', async (_, thread, times) => {
    const context = fakeContext([thread]);
    const climb = new HeapClimb(context);
    climb.residentBytes.push(...Array.from({ length: 14 }, (_, i) => 100 * MB + i * MB));
    await look(climb, context);
    expect(callsOf(thread, 'watchPromises')).toHaveLength(times);
  });
});

describe('after the census', () => {
  test('the fastest growing collections are trapped, and compiling is watched once', async () => {
    const thread = rising({ collections: [CAUGHT] });
    const context = fakeContext([thread]);
    await look(new HeapClimb(context), context);
    expect(callsOf(thread, 'compilations')).toHaveLength(1);
    const traps = callsOf(thread, 'collections').map((call) => Number(call.split(' ')[1]));
    expect(Math.max(...traps)).toBeGreaterThan(0);
    // The last read sets no more traps.
    expect(traps.at(-1)).toBe(0);
  });

  test('compiling is not watched where V8 compiles no more than what it is asked', async () => {
    const thread = rising({ collections: [CAUGHT], compiled: 3 });
    const context = fakeContext([thread]);
    await look(new HeapClimb(context), context);
    expect(callsOf(thread, 'compilations')).toEqual([]);
  });

  test('a watch that sees no compiling holds up nothing', async () => {
    const thread = rising({ reads: { compilations: () => null } });
    const context = fakeContext([thread]);
    await look(new HeapClimb(context), context);
    expect(callsOf(thread, 'compilations').length).toBeGreaterThan(0);
    expect(callsOf(thread, 'census').length).toBeGreaterThan(0);
  });

  test('no recount where somebody was caught adding', async () => {
    const thread = rising({ collections: [CAUGHT] });
    const context = fakeContext([thread]);
    await look(new HeapClimb(context), context);
    expect(callsOf(thread, 'walk')).toHaveLength(1);
    expect(callsOf(thread, 'census')).toHaveLength(0);
    expect(callsOf(thread, 'closures')).toHaveLength(0);
  });

  test('one recount where nothing explains the rise, late; the closures that accumulate are placed', async () => {
    const before = censusOf(['function serve#900', 40], ['function idle#7', 30], ['Session', 10]);
    const after = censusOf(
      ['function serve#900', 400],
      ['function idle#7', 30],
      ['function fresh#12', 25],
      ['Session', 9_000],
    );
    const thread = rising({ collections: [growing()], censuses: [before, after] });
    const context = fakeContext([thread]);
    const climb = new HeapClimb(context);
    await stepAt(climb, context, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5);
    expect(callsOf(thread, 'census')).toHaveLength(1);
    await stepAt(climb, context, 0.7, 0.8, 0.9);
    await climb.last();
    expect(callsOf(thread, 'census')).toHaveLength(2);
    expect(callsOf(thread, 'walk')).toHaveLength(2);
    // Those that grew most first; not what stayed, and no objects.
    expect(callsOf(thread, 'closures')).toEqual(['closures function serve#900,function fresh#12']);
  });

  test('no closure is placed where no function became more', async () => {
    const census = censusOf(['function serve#900', 40], ['Session', 10]);
    const thread = rising({ censuses: [census, census] });
    const context = fakeContext([thread]);
    await look(new HeapClimb(context), context);
    expect(callsOf(thread, 'census')).toHaveLength(2);
    expect(callsOf(thread, 'closures')).toHaveLength(0);
  });
});

describe('a heap snapshot', () => {
  const unexplained = (more: Parameters<typeof fakeThread>[0] = {}) =>
    rising({ collections: [growing()], ...more });
  const snapshots = (thread: FakeThread) => callsOf(thread, 'snapshot');

  test.each(['explained', 'unexplained'])('with "never" is never taken: %s', async (how) => {
    const thread = rising({ collections: how === 'explained' ? [CAUGHT] : [growing()] });
    const context = fakeContext([thread], { snapshot: 'never', maxPauseMillis: 60_000 });
    await look(new HeapClimb(context), context);
    expect(snapshots(thread)).toEqual([]);
    expect(refusals(context)).toEqual([]);
    expect(context.outcome.steps).not.toContain('snapshot');
  });

  test('with "auto" is not taken of a heap that does not rise', async () => {
    const thread = fakeThread();
    thread.counters.floors.push(...FLAT);
    const context = fakeContext([thread], { maxPauseMillis: 60_000 });
    await look(new HeapClimb(context), context);
    expect(snapshots(thread)).toEqual([]);
  });

  test('with "auto" is not taken where somebody was caught adding', async () => {
    const thread = rising({ collections: [CAUGHT] });
    const context = fakeContext([thread], { maxPauseMillis: 60_000 });
    await look(new HeapClimb(context), context);
    expect(snapshots(thread)).toEqual([]);
    expect(refusals(context)).toEqual([]);
  });

  test('with "auto" is taken once, at the end, where nothing cheaper explains the rise', async () => {
    const thread = unexplained();
    const context = fakeContext([thread], { maxPauseMillis: 60_000 });
    const climb = new HeapClimb(context);
    await stepAt(climb, context, 0.2, 0.3, 0.5, 0.7, 0.9);
    expect(snapshots(thread)).toEqual([]);
    await climb.last();
    expect(snapshots(thread)).toEqual(['snapshot 1']);
    expect(context.outcome.steps).toContain('snapshot');
    // What it will cost is told before, what it did cost after.
    expect(context.announced.join('\n')).toMatch(
      /heap snapshot: about .* nodes, a pause of about .* s and \d+ MB/,
    );
    expect(context.outcome.warnings).toEqual([{ code: 'snapshot-taken', bytes: 2 * MB, pauseMillis: 40 }]);
  });

  test('with "auto" is refused, with one warning and the cure, when it pauses for too long', async () => {
    const thread = unexplained();
    const context = fakeContext([thread], { maxPauseMillis: 1_000 });
    await look(new HeapClimb(context), context);
    expect(snapshots(thread)).toEqual([]);
    expect(refusals(context)).toEqual([
      {
        code: 'snapshot-too-long',
        estimateMillis: expect.any(Number),
        maxPauseMillis: 1_000,
        extraBytes: expect.any(Number),
      },
    ]);
  });

  test('with "auto" is refused, with one warning, where there is no room for it', async () => {
    const thread = unexplained({ heapUsedBytes: ENDLESS });
    const context = fakeContext([thread], { maxPauseMillis: 1e15 }, process.pid);
    await look(new HeapClimb(context), context);
    expect(snapshots(thread)).toEqual([]);
    expect(refusals(context)).toEqual([NO_ROOM]);
  });

  test('with "force" is taken early and at the end, whatever the pause and the explanation', async () => {
    const thread = rising({ collections: [CAUGHT] });
    const context = fakeContext([thread], { snapshot: 'force', maxPauseMillis: 1 });
    const climb = new HeapClimb(context);
    await stepAt(climb, context, 0.05, 0.1);
    expect(snapshots(thread)).toEqual([]);
    await stepAt(climb, context, 0.3, 0.4, 0.5, 0.9);
    expect(snapshots(thread)).toEqual(['snapshot 1']);
    await climb.last();
    expect(snapshots(thread)).toEqual(['snapshot 1', 'snapshot 2']);
    expect(context.outcome.steps.filter((step) => step === 'snapshot')).toHaveLength(1);
  });

  test('with "force" is taken of a heap that does not rise, too', async () => {
    const thread = fakeThread();
    thread.counters.floors.push(...FLAT);
    const context = fakeContext([thread], { snapshot: 'force' });
    await look(new HeapClimb(context), context);
    expect(snapshots(thread)).toHaveLength(2);
  });

  check(
    'a snapshot with "force" is refused by the memory there is, with one sentence for the whole capture',
    async () => {
      let heapUsedBytes = ENDLESS;
      const thread = fakeThread({ collections: [CAUGHT] });
      thread.counters.floors.push(...FLAT);
      // The numbers of the refusal change from look to look.
      const counters = {
        ...thread.counters,
        get heapUsedBytes() {
          heapUsedBytes *= 1.01;
          return heapUsedBytes;
        },
      };
      const changing = { ...thread, counters };
      const context = fakeContext([changing], { snapshot: 'force' }, process.pid);
      await look(new HeapClimb(context), context);
      expect(snapshots(thread)).toEqual([]);
      expect(refusals(context)).toEqual([NO_ROOM]);
      expect(context.outcome.steps).not.toContain('snapshot');
    },
  );

  check('a snapshot of a worker is not taken for whoever asked for one of the main heap', async () => {
    const [main, worker] = [fakeThread(), fakeThread({ id: 3 })];
    for (const { counters } of [main, worker]) counters.floors.push(...FLAT);
    const context = fakeContext([main, worker], { snapshot: 'force' });
    await look(new HeapClimb(context), context);
    expect(snapshots(main)).toHaveLength(2);
    expect(snapshots(worker)).toEqual([]);
  });

  test('of a worker is taken where its own heap rises', async () => {
    const [main, worker] = [fakeThread(), unexplained({ id: 3 })];
    main.counters.floors.push(...FLAT);
    const context = fakeContext([main, worker], { maxPauseMillis: 60_000 });
    await look(new HeapClimb(context), context);
    expect(snapshots(main)).toEqual([]);
    expect(snapshots(worker)).toEqual(['snapshot 1']);
  });

  check('a snapshot is not taken of a heap whose size nobody knows', async () => {
    const thread = fakeThread({ hasProbe: false, heapUsedBytes: undefined });
    const context = fakeContext([thread], { snapshot: 'force' }, process.pid);
    await look(new HeapClimb(context), context);
    expect(snapshots(thread)).toEqual([]);
  });

  check('a snapshot that cannot be written is a warning, and the capture goes on', async () => {
    const thread = unexplained({
      reads: {
        snapshot: () =>
          Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })),
      },
    });
    const context = fakeContext([thread], { snapshot: 'force' });
    await look(new HeapClimb(context), context);
    expect(context.outcome.warnings).toContainEqual({
      code: 'snapshot-failed',
      reason: 'ENOSPC: no space left on device',
    });
  });

  test('whose target goes away meanwhile is told to whoever runs the capture', async () => {
    const thread = unexplained({ reads: { snapshot: () => Promise.reject(new SessionClosed('gone')) } });
    const context = fakeContext([thread], { snapshot: 'force' });
    await expect(look(new HeapClimb(context), context)).rejects.toThrow(SessionClosed);
    expect(context.outcome.warnings).toEqual([]);
  });
});
