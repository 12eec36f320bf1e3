// What a healthy verdict says of how it was earned.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  asyncSite,
  buildObservations,
  change,
  cpu,
  type Habit,
  heapFloor,
  KB,
  sockets,
  timers,
} from '../support/build-observations.ts';
import { linear, type Shape } from '../support/shapes.ts';

const judged = (...habits: Habit[]) => {
  const { verdict, verdictReason } = judge(gatherFacts(buildObservations(...habits)));
  return [verdict, verdictReason];
};

test('it says how close anything came', () => {
  expect(judged()).toEqual([
    'healthy',
    'Found in 30 s: no blocked event loop, no CPU hotspot and no growth. The event loop was at most 9 ms late, the main thread was busy for 50% of the time, the heap was at 3.9% of its limit, 42 of 65,536 file descriptors were open.',
  ]);
});

test('it tells a rise of the heap that is too small to be a finding', () => {
  const [verdict, reason] = judged(heapFloor(linear(5 * KB)));
  expect(verdict).toBe('healthy');
  expect(reason).toMatch(
    /^Found in 30 s: no blocked event loop, no CPU hotspot and no growth large enough to report\. Too little to report: the heap after garbage collection grew by 5(\.\d)? KB\/s\. The event loop/,
  );
});

test.each<[string, Shape]>([
  ['too little so far to call that a leak', (t) => 60 * KB * t + (Math.round(t / 2.73) % 2) * 700 * KB],
  [
    'but its readings scatter too much to call that a leak',
    (t) => 60 * KB * t + (Math.round(t / 2.73) % 3) * 700 * KB,
  ],
])('it does not call a rise of many KB a second little: %s', (why, shape) => {
  const [verdict, reason] = judged(heapFloor(shape));
  expect(verdict).toBe('healthy');
  expect(reason).toContain(`, ${why}, and nothing was found that keeps more and more.`);
  expect(reason).not.toContain('Too little');
});

test('it tells of timers that become more, where nobody was seen to start those that stay', () => {
  const [verdict, reason] = judged(timers(linear(3)));
  expect(verdict).toBe('healthy');
  expect(reason).toMatch(
    /^Found in 30 s: no blocked event loop, no CPU hotspot and no growth large enough to report\. The number of timers grew by 3\/s, from \d+ to \d+, but which code starts those that remain is unknown\./,
  );
  const clients = sockets({ direction: 'inbound', endpoint: ':8080' }, linear(3));
  expect(judged(timers(linear(3)), clients)[1]).not.toContain('timers');
});

test('it says that requests took seconds, whatever they waited for', () => {
  const taking = (millis: number): Habit =>
    change((o) => {
      asyncSite('http.server.request', '', { label: 'GET /items/#', aliveShare: 0.1 })(o);
      for (const read of o.asyncObservations[0]!.sites.at(-1)!.reads) read.oldestMillis = millis;
    });
  expect(judged(taking(3_200))).toEqual([
    'healthy',
    expect.stringMatching(
      /no growth\. Requests to GET \/items\/# took up to 3\.2 s, but culprit found nothing in this process that they wait for\. The event loop/,
    ),
  ]);
  expect(judged(taking(900))[1]).not.toMatch(/Requests/);
});

test('it says that descriptors became more where no single cause is told, unless clients came as fast', () => {
  const scattered = (perSecond: number): Habit[] =>
    Array.from({ length: 30 * perSecond }, (_, i) =>
      sockets({ endpoint: `10.0.${i}.1:443` }, (seconds) => (seconds * perSecond > i ? 1 : 0)),
    );
  const [verdict, reason] = judged(...scattered(2));
  expect(verdict).toBe('healthy');
  expect(reason).toMatch(
    /no growth large enough to report\. The number of open descriptors grew by 2\/s, from \d+ to \d+, with no single cause\./,
  );
  const clients = sockets({ direction: 'inbound', endpoint: ':8080' }, linear(2));
  expect(judged(...scattered(2), clients)[1]).not.toContain('descriptors grew');
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

test.each<[what: string, fallMegabytes: number, verdict: string]>([
  ['a little', 0.2, 'too-little-data'],
  ['much', 3, 'healthy'],
])(
  'nor where the last of four collections left %s less than the one before',
  (_, fallMegabytes, expected) => {
    const few = change((o) => {
      const last = o.runtime.filter(({ afterGc }) => afterGc).slice(-4);
      o.runtime = o.runtime.filter((sample) => !sample.afterGc || last.includes(sample));
      o.heapReads = [];
      last.at(-1)!.heapUsedBytes = last.at(-2)!.heapUsedBytes! - fallMegabytes * 2 ** 20;
    });
    expect(judged(heapFloor(linear(1_600 * KB)), few)[0]).toBe(expected);
  },
);

describe('a heap that rises by much, and more slowly at the end,', () => {
  const slackening = (lateShare: number): Habit =>
    heapFloor((seconds) => (Math.min(seconds, 18) + Math.max(0, seconds - 18) * lateShare) * 300 * KB);

  test('is neither called healthy nor a leak', () => {
    const [verdict, reason] = judged(slackening(0.5));
    expect(verdict).toBe('too-little-data');
    expect(reason).toMatch(
      / rose by \d+ KB\/s, from .* in 1[01] collections, more slowly at the end, as a cache does that fills; /,
    );
    expect(judged(slackening(0))[0]).toBe('healthy');
  });

  test('is told as not judged beside what was found', () => {
    const busy = cpu([
      ['(idle)', 5],
      ['price@/app/src/price.js:4', 5],
    ]);
    const { findings, notApplicable } = judge(gatherFacts(buildObservations(slackening(0.5), busy)));
    expect(findings.map(({ kind }) => kind)).toEqual(['cpu-hotspot']);
    expect(notApplicable).toContainEqual({
      kind: 'heap-leak',
      reason: expect.stringMatching(/^it is not proved: the heap after garbage collections rose by /),
    });
  });
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
    /^Nothing was found in 30 s, but too many kinds could not be judged to call it healthy: .*heap-leak/,
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
  expect(verdictReason).toMatch(/^Found in 30 s: no blocked event loop, no CPU hotspot and no growth\./);
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

test('a loop that was late now and then is not called free of blocks', () => {
  const [verdict, reason] = judged(
    change((o) => {
      const late = o.runtime.filter(
        ({ thread, eventLoopDelayMillis }) => thread === 0 && eventLoopDelayMillis,
      );
      late[3]!.eventLoopDelayMillis!.max = 180;
    }),
  );
  expect(verdict).toBe('healthy');
  expect(reason).toMatch(
    /^Found in 30 s: no CPU hotspot and no growth\. The event loop was at most 180 ms late \(by 100 ms or more in 1 of \d+ intervals\), /,
  );
});

test('it is not given where the inspector was closed before there was a CPU profile', () => {
  const closed = change((observations) => {
    observations.warnings = [...observations.warnings, { code: 'inspector-closed' }];
  });
  const unprofiled = change((observations) => {
    observations.cpuProfiles = [];
  });
  expect(judged(closed, unprofiled)).toEqual([
    'too-little-data',
    'The inspector of the process was closed during the capture: there is no CPU profile, and nothing was found in the rest.',
  ]);
  expect([judged(closed)[0], judged(unprofiled)[0]]).toEqual(['healthy', 'healthy']);
});
