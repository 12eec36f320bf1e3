// Event loops that are held although no callback runs for long, and delays that nothing explains.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { cpuWaits } from '../support/build-container.ts';
import { buildObservations, change, cpu, type Habit, repeatSlices } from '../support/build-observations.ts';
import { buildCpuProfile, type Slice } from '../support/build-profile.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;

const DRAIN = 'processTicksAndRejections@node:internal/process/task_queues:69 > runMicrotasks';
const FITTING = `${DRAIN} > fitting@/app/src/diet.js:5`;
const SERVE = 'onread@node:net:80 > emit@node:events:500 > list@/app/src/server.js:9';

/** Parts of an async function, each too short to stay on the stack. */
const chain = (millis: number, at = FITTING): Slice[] =>
  repeatSlices(millis, [
    [at, 3],
    [`${at} > isOneOf@/app/src/kitchen.js:20`, 3],
    [DRAIN, 1],
  ]);
const turns = (busy: Slice[], times = 6): Slice[] =>
  Array.from({ length: times }, (): Slice[] => [['(idle)', 800], ...busy, [SERVE, 2]]).flat();

/** A profile by the clock of the samples, and how late the loop was. */
const profiled = (slices: Slice[], late: (second: number) => number): Habit =>
  change((o) => {
    o.cpuProfiles = [{ ...buildCpuProfile(slices), startClockMicros: 0 }];
    for (const sample of o.runtime) {
      sample.clockMicros = sample.atMillis * 1_000;
      if (sample.eventLoopDelayMillis)
        sample.eventLoopDelayMillis.max = late(Math.round(sample.atMillis / 1_000));
    }
    o.scheduling = [];
  });

describe('a chain of awaits that never wait', () => {
  test('is a block of the function that awaits', () => {
    const [finding, ...rest] = findingsOf(profiled(turns(chain(700)), () => 690));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'event-loop-block',
      // No chain takes a second, but together they take most of the time.
      severity: 'critical',
      subject: { function: 'fitting', file: 'src/diet.js', line: 5 },
    });
    expect(finding!.title).toBe(
      '`fitting` blocks the event loop for up to 700 ms by awaiting resolved promises (src/diet.js:5, fitting)',
    );
  });

  test('whose time goes to a package gets advice about that first', () => {
    const at = `${FITTING} > check@/app/node_modules/table-check/index.js:4`;
    const [finding] = findingsOf(profiled(turns(chain(700, at)), () => 690));
    expect(finding!.advice[0]).toBe(
      'The time goes to table-check: bound what src/diet.js:5, fitting passes to it, see which of its options limit the work, and whether it runs checks that are meant for development (NODE_ENV is not "production").',
    );
    expect(finding!.advice).toHaveLength(3);
  });

  describe('seen by asking for the stack', () => {
    // It says who awaits, too, and is mostly answered between two parts.
    const awaiting = (part: string) => `handle@/app/src/server.js:9 > ${DRAIN} > ${part}`;
    const asked = (own: number, between: number) =>
      repeatSlices(690, [
        [awaiting('fitting@/app/src/diet.js:5'), own],
        [DRAIN, between],
        [awaiting('fitting@/app/src/diet.js:5 > isOneOf@/app/src/kitchen.js:20'), own],
        [DRAIN, between],
      ]);
    const named = (...slices: Slice[][]) =>
      findingsOf(profiled(turns(slices.flat()), () => 690)).map(({ subject }) => subject.function);

    test('is a block of the function that runs, not of the one that awaits it', () => {
      expect(named(asked(8, 15))).toEqual(['fitting']);
    });

    test('names nothing where hardly anything but the time between its parts was seen', () => {
      expect(named(asked(3, 20))).not.toContain('fitting');
    });
  });

  test('names nothing where most of the work is that of Node.js', () => {
    const streams = `${DRAIN} > flow@node:internal/streams/readable:900`;
    const mixed = repeatSlices(700, [
      [streams, 8],
      [FITTING, 2],
    ]);
    const named = findingsOf(profiled(turns(mixed), () => 690)).map(({ subject }) => subject.function);
    expect(named).not.toContain('fitting');
  });

  describe('among many functions of a package', () => {
    const TABLE = '/app/node_modules/table-check/index.js';
    const resumed = ['walk', 'visit', 'compare'].map(
      (name, i) => `${DRAIN} > ${name}@${TABLE}:${i * 10 + 1}`,
    );
    const many = (more: Slice[] = []) =>
      repeatSlices(700, [...resumed.map((stack): Slice => [stack, 3]), ...more]);
    const asked: Slice = [`${SERVE} > check@${TABLE}:90`, 2];
    const blocks = (...slices: Slice[][]) =>
      findingsOf(profiled(turns(slices.flat()), () => 690)).filter(({ kind }) => kind === 'event-loop-block');

    test('is told of the package, at the function of the program that calls it elsewhere', () => {
      const [finding, ...rest] = blocks([asked, ...many()]);
      expect(rest).toEqual([]);
      expect(finding).toMatchObject({ subject: { function: 'list', file: 'src/server.js', line: 9 } });
      expect(finding!.title).toBe(
        '`list` blocks the event loop for up to 702 ms by awaiting resolved promises (src/server.js:9, list, through table-check (node_modules/table-check/index.js:90, check))',
      );
      expect(finding!.evidence.map(({ statement }) => statement)).toEqual([
        '6 times microtasks ran one after the other for up to 702 ms without an iteration of the event loop between them; 100% of the longest run was spent in functions of table-check',
        'after an await a stack no longer shows who called. Elsewhere in the profile src/server.js:9, list calls table-check',
      ]);
      expect(finding!.advice).toEqual([
        'The time goes to table-check: bound what src/server.js:9, list passes to it, see which of its options limit the work, and whether it runs checks that are meant for development (NODE_ENV is not "production").',
        'It awaits resolved promises and never yields to the event loop. Pass it the input in parts, with `await setImmediate()` of node:timers/promises between them, look for a synchronous form that costs less, or call it in a worker thread.',
      ]);
    });

    test('is told of its function that takes most, where nobody was seen to call it', () => {
      const [finding] = blocks(many([[resumed[1]!, 2]]));
      expect(finding).toMatchObject({ subject: { function: 'visit', package: 'table-check' } });
      expect(finding!.evidence).toHaveLength(1);
    });

    test('is not told of a framework, whose handlers do the work', () => {
      const handlers = resumed.map((stack, i): Slice => [`${stack} > handle${i}@/app/src/routes.js:${i}`, 3]);
      expect(blocks(repeatSlices(700, handlers)).map(({ title }) => title)).toEqual([
        'The event loop is up to 690 ms late, and nothing that culprit measured explains it',
      ]);
    });

    test('is only much time in a package while the loop turned meanwhile', () => {
      const found = findingsOf(profiled(turns([asked, ...many()]), () => 12));
      expect(found.map(({ title }) => title)).toEqual([
        'table-check takes 47% of a core, called from src/server.js:9, list',
      ]);
    });
  });

  test('is known where V8 calls the function itself, without a frame of Node’s', () => {
    const bare = chain(700).map(([stack, millis]): Slice => [stack.replace(`${DRAIN} > `, ''), millis]);
    expect(findingsOf(profiled(turns(bare), () => 690))[0]).toMatchObject({
      subject: { function: 'fitting' },
    });
  });

  test('is not blamed where a few synchronous calls, as of requests that came meanwhile, are what holds the loop', () => {
    const hashes = repeatSlices(333, [
      [`${FITTING} > pbkdf2Sync@node:internal/crypto/pbkdf2:60`, 110],
      [DRAIN, 1],
    ]);
    const findings = findingsOf(profiled(turns(hashes, 12), () => 330));
    expect(findings[0]).toMatchObject({ kind: 'event-loop-block', subject: { function: 'fitting' } });
    expect(findings[0]!.title).toMatch(/pbkdf2Sync/);
    expect(JSON.stringify(findings)).not.toMatch(/awaits of resolved promises/);
  });

  const mixed = repeatSlices(700, [
    [`${DRAIN} > first@/app/src/a.js:1`, 3],
    [`${DRAIN} > second@/app/src/b.js:1`, 3],
    [SERVE, 1],
  ]);
  test.each<[string, Habit]>([
    ['while the loop turned meanwhile', profiled(turns(chain(700)), () => 12)],
    ['when it is short', profiled(turns(chain(40)), () => 45)],
    ['where connections are served in between', profiled(turns(mixed), () => 12)],
  ])('is not seen %s', (_, habit) => {
    expect(findingsOf(habit).filter(({ kind }) => kind === 'event-loop-block')).toEqual([]);
  });
});

describe('a delay of the event loop that nothing explains', () => {
  const IDLE: Slice[] = [
    ['(idle)', 27_000],
    [SERVE, 3_000],
  ];
  const QUIET = repeatSlices(30_000, [
    ['(idle)', 90],
    [SERVE, 10],
  ]);
  const late = (seconds: number[], millis: number) => (second: number) =>
    seconds.includes(second) ? millis : 8;

  test('is reported as that, and is no health', () => {
    const [finding, ...rest] = findingsOf(profiled(QUIET, late([9, 14, 20], 1_047)));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ kind: 'event-loop-block', severity: 'warning', confidence: 0.55 });
    expect(finding!.title).toBe(
      'The event loop is up to 1 s late, and nothing that culprit measured explains it',
    );
    expect(finding!.caveats).toEqual(['The cause is not known: this is a symptom.']);
  });

  test('is laid to other threads of the process where they had the CPU meanwhile', () => {
    const [finding, ...rest] = findingsOf(
      profiled(QUIET, late([9, 14, 20], 1_047)),
      // As much as the main thread waited, the others ran.
      cpuWaits(0.3, 0.65, 0.95),
    );
    expect(rest).toEqual([]);
    expect(finding!.title).toBe('The event loop is up to 1 s late: other threads of the process use the CPU');
    expect(finding!.evidence.map(({ statement }) => statement).join()).toMatch(
      /around the longest of 3 delays \(in \d+ intervals\) the main thread ran for .* and was ready to run for another .* while other threads of the process used the CPU/,
    );
    expect(finding!.caveats).toEqual([]);
  });

  test.each<[string, Habit[]]>([
    ['one of 0.4 s: it may be chance', [profiled(QUIET, late([9], 400))]],
    [
      'pauses of our own',
      [
        profiled(QUIET, late([9, 14], 600)),
        change((o) => {
          for (const sample of o.runtime) sample.ownPauseMillis = 580;
        }),
      ],
    ],
    [
      'collections of garbage',
      [
        profiled(QUIET, late([9, 14], 400)),
        change((o) => {
          for (const sample of o.runtime)
            if (sample.gc) sample.gc = { ...sample.gc, pauseMillis: 390, longestPauseMillis: 300 };
        }),
      ],
    ],
    [
      'time before the profile began',
      [
        profiled(QUIET, late([2, 4], 900)),
        change((o) => {
          o.cpuProfiles[0]!.startClockMicros = 6e6;
        }),
      ],
    ],
    ['a callback that was seen', [cpu([...IDLE.slice(0, 1), [SERVE, 900]], 29_000)]],
  ])('is not reported for %s', (_, habits) => {
    expect(
      findingsOf(...habits)
        .map(({ title }) => title)
        .join(),
    ).not.toContain('nothing that was seen');
  });
});

describe('a function in which the thread sleeps', () => {
  const SYNC = `${SERVE} > preview@/app/src/preview.js:6 > waitForMessage@/app/node_modules/sync-calls/lib/helpers.js:84`;
  /** Ten seconds of calls of `millis` each, and so much CPU time in each second. */
  const calls = (millis: number, idle: number, cores: number): Habit[] => [
    profiled(
      repeatSlices(10_000, [
        [SYNC, millis],
        ['(idle)', idle],
      ]),
      () => millis,
    ),
    cpuWaits(cores, 0.01),
  ];

  test('blocks the event loop, and is told to wait instead of to compute', () => {
    const findings = findingsOf(...calls(80, 120, 0.03));
    expect(findings.map(({ kind, title, symptoms }) => ({ kind, title, symptoms }))).toEqual([
      {
        kind: 'event-loop-block',
        title:
          '`preview` blocks the event loop for up to 80 ms by sleeping (src/preview.js:6, preview, through sync-calls (node_modules/sync-calls/lib/helpers.js:84, waitForMessage))',
        symptoms: [],
      },
    ]);
    expect(findings[0]!.evidence[1]!.statement).toBe(
      'for 90% of that time the main thread slept: it waited for something outside of it, and did not compute',
    );
    expect(findings[0]!.advice).toEqual([
      'sync-calls puts this thread to sleep until something else has ended (a worker thread that it waits for with `Atomics.wait()`, a child process, a lock, a slow disk). To move the work elsewhere does not help while this thread waits for it: use an asynchronous form, in which the answer comes as a message, an event or a promise.',
    ]);
  });

  test('holds the event loop also by calls that are too short for blocks', () => {
    const titles = findingsOf(...calls(10, 10, 0.04)).map(({ title }) => title);
    expect(titles).toEqual([
      '`preview` blocks the event loop by sleeping for 50% of the time (src/preview.js:6, preview, through sync-calls (node_modules/sync-calls/lib/helpers.js:84, waitForMessage))',
    ]);
  });

  test('is told as before where the thread ran, or nothing tells whether it did', () => {
    const ran = findingsOf(...calls(80, 120, 0.41));
    expect(ran[0]!.title).toContain('blocks the event loop for up to 80 ms (');
    const [told] = calls(80, 120, 0.41);
    const unknown = findingsOf(told!);
    expect(unknown[0]!.title).toContain('blocks the event loop for up to 80 ms (');
    expect(unknown[0]!.advice.join(' ')).not.toContain('to sleep');
  });
});

describe('a package that the program is not on the stack of', () => {
  const ENGINE = '/app/node_modules/query-engine/lib';
  const UNDER = `${DRAIN} > run@/app/node_modules/web-frame/index.js:4`;
  const list = `${UNDER} > executeFields@${ENGINE}/execute.js:10`;
  const field = `${UNDER} > executeField@${ENGINE}/execute.js:40`;
  const resolver = `${field} > stock@/app/src/schema.js:22`;
  const blocks = (...parts: Slice[]): Slice[] =>
    Array.from({ length: 8 }, (): Slice[] =>
      parts.flatMap((part): Slice[] => [['(idle)', 600], part, [SERVE, 2]]),
    ).flat();

  test('is one finding for its functions, with those of the program that it calls', () => {
    const findings = findingsOf(
      profiled([...blocks([list, 300], [field, 200]), ['(idle)', 50], [resolver, 8]], () => 300),
    );
    expect(findings.map(({ title }) => title)).toEqual([
      '`executeFields` blocks the event loop for up to 300 ms (node_modules/query-engine/lib/execute.js:10, executeFields, called through web-frame)',
    ]);
    const [{ evidence, advice }] = findings as [(typeof findings)[0]];
    expect(evidence[0]!.statement).toMatch(/^16 blocks of 200 ms to 300 ms, median 300 ms/);
    expect(evidence.map(({ statement }) => statement)).toContain(
      'query-engine calls functions of the program: src/schema.js:22, stock',
    );
    expect(advice[0]).toMatch(
      /^It works for the part of the program that src\/schema\.js:22, stock belongs to/,
    );
  });

  test('is not held to be one with another package, or with a function of the program', () => {
    const other = `${DRAIN} > parse@/app/node_modules/parser/index.js:3`;
    const own = `${DRAIN} > report@/app/src/report.js:5 > executeFields@${ENGINE}/execute.js:10`;
    const titles = findingsOf(profiled(blocks([list, 300], [other, 300], [own, 300]), () => 300)).map(
      ({ title }) => title.split(' ')[0],
    );
    expect(titles.sort()).toEqual(['`executeFields`', '`parse`', '`report`']);
  });

  test('gets the chain of awaits that a wrapper around it begins', () => {
    const wrapped = `${DRAIN} > run@/app/node_modules/web-frame/index.js:4`;
    const work = (at: string): [string, number] => [
      `${wrapped} > ${at}@${ENGINE}/execute.js:${at.length}`,
      4,
    ];
    const parts = repeatSlices(300, [
      work('executeFields'),
      [DRAIN, 1],
      work('completeValue'),
      [wrapped, 1],
      [`${wrapped} > completeItem@${ENGINE}/execute.js:60 > stock@/app/src/schema.js:22`, 1],
    ]);
    const [finding, ...rest] = findingsOf(profiled(turns(parts), () => 300));
    expect(rest).toEqual([]);
    expect(finding!.title).toMatch(
      /^`(executeFields|completeValue)` blocks the event loop for up to \d+ ms by awaiting/,
    );
    expect(finding!.evidence.map(({ statement }) => statement)).toContain(
      'query-engine calls functions of the program: src/schema.js:22, stock',
    );
  });
});
