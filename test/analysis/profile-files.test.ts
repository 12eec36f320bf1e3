// What a profile of another tool is answered with: where its time went, what was profiled, where most of it was, and words
// that fit.
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose.ts';
import type { ProfileOrigin } from '../../src/model/profile-origin.ts';
import { foreignManifest } from '../../src/recording/foreign/manifest.ts';
import type { Recording } from '../../src/recording/reader.ts';
import { renderText } from '../../src/report/text/text.ts';
import { buildRawCpuProfile, buildRawHeapProfile, type Slice } from '../support/build-profile.ts';

function fileOf(
  content: object,
  tool: ProfileOrigin['tool'] = 'v8',
  kind: 'cpu-profile' | 'heap-profile' = 'cpu-profile',
): Recording {
  const file = { kind, thread: 0, path: 'x' };
  return {
    manifest: foreignManifest({ files: [file], cwd: '/app' }),
    snapshots: [],
    profiles: [{ file, content }],
    lines: [],
    sources: { scripts: {}, lines: {} },
    warnings: [],
    origin: { tool },
  };
}

const report = (slices: Slice[], tool?: ProfileOrigin['tool']) =>
  diagnose(fileOf(buildRawCpuProfile(slices), tool));
const textOf = (slices: Slice[], tool?: ProfileOrigin['tool']) =>
  renderText(report(slices, tool), { colors: false, width: 100 });
const repeat = (times: number, slices: Slice[]): Slice[] =>
  Array.from({ length: times }, () => slices).flat();

const SERVER = 'parserOnIncoming@node:_http_server:1000 > handle@/app/server.js:3';

describe('the whole answer, of', () => {
  test('a server whose time is spread', () => {
    const names = ['parse', 'check', 'bind', 'scan', 'emit', 'print', 'resolve', 'infer'];
    const turn = names.map((name): Slice => [`on${name}@/app/${name}.js:1 > ${name}@/app/${name}.js:10`, 6]);
    expect(textOf(repeat(90, [...turn, ['(idle)', 3]]))).toBe(`WHERE THE TIME WENT: 4.3 s of CPU time
   busy 94% of 4.6 s: JavaScript 94%, native 0%, garbage collection 0%, program 0%, idle 5.9%
   No call path takes most of it: it is spread over 16 functions.

        self           total        function
      540 ms   13%    540 ms   13%  parse  parse.js:10
      540 ms   13%    540 ms   13%  check  check.js:10
      540 ms   13%    540 ms   13%  bind  bind.js:10
      540 ms   13%    540 ms   13%  scan  scan.js:10
      540 ms   13%    540 ms   13%  emit  emit.js:10
      540 ms   13%    540 ms   13%  print  print.js:10
      540 ms   13%    540 ms   13%  resolve  resolve.js:10
      540 ms   13%    540 ms   13%  infer  infer.js:10
        0 ms    0%    540 ms   13%  onparse  parse.js:1
        0 ms    0%    540 ms   13%  oncheck  check.js:1
   and 6 more functions: --top 16

        self           total        package
       4.3 s  100%     4.3 s  100%  (application)

NO VERDICT: No function takes enough time to be reported. A CPU profile says nothing about memory or
handles.

Not judged: 25 kinds of causes that this file does not show; --json lists them.
`);
  });

  test('a heap profile', () => {
    const content = buildRawHeapProfile([
      ['serve@/app/server.js:10', 200_000],
      ['serve@/app/server.js:10 > remember@/app/sessions.js:18', 38_000_000],
      ['serve@/app/server.js:10 > parse@/app/node_modules/qs/index.js:3', 1_500_000],
    ]);
    const text = renderText(diagnose(fileOf(content, 'v8', 'heap-profile')), { colors: false, width: 100 });
    expect(text).toBe(`WHERE THE MEMORY IS: 37.9 MB live
   \`remember\` (sessions.js:18) holds 96% of 37.9 MB.

        self           total        function
     36.2 MB   96%   36.2 MB   96%  remember  sessions.js:18
      1.4 MB  3.8%    1.4 MB  3.8%  parse  node_modules/qs/index.js:3 [qs]
      195 KB  0.5%   37.9 MB  100%  serve  server.js:10

        self           total        package
     36.4 MB   96%   37.9 MB  100%  (application)
      1.4 MB  3.8%    1.4 MB  3.8%  qs

NO VERDICT: A heap profile describes one moment: it shows what is live, but not growth.

Not judged: 27 kinds of causes that this file does not show, event-loop-block among them (no CPU
            profile); --json lists them.
`);
  });
});

describe('what was profiled is', () => {
  test.each<[string, Slice[], ProfileOrigin['tool'], string]>([
    [
      'a server, where requests come in',
      repeat(40, [
        [SERVER, 50],
        ['(idle)', 50],
      ]),
      'v8',
      'server',
    ],
    [
      'a run, where one call takes all of it',
      [
        ['main@/app/job.js:1 > slow@/app/job.js:20', 720],
        ['main@/app/job.js:1 > other@/app/job.js:30', 80],
      ],
      'v8',
      'script',
    ],
    [
      'a run, where a compiler works in turns',
      repeat(40, [
        ['next@/app/node_modules/webpack/lib/a.js:1', 50],
        ['(idle)', 20],
      ]),
      'v8',
      'script',
    ],
    [
      'a run of tests',
      repeat(20, [
        ['run@/app/node_modules/@vitest/runner/a.js:1 > add@/app/add.js:1', 50],
        ['(idle)', 5],
      ]),
      'v8',
      'test-run',
    ],
    ['a benchmark', [['run@/app/node_modules/tinybench/a.js:1 > add@/app/add.js:1', 500]], 'v8', 'benchmark'],
    [
      'a worker',
      [['(anonymous)@node:internal/main/worker_thread:1 > add@/app/add.js:1', 500]],
      'v8',
      'worker',
    ],
    [
      'a page, where code came over HTTP',
      repeat(9, [
        ['click@https://shop.example/a.js:1', 50],
        ['(idle)', 50],
      ]),
      'v8',
      'page',
    ],
    ['a page, where a browser says so', [['click@/a.js:1', 500]], 'firefox', 'page'],
    ['a React Native app', [['render@http://localhost:8081/index.bundle:1', 500]], 'hermes', 'react-native'],
    [
      'not known, where nothing tells',
      repeat(20, [
        ['tick@/app/a.js:1', 40],
        ['(idle)', 10],
      ]),
      'v8',
      'unknown',
    ],
    [
      'not a server for having loaded the module',
      repeat(20, [
        ['tick@/app/a.js:1', 40],
        ['@node:_http_server:1', 1],
        ['(idle)', 10],
      ]),
      'v8',
      'unknown',
    ],
  ])('%s', (_, slices, tool, expected) => {
    expect(report(slices, tool).where![0]!.program).toBe(expected);
  });

  test('said of nothing that we watched ourselves', () => {
    const { origin: _, ...own } = fileOf(buildRawCpuProfile([['f@/app/a.js:1', 50]]));
    expect(diagnose(own).where).toBeUndefined();
    expect(diagnose(own, undefined, { top: 3 }).where).toHaveLength(1);
  });
});

describe('words fit what was profiled:', () => {
  test('a build serves nobody', () => {
    const text = textOf([
      [
        'executeCommandLine@_tsc.js:130000 > checkSourceFile@_tsc.js:86000 > checkExpression@_tsc.js:80000',
        4_000,
      ],
      ['executeCommandLine@_tsc.js:130000 > emit@_tsc.js:120000', 500],
    ]);
    expect(text).toContain('a run of a program (a script or a build)');
    expect(text).toContain(
      '`checkExpression` (_tsc.js:80000) took 89% of 4.5 s, called by `checkSourceFile`.',
    );
    expect(text).toMatch(/`checkExpression` takes 89% of the run/);
    expect(text).not.toMatch(/serving|blocks the event loop|setImmediate|request/);
  });

  test('a page has long tasks', () => {
    const { findings } = report(
      repeat(10, [
        ['click@https://shop.example/a.js:1', 400],
        ['(idle)', 50],
      ]),
    );
    expect(findings[0]!.title).toContain('is a long task: the page does not answer for up to 40');
    expect(findings[0]!.advice.join()).toMatch(/scheduler\.yield|Web Worker/);
    expect(JSON.stringify(findings)).not.toMatch(/setImmediate|serving/);
  });

  test('of a short run the function is named, and what so short a time does not show', () => {
    const { findings, warnings, verdict } = report([
      ['main@/app/job.js:1 > slow@/app/job.js:20', 720],
      ['main@/app/job.js:1 > other@/app/job.js:30', 80],
    ]);
    expect(verdict).toBe('findings');
    expect(findings[0]).toMatchObject({ kind: 'cpu-hotspot', subject: { function: 'slow', line: 20 } });
    expect(warnings.map(({ code }) => code)).toEqual(['profile-short']);
  });

  test('of a few milliseconds no cause is named', () => {
    expect(report([['main@/app/job.js:1', 30]])).toMatchObject({ verdict: 'too-little-data', findings: [] });
  });
});

describe('most of it', () => {
  const leaves = Array.from(
    { length: 24 },
    (_, i): Slice => [`handle@/app/a.js:1 > viaSort@/app/a.js:9 > leaf${i}@/app/a.js:${20 + i}`, 24],
  );
  const SPREAD = repeat(4, [...leaves, ['handle@/app/a.js:1 > leafX@/app/b.js:3', 24], ['(idle)', 300]]);

  test('is never a leaf of a few percent', () => {
    const { where, findings } = report(SPREAD);
    expect(where![0]!.head).toMatchObject({ name: 'viaSort', line: 9, calleeCount: 24, calledBy: 'handle' });
    expect(where![0]!.head!.share).toBeCloseTo(0.96, 2);
    const said = JSON.stringify(findings[0]!.evidence);
    expect(said).toContain('96% of the longest block was spent in a.js:9, viaSort, spread over 24 functions');
    expect(said).not.toMatch(/leaf\d/);
  });

  test('counts a recursion once', () => {
    const { where } = report([['walk@/app/a.js:1 > walk@/app/a.js:1 > walk@/app/a.js:1', 300]]);
    expect(where![0]!.functions).toMatchObject([{ name: 'walk', self: 300, total: 300, totalShare: 1 }]);
  });
});

test('time and shares are told apart by package and file, and the machine’s own by state', () => {
  const [where] = report([
    ['main@/app/a.js:1', 100],
    ['main@/app/a.js:1 > parse@/app/node_modules/qs/lib/parse.js:2', 200],
    ['main@/app/a.js:1 > parse@/app/node_modules/qs/lib/parse.js:2 > sort', 100],
    ['(garbage collector)', 50],
    ['(program)', 50],
    ['(idle)', 500],
  ]).where!;
  expect(where!.states).toEqual({ code: 300, native: 100, gc: 50, program: 50, idle: 500 });
  expect(where!.packages.map(({ name, self, total }) => [name, self, total])).toEqual([
    ['qs', 200, 300],
    ['(application)', 100, 400],
    ['(native)', 100, 100],
  ]);
  expect(where!.files.map(({ name, self }) => [name, self])).toEqual([
    ['node_modules/qs/lib/parse.js', 200],
    ['a.js', 100],
    ['(native)', 100],
  ]);
});

describe('synchronous writes to the console', () => {
  const WRITE =
    'Writable.write@node:internal/streams/writable:504 > Socket._write@node:net:969 > handleWriteReq@node:internal/stream_base_commons:46 > writeUtf8String';
  const turns = (stack: string) =>
    repeat(8, [
      ['(idle)', 600],
      [`processImmediate@node:internal/timers:443 > onTick@/app/server.js:12 > ${stack}`, 1_000],
    ]);

  test('are named with the function that logs', () => {
    const { findings } = report(
      turns(
        `consoleCall > error@node:internal/console/constructor:390 > value@node:internal/console/constructor:267 > ${WRITE}`,
      ),
    );
    expect(findings[0]!.title).toMatch(
      /`onTick` blocks the event loop for up to 1 s with `console\.error` \(server\.js:12/,
    );
    expect(findings[0]!.advice.join()).toMatch(/Log less/);
    expect(JSON.stringify(findings)).not.toMatch(/sockets/);
  });

  test('of a logger are its own', () => {
    const { findings } = report(
      turns('write@/app/node_modules/sonic-boom/index.js:300 > writeSync@node:fs:900 > writeString'),
    );
    expect(findings[0]!.title).toContain('sonic-boom');
    expect(findings[0]!.advice.join()).toMatch(/Log less/);
  });

  test('are not what a server writes to its clients', () => {
    const { findings } = report(turns(WRITE));
    expect(JSON.stringify(findings)).not.toMatch(/console/);
  });
});

describe('of a server that was profiled from its start', () => {
  const load = (main: string): Slice[] => [
    [`${main} > @/app/server.js:1 > load@/app/node_modules/orm/index.js:9`, 900],
  ];
  const serve = repeat(40, [
    [SERVER, 20],
    ['(idle)', 80],
  ]);

  test.each([
    ['', 'executeUserEntryPoint@node:internal/modules/run_main:70'],
    [', by an old version', 'startup@node.js:30 > Module.runMain@module.js:492'],
  ])('the loading of its modules makes nobody wait%s', (_, main) => {
    expect(report([...load(main), ...serve]).findings).toEqual([]);
  });

  test('the same work later does', () => {
    const { findings } = report([...serve, ...load('emit@node:events:500'), ...serve]);
    expect(findings.map(({ kind }) => kind)).toEqual(['event-loop-block']);
  });
});

describe('the time is nobody’s in which', () => {
  const POST = '@/app/cli.js:14 > post@node:inspector:116 > dispatch';

  test('a program starts and stops its own profiler', () => {
    const own = report([
      [POST, 3],
      ['main@/app/cli.js:1 > rank@/app/rank.js:4', 2],
      [POST, 1],
    ]);
    expect(own.where![0]).toMatchObject({ whole: 2, head: { name: 'rank', share: 1 } });
    expect(textOf([[POST, 3]])).toContain('The profile has no samples of running code.');
  });

  test('but not that of a call to the inspector in between', () => {
    const [where] = report([
      ['main@/app/cli.js:1', 100],
      [POST, 300],
      ['main@/app/cli.js:1', 100],
    ]).where!;
    expect(where).toMatchObject({ whole: 500, functions: [{ name: 'dispatch', self: 300 }, {}, {}, {}] });
  });

  test('a debugger is waited for', () => {
    const [where] = report([
      ['boot@/app/boot.js:8 > waitForDebugger', 230],
      ['boot@/app/boot.js:8 > load@/app/load.js:2', 50],
    ]).where!;
    expect(where).toMatchObject({ whole: 50, head: { name: 'load', share: 1 } });
    expect(where!.states).toMatchObject({ code: 50, native: 0, idle: 230 });
    expect(where!.functions.map(({ name }) => name)).toEqual(['load', 'boot']);
  });
});

test('a module of the console that is being loaded writes nothing', () => {
  const { findings } = report(
    repeat(8, [
      ['(idle)', 600],
      ['start@/app/server.js:12 > @node:internal/console/constructor:1 > fill@/app/a.js:3', 10],
      ['start@/app/server.js:12 > @node:internal/console/constructor:1', 990],
    ]),
  );
  expect(JSON.stringify(findings)).not.toMatch(/Log less|with `console/);
});

test('a profile of counts has a table, and no blocks', () => {
  const {
    samples: _,
    timeDeltas: __,
    ...counts
  } = buildRawCpuProfile([
    ['(idle)', 400],
    ['serve@/app/a.js:1 > rank@/app/a.js:9', 3_600],
  ]);
  const { where, notApplicable, warnings } = diagnose(fileOf(counts));
  expect(where![0]!.functions[0]).toMatchObject({ name: 'rank' });
  expect(where![0]!.functions[0]!.selfShare).toBeCloseTo(1, 3);
  expect(notApplicable).toContainEqual({
    kind: 'event-loop-block',
    reason: 'the profile has counts but no timed samples',
  });
  expect(warnings.map(({ code }) => code)).toEqual(['profile-without-samples']);
});

test('a file of Windows is a path of Windows', () => {
  const { where } = report([['rank@file:///C:/Users/ann/My%20Shop/src/rank.js:20', 500]]);
  expect(where![0]!.head).toMatchObject({ file: 'C:\\Users\\ann\\My Shop\\src\\rank.js', line: 20 });
});

describe('frames without a file', () => {
  const profileOf = (functionName: string, lineNumber: number) => ({
    nodes: [
      {
        id: 1,
        callFrame: { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 },
        children: [2],
      },
      { id: 2, callFrame: { functionName, url: '', lineNumber, columnNumber: lineNumber }, hitCount: 100 },
    ],
    startTime: 0,
    endTime: 100_000,
    samples: Array.from({ length: 100 }, () => 2),
    timeDeltas: Array.from({ length: 100 }, () => 1_000),
  });
  const answer = (functionName: string, lineNumber: number) =>
    renderText(diagnose(fileOf(profileOf(functionName, lineNumber))), { colors: false, width: 100 });

  test('are the program where they have a line: it was evaluated', () => {
    expect(answer('work', 13)).toContain('JavaScript 100%, native 0%');
  });

  test('are built in where they have none', () => {
    expect(answer('work', -1)).toContain('JavaScript 0%, native 100%');
  });

  test('are idle while the program waits for a debugger', () => {
    expect(answer('waitForDebugger', -1)).toContain('The profile has no samples of running code.');
  });
});
