// "What keeps it alive", in sentences.
import { describe, expect, test } from 'vitest';
import { describeKeepsAlive } from '../../src/findings/keeps-alive.ts';
import type { DiagnosisReport } from '../../src/model/finding.ts';
import type { AliveThings, KeepAliveLook } from '../../src/model/keep-alive.ts';
import { renderText } from '../../src/report/text/text.ts';
import { buildReport, HOSTILE_NAME } from '../report/build-report.ts';
import { framesFrom } from '../support/build-profile.ts';
import { reportErrors } from '../support/json-schemas.ts';

const things = (overrides: Partial<AliveThings>): AliveThings => ({
  kind: 'other',
  className: 'Socket',
  count: 1,
  what: '',
  examples: [],
  state: '',
  through: 'callback',
  frames: framesFrom('tick@/app/src/poll.js:12'),
  ...overrides,
});
const look = (list: Partial<AliveThings>[], overrides: Partial<KeepAliveLook> = {}): KeepAliveLook => ({
  thread: 0,
  atMillis: 1_000,
  things: list.map(things),
  unreferenced: [],
  idleHandles: 0,
  cut: false,
  ...overrides,
});
const THREADS = [
  { id: 0, name: 'main' },
  { id: 2, name: '[worker 2] (resize.js)' },
];
const statements = (...list: Partial<AliveThings>[]) =>
  describeKeepsAlive([look(list)], THREADS)!.by.map(({ statement }) => statement);

test.each<[Partial<AliveThings>, string]>([
  [{ kind: 'interval', delayMillis: 60_000 }, 'an interval of 60 s'],
  [{ kind: 'interval', delayMillis: 50, count: 1_200 }, '1,200 intervals of 50 ms'],
  [{ kind: 'timeout', delayMillis: 600_000 }, 'a timeout of 10 min'],
  [{ kind: 'server', what: '0.0.0.0:8080' }, 'a server that listens on 0.0.0.0:8080'],
  [{ kind: 'socket', what: 'to 10.0.0.7:5432', state: 'open', count: 5 }, '5 open sockets to 10.0.0.7:5432'],
  [{ kind: 'socket', state: '' }, 'a socket'],
  [
    {
      kind: 'socket',
      what: 'from clients of :80 whose response to GET /feed has not ended',
      state: 'answering',
    },
    'an open socket from clients of :80 whose response to GET /feed has not ended',
  ],
  [{ kind: 'child-process', what: 'sleep 60', examples: ['pid 7'] }, 'a child process: sleep 60, pid 7'],
  [{ kind: 'worker', what: 'worker 2' }, 'a worker thread: [worker 2] (resize.js)'],
  [{ kind: 'worker', what: 'worker 9' }, 'a worker thread: worker 9'],
  [{ kind: 'udp-socket', what: '0.0.0.0:53' }, 'a UDP socket on 0.0.0.0:53'],
  [{ kind: 'watcher', className: 'FSWatcher' }, 'a file watcher (FSWatcher)'],
  [{ kind: 'request', className: 'FSReqCallback', count: 2 }, '2 file system operations'],
  [{ kind: 'request', className: 'GetAddrInfoReqWrap', what: 'db.local' }, 'a name lookup: db.local'],
  [{ kind: 'request', className: 'PBKDF2Job' }, 'a crypto operation (PBKDF2)'],
  [{ kind: 'ipc', what: 'to the parent process' }, 'the IPC channel to the parent process'],
  [{ kind: 'immediate' }, 'an immediate'],
])('%o is %s', (given, expected) => {
  expect(statements(given)).toEqual([expected]);
});

describe('the list', () => {
  test('is absent when nobody asked', () => {
    expect(describeKeepsAlive([], THREADS)).toBeUndefined();
  });

  test('begins with what people look at first, and names the line', () => {
    const { by, summary } = describeKeepsAlive(
      [look([{ kind: 'request', frames: [] }, { kind: 'interval' }, { kind: 'server' }])],
      THREADS,
    )!;
    expect(by.map(({ kind }) => kind)).toEqual(['server', 'interval', 'request']);
    expect(by[0]).toMatchObject({ file: 'src/poll.js', line: 12, function: 'tick', through: 'callback' });
    expect(by[2]).toMatchObject({ file: null, line: null, function: null });
    expect(summary).toBe('Kept alive by 3 things.');
  });

  test('says that nothing keeps it alive, and what does not count', () => {
    const none = describeKeepsAlive([look([])], THREADS)!;
    expect(none.summary).toMatch(/^Nothing keeps it alive: it would end/);
    expect(none.notes).toEqual([expect.stringMatching(/native add-ons/)]);
    const idle = describeKeepsAlive(
      [look([], { unreferenced: [things({ kind: 'interval', delayMillis: 5_000 })], idleHandles: 2 })],
      THREADS,
    )!;
    expect(idle.summary).toMatch(
      /^Nothing keeps it alive: everything that is open or pending is unreferenced or idle/,
    );
    expect(idle.notes.slice(0, 2)).toEqual([
      'Not keeping it alive: an interval of 5 s, unreferenced (src/poll.js:12, tick).',
      expect.stringMatching(/^Not keeping it alive: 2 handles/),
    ]);
  });

  test('does not claim that nothing keeps it alive where timers could not be listed', () => {
    const unlisted = { timeouts: 3, reason: 'it would take too long' };
    const { summary, notes } = describeKeepsAlive([look([], { unlisted })], THREADS)!;
    expect(summary).toMatch(/something that could not be listed may/);
    expect(notes[0]).toBe(
      'Not listed: 3 more timers, worker threads and pending crypto and compression, because it would take too long.',
    );
    expect(describeKeepsAlive([look([{ kind: 'server' }], { unlisted })], THREADS)!.summary).toBe(
      'Kept alive by a server, and by timers that are not listed.',
    );
    const complete = { timeouts: 0, reason: 'it would take too long' };
    expect(describeKeepsAlive([look([{ kind: 'server' }], { unlisted: complete })], THREADS)!.summary).toBe(
      'Kept alive by a server.',
    );
  });
});

describe('in the report', () => {
  const reportWith = (given: Partial<DiagnosisReport>): DiagnosisReport =>
    buildReport({
      verdict: 'too-little-data',
      verdictReason: '3 s are too little.',
      findings: [],
      keepsAlive: describeKeepsAlive([look([{ kind: 'server', what: '0.0.0.0:80' }])], THREADS),
      ...given,
    });

  test('it is the answer, and a capture too short for anything else is not held against it', () => {
    const text = renderText(reportWith({}), { colors: false, width: 100 });
    expect(text).toMatch(/^Kept alive by a server that listens on 0\.0\.0\.0:80\.\n1\. a server/);
    expect(text).toMatch(/Where {7}src\/poll\.js:12.*tick \(callback\)/);
    expect(text).not.toMatch(/TOO LITTLE DATA|not judged/i);
  });

  test('causes that were found beside it are still said, and so is a target that was not restored', () => {
    const healthy = renderText(reportWith({ verdict: 'healthy' }), { colors: false, width: 100 });
    expect(healthy).toMatch(/HEALTHY/);
    const capture = { ...buildReport().capture, restored: false };
    expect(renderText(reportWith({ capture }), { colors: false, width: 100 })).toMatch(
      /could NOT be restored/,
    );
  });

  test('it fits the schema, and names from the target are inert', () => {
    const evil = things({ kind: 'child-process', what: HOSTILE_NAME, examples: [HOSTILE_NAME] });
    const report = reportWith({ keepsAlive: describeKeepsAlive([look([evil])], THREADS) });
    expect(reportErrors(JSON.parse(JSON.stringify(report)))).toEqual([]);
    const text = renderText(report, { colors: false, width: 100 });
    expect(text).not.toMatch(/[\x1b\u202e]/);
  });

  test('quiet mode has the sentences only', () => {
    const text = renderText(reportWith({}), { colors: false, width: 100, quiet: true });
    expect(text.trim().split('\n')).toHaveLength(2);
  });
});
