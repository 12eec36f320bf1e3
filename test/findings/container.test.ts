// Findings that need the facts of a container: quotas, limits, and what the kernel did about them.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { chooseHeap, neededLimitBytes } from '../../src/findings/memory/heap-settings.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { neededCores } from '../../src/findings/words/quota-words.ts';
import { container, heapLimit, loopDelay, memory, quota, threadCpu } from '../support/build-container.ts';
import {
  buildObservations,
  change,
  cpu,
  fds,
  gc,
  type Habit,
  heapFloor,
  MB,
  threads,
} from '../support/build-observations.ts';
import { constant, linear } from '../support/shapes.ts';

const judgementOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits)));
const findingsOf = (...habits: Habit[]) => judgementOf(...habits).findings;
const titlesOf = (...habits: Habit[]) => findingsOf(...habits).map(({ kind, title }) => `${kind}: ${title}`);
const SERVE = 'emit@node:events:500';

describe('a CPU quota', () => {
  test('that stops the process is the finding, with the setting to change', () => {
    const [first, ...rest] = findingsOf(quota(0.5, 6, 55, 0.48), threadCpu(0.45, 0.03), loopDelay(57));
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      kind: 'cpu-throttled',
      severity: 'critical',
      title:
        'The CPU quota of 0.5 cores stops the process in 60% of all periods, for 55 ms each; its event loop is up to 57 ms late',
      impact: { metric: 'throttling', unit: 'share' },
    });
    expect(first!.evidence.map(({ statement }) => statement)).toEqual([
      'stopped in 174 of 290 periods of 100 ms: the whole container was stopped for 33% of the time',
      "its group used 0.48 cores of CPU, 96% of the quota: 0.45 cores on the main thread, 0.03 cores on V8's helper threads (collecting garbage, compiling), 0 cores on other threads of the process",
      'in seconds with throttling the event loop was up to 57 ms late (median of the longest delay in each second); no callback ran for long meanwhile, so application code is not blocking the loop',
    ]);
    expect(first!.advice[0]).toMatch(/limits\.cpu: "1"/);
  });

  test('explains a hotspot that was measured in stopped time, and names it as what to make cheaper', () => {
    const [first, ...rest] = findingsOf(
      quota(0.5, 9, 50, 0.5),
      threadCpu(0.48, 0.02),
      cpu([
        ['(idle)', 2],
        [`${SERVE} > render@/app/src/page.js:7`, 8],
      ]),
      loopDelay(55),
    );
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      kind: 'cpu-throttled',
      symptoms: [expect.stringContaining('src/page.js:7')],
    });
    expect(first!.advice.at(-1)).toMatch(/Or make src\/page\.js:7, render cheaper/);
  });

  test('is used up by code that blocks: then the block is the cause and the stops its symptom', () => {
    const findings = findingsOf(
      quota(0.5, 5, 50, 0.5),
      cpu([
        ['(idle)', 600],
        [`${SERVE} > report@/app/src/report.js:3 > pbkdf2Sync@node:internal/crypto/pbkdf2:60`, 800],
      ]),
      loopDelay(900),
    );
    expect(findings.map(({ kind }) => kind)).toEqual(['event-loop-block']);
    expect(findings[0]!.symptoms).toContainEqual(expect.stringContaining('CPU quota of 0.5 cores'));
  });

  test('of a core and more leaves a hotspot on the main thread its own finding', () => {
    const kinds = findingsOf(
      quota(2, 5, 30, 1.9),
      threadCpu(0.95, 0.95),
      cpu([
        ['(idle)', 1],
        [`${SERVE} > render@/app/src/page.js:7`, 9],
      ]),
      loopDelay(40),
    ).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['cpu-hotspot', 'cpu-throttled']);
  });

  test.each([
    ['V8’s helper threads', threadCpu(0.3, 0.6), /--v8-pool-size=1 \(or --single-threaded-gc\)/],
    ['libuv’s pool', threadCpu(0.2, 0.05, 0.7), /UV_THREADPOOL_SIZE=1/],
    [
      'worker threads',
      (o: Parameters<Habit>[0]) => {
        threadCpu(0.2, 0.05, 0, 0.7)(o);
        o.target.threads.push({ id: 3, name: 'resize' });
      },
      /no more than 1 at a time/,
    ],
    ['other processes of the container', threadCpu(0.2, 0.05), /Other processes of the same container/],
  ])('used up by %s gives the setting for those first', (_, habit, expected) => {
    const [first] = findingsOf(quota(1, 6, 40, 0.95), habit, loopDelay(45));
    expect(first!.kind).toBe('cpu-throttled');
    expect(first!.advice[0]).toMatch(expected);
  });

  test.each<[string, Habit[]]>([
    ['that never stops it', [quota(0.5, 0, 0, 0.2)]],
    ['that stops it in few periods', [quota(0.5, 0.3, 50, 0.3), loopDelay(30)]],
    ['that stops it for moments that nobody feels', [quota(2, 4, 3, 1.5), loopDelay(4)]],
    ['beside which the loop is no less late in calm seconds', [calmAndLate()]],
    ['that is there, and not read', [container({ pidsLimit: 1_000, pidsCurrent: 12 })]],
  ])('%s is silent', (_, habits) => {
    expect(titlesOf(...habits)).toEqual([]);
  });

  /** Stops in every second second only; the loop is late in all of them. */
  function calmAndLate(): Habit {
    return (o) => {
      quota(0.5, 3, 30, 0.3)(o);
      for (const { atMillis, cgroup } of o.passive)
        cgroup!.throttledPeriods = 6 * Math.floor(atMillis / 2_000);
      loopDelay(40)(o);
    };
  }

  test('so small that culprit itself takes much of it is not judged: the stops may be ours', () => {
    const ours = container({ ownCpuMicros: (t) => Math.round(t * 30_000) });
    const { findings, notApplicable } = judgementOf(quota(0.1, 3, 80, 0.06), ours, loopDelay(90));
    expect(findings).toEqual([]);
    expect(notApplicable.find(({ kind }) => kind === 'cpu-throttled')?.reason).toMatch(
      /culprit itself used much of the quota/,
    );
  });

  test('that only the start of a capture meets is silent', () => {
    const atStart = container({
      ownCpuMicros: (t) => Math.round(Math.min(t, 2) * 200_000 + t * 20_000),
      throttledPeriods: (t) => Math.round(Math.min(t, 2) * 10),
      throttledMicros: (t) => Math.round(Math.min(t, 2) * 10) * 60_000,
    });
    expect(titlesOf(quota(0.5, 0, 0, 0.1), atStart, loopDelay(60))).toEqual([]);
  });

  test('that our reads of the heap meet is silent: the pauses are ours', () => {
    const reads: Habit = (o) => {
      for (const [i, sample] of o.runtime.entries()) if (i % 3 === 0) sample.ownPauseMillis = 150;
    };
    const stops = container({
      throttledPeriods: (t) => 4 * Math.floor(t / 3),
      throttledMicros: (t) => 4 * Math.floor(t / 3) * 60_000,
    });
    expect(titlesOf(quota(0.5, 0, 0, 0.1), stops, reads, loopDelay(60))).toEqual([]);
  });

  test('whose counters were not read is said to be not judged', () => {
    const { notApplicable } = judgementOf(container({ cpuQuotaCores: 0.5 }));
    expect(notApplicable.find(({ kind }) => kind === 'cpu-throttled')?.reason).toMatch(/CPU quota/);
  });

  test('is never advised below what it is, nor far above a core where the main thread is nearly alone', () => {
    const throttling = {
      quotaCores: 0.2,
      periodMillis: 100,
      seconds: 30,
      periods: 300,
      throttledPeriods: 300,
      shareOfPeriods: 1,
      stoppedShare: 0.9,
      stopMillis: 90,
      groupCores: 0.2,
      threads: { main: 0.19, helpers: 0.01, pool: 0, other: 0 },
    };
    expect(neededCores(throttling)).toBe(1.25);
    expect(neededCores({ ...throttling, quotaCores: 3, groupCores: 2, stoppedShare: 0.05 })).toBeGreaterThan(
      3,
    );
  });
});

describe('memory of a container', () => {
  test('that cannot be reclaimed and is near the limit is a risk, with the heap to set', () => {
    const [first, ...rest] = findingsOf(memory(256, 170), heapLimit(128));
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      kind: 'memory-limit-risk',
      title: "240 MB of the container's memory limit 256 MB is in use (94%)",
    });
    expect(first!.evidence[1]!.statement).toMatch(/V8's heap \(40 MB live\), 170 MB is outside it/);
    expect(first!.advice[0]).toMatch(/--max-old-space-size=\d+ --max-semi-space-size=\d+/);
  });

  test('that rises tells the minutes left', () => {
    const [first] = findingsOf(memory(512, linear(1, 100)), heapLimit(128));
    expect(first).toMatchObject({ kind: 'memory-limit-risk', severity: 'critical' });
    expect(first!.impact?.exhaustionSeconds).toBeGreaterThan(200);
    expect(first!.impact?.exhaustionSeconds).toBeLessThan(400);
  });

  test('that is page cache is healthy, also when the container is full of it', () => {
    expect(titlesOf(memory(512, 60, 382), heapLimit(128))).toEqual([]);
  });

  test('full of files in memory says so first: no setting of the heap gives them back', () => {
    const files = container({ memorySharedBytes: 150 * MB });
    const [first] = findingsOf(memory(256, 20), files, heapLimit(128));
    expect(first).toMatchObject({ kind: 'memory-limit-risk' });
    expect(first!.advice[0]).toMatch(/^150 MB of it are files in memory/);
  });

  test('that culprit itself takes in the container is not the target’s', () => {
    expect(titlesOf(memory(256, 175), container({ ownAnonBytes: 80 * MB }), heapLimit(128))).toEqual([]);
  });

  test('whose heap limit somebody set above it is a risk before anything rises', () => {
    const [first, ...rest] = findingsOf(memory(512, 40), heapLimit(1_024));
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ kind: 'memory-limit-risk', severity: 'warning' });
    expect(first!.title).toBe(
      'V8 may use 1 GB of heap in a container of 512 MB: the kernel would kill it before V8 starts to collect more aggressively',
    );
    expect(first!.advice[0]).toMatch(/--max-old-space-size=416 --max-semi-space-size=8/);
  });

  test.each<[string, Habit[]]>([
    ['Node’s own default in a small container that is half empty', [memory(256, 40), heapLimit(259)]],
    ['a heap limit that leaves room for the rest', [memory(1_024, 100), heapLimit(560)]],
    ['a limit without OOM kills', [memory(1_024, 100), heapLimit(560), container({ oomKills: 0 })]],
  ])('with %s is silent', (_, habits) => {
    expect(titlesOf(...habits)).toEqual([]);
  });

  test('with Node’s own default counts once most of the container is in use', () => {
    expect(titlesOf(memory(256, 110), heapLimit(259))).toEqual([
      expect.stringMatching(/^memory-limit-risk: V8 may use 259 MB of heap in a container of 256 MB/),
    ]);
  });

  test('for which the kernel killed a neighbour is said, now and before', () => {
    const killed = (oomKills: (t: number) => number) =>
      findingsOf(memory(1_024, 100), heapLimit(560), container({ oomKills }));
    expect(killed((t) => (t > 10 ? 3 : 2))).toMatchObject([
      {
        severity: 'critical',
        title: expect.stringMatching(/killed a process .* during the capture; this process survived/),
      },
    ]);
    expect(killed(constant(2))).toMatchObject([
      { severity: 'warning', title: expect.stringMatching(/killed 2 processes .* since it started/) },
    ]);
  });

  test('with room for a larger heap says how large when the heap is too small', () => {
    const [first, ...rest] = findingsOf(
      memory(1_024, 60),
      heapLimit(64),
      heapFloor(constant(50 * MB)),
      gc(300, 20),
      change((o) => {
        for (const sample of o.runtime) if (sample.gc) sample.gc.majorCount = 5;
      }),
    );
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ kind: 'memory-limit-risk', symptoms: [expect.stringMatching(/garbage/)] });
    expect(first!.advice[0]).toMatch(
      /container has room for: --max-old-space-size=912 --max-semi-space-size=16/,
    );
  });

  test.each([
    // limit, beside, live -> old space, semi-space
    [256, 60, 40, 168, 4],
    [512, 60, 100, 400, 8],
    [2_048, 200, 300, 1_696, 16],
  ])(
    'of %i MB with %i MB beside the heap and %i MB live gets a heap of %i MB',
    (limit, beside, live, old, semi) => {
      const settings = chooseHeap(limit * MB, beside * MB, live * MB)!;
      expect(settings).toMatchObject({ oldSpaceMegabytes: old, semiSpaceMegabytes: semi });
      const held = settings.oldSpaceMegabytes + 3 * settings.semiSpaceMegabytes + beside;
      expect(held).toBeLessThanOrEqual(limit - Math.max(16, limit * 0.05));
    },
  );

  test('too small for the live heap is to be raised, to a limit that then fits', () => {
    expect(chooseHeap(256 * MB, 150 * MB, 100 * MB)).toBeNull();
    const raised = neededLimitBytes(150 * MB, 100 * MB);
    expect(chooseHeap(raised, 150 * MB, 100 * MB)).not.toBeNull();
  });
});

describe('processes, threads and descriptors', () => {
  test('near the limit of processes are a risk that says whose they are', () => {
    const [first] = findingsOf(container({ pidsLimit: 100, pidsCurrent: 92 }));
    expect(first).toMatchObject({
      kind: 'pids-limit-risk',
      title: '92 of the 100 processes and threads that the container may have are in use (92%)',
    });
    expect(first!.evidence[0]!.statement).toBe(
      '11 are threads of this process, it has 0 child processes, 81 are others',
    );
  });

  test('that become more tell the minutes left', () => {
    const [first] = findingsOf(container({ pidsLimit: 400, pidsCurrent: linear(2, 200) }));
    expect(first).toMatchObject({ kind: 'pids-limit-risk', severity: 'critical' });
    expect(first!.impact?.exhaustionSeconds).toBeLessThan(120);
  });

  test('of a worker leak are its symptom', () => {
    const findings = findingsOf(
      threads(linear(1, 11)),
      container({ pidsLimit: 100, pidsCurrent: linear(1, 40) }),
    );
    const kinds = findings.map(({ kind }) => kind);
    expect(kinds.includes('worker-leak') && kinds.includes('pids-limit-risk')).toBe(false);
  });

  test.each<[string, Habit[]]>([
    ['far below the limit', [container({ pidsLimit: 100, pidsCurrent: 30 })]],
    ['that rise far below the limit', [container({ pidsLimit: 4_000, pidsCurrent: linear(1, 20) })]],
    ['without a limit', [container({ pidsCurrent: 5_000 })]],
  ])('%s are silent', (_, habits) => {
    expect(titlesOf(...habits)).toEqual([]);
  });

  test('of no sort that stands out, which become more, tell the minutes to the limit', () => {
    const rising = (limit: number): Habit =>
      change((o) => {
        o.limits.fdSoftLimit = limit;
        for (const sample of o.passive) sample.fdCount = 42 + (sample.atMillis / 1_000) * 5;
      });
    const [first, ...rest] = findingsOf(rising(512));
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      kind: 'fd-limit-risk',
      severity: 'critical',
      title: expect.stringMatching(/^192 of 512 file descriptors are in use \(38%\), reached in about 64 s/),
    });
    // Far below the limit it is load that rises.
    expect(titlesOf(rising(10_000))).toEqual([]);
  });

  test('that nobody closes are a leak whose minutes to the limit are told', () => {
    const findings = findingsOf(
      fds('file', '/app/data/#.db', linear(5)),
      change((o) => {
        o.limits.fdSoftLimit = 512;
      }),
    );
    expect(findings.map(({ kind }) => kind)).toEqual(['fd-leak']);
  });
});
