// When V8 is asked for the scripts that it runs: once, and only where files do not account for what was seen.
import { expect, test } from 'vitest';
import { lookAtScripts } from '../../src/capture/script-look.ts';
import { createScriptList } from '../../src/probe/client/script-list.ts';
import type { RunningScript } from '../../src/signals/sink.ts';
import { MB } from '../support/build-observations.ts';
import { type FakeThread, fakeContext, fakeThread } from '../support/fake-capture.ts';
import { type FakeSession, fakeSession } from '../support/fake-session.ts';

const URL_ = 'file:///app/src/server.ts';

/** A thread in which V8 lists these URLs. */
function threadWith(urls: string[], id = 0): FakeThread & { session: FakeSession } {
  const session = fakeSession({
    'Debugger.enable': (_params, own) => {
      for (const [i, url] of urls.entries())
        own.emit('Debugger.scriptParsed', {
          scriptId: String(i),
          url,
          endLine: 3,
          length: 90,
          sourceMapURL: 'data:,{}',
        });
    },
  });
  return Object.assign(fakeThread({ id }), { session });
}

async function look(threads: FakeThread[], doubtful: string[], maxPauseMillis = 1_000) {
  const context = fakeContext(threads, { maxPauseMillis, scriptsInDoubt: () => doubtful });
  const told: RunningScript[] = [];
  context.sink.scripts = (scripts) => void told.push(...scripts);
  await lookAtScripts(context, threads);
  return { told, warnings: context.outcome.warnings, pauses: context.outcome.pausesMillis.length };
}

const methods = ({ session }: { session: FakeSession }) => session.sent.map(([method]) => method);

test('nothing is asked where every file accounts for what was seen', async () => {
  const thread = threadWith([URL_]);
  expect(await look([thread], [])).toEqual({ told: [], warnings: [], pauses: 0 });
  expect(methods(thread)).toEqual([]);
});

test('one file in doubt, and V8 lists its scripts without pausing anything', async () => {
  const thread = threadWith([URL_, 'node:fs', 'culprit:probe', '']);
  const { told, warnings, pauses } = await look([thread], [URL_]);
  expect(told).toEqual([{ url: URL_, lines: 4, characters: 90, sourceMapUrl: 'data:,{}' }]);
  expect([warnings, pauses]).toEqual([[], 1]);
  expect(methods(thread)).toEqual(['Debugger.setSkipAllPauses', 'Debugger.enable', 'Debugger.disable']);
});

test('a thread that was asked before is not asked again', async () => {
  const thread = threadWith([URL_]);
  thread.scripts.note({ scriptId: '1', url: URL_ });
  thread.scripts.isComplete = true;
  expect((await look([thread], [URL_, '/app/gone.js'])).told.map(({ url }) => url)).toEqual([URL_]);
  expect(methods(thread)).toEqual([]);
});

test('a worker is asked for what the main thread does not know, by a path or a URL', async () => {
  const [main, known, worker] = [threadWith([URL_]), threadWith([], 1), threadWith(['/app/job.ts'], 2)];
  await look([main, known], ['/app/src/server.ts']);
  expect(methods(known)).toEqual([]);
  const { told } = await look([main, worker], ['file:///app/job.ts']);
  expect(told.map(({ url }) => url)).toEqual([URL_, '/app/job.ts']);
});

test('of many workers a few are asked', async () => {
  const threads = Array.from({ length: 9 }, (_, id) => threadWith([], id));
  await look(threads, [URL_]);
  expect(threads.filter((thread) => methods(thread).length > 0)).toHaveLength(4);
});

test('a list that would take too long is left out, and the report says so', async () => {
  const thread = { ...threadWith([URL_]), ...{ counters: fakeThread({ heapUsedBytes: 900 * MB }).counters } };
  const { told, warnings } = await look([thread], [URL_], 100);
  expect(told).toEqual([]);
  expect(warnings).toEqual([
    { code: 'scripts-too-long', estimateMillis: expect.any(Number), maxPauseMillis: 100 },
  ]);
  expect(methods(thread)).toEqual([]);
});

test('a thread that ends meanwhile is no error', async () => {
  const thread = threadWith([URL_]);
  thread.session.die();
  expect((await look([thread], [URL_])).told).toEqual([]);
});

test('what is kept of source maps is bounded, for each script and for all', () => {
  const list = createScriptList();
  const map = (megabytes: number) => `data:,${' '.repeat(megabytes * 2 ** 20)}`;
  list.note({ scriptId: '0', url: '/app/large.js', sourceMapURL: map(9) });
  for (let i = 1; i <= 9; i++) list.note({ scriptId: String(i), url: `/app/${i}.js`, sourceMapURL: map(7) });
  list.note({ scriptId: '20', url: '/app/node_modules/a/i.js', sourceMapURL: map(7) });
  const kept = list.all().filter(({ sourceMapUrl }) => sourceMapUrl !== null);
  expect(kept.map(({ url }) => url)).toEqual([
    '/app/1.js',
    '/app/2.js',
    '/app/3.js',
    '/app/4.js',
    '/app/node_modules/a/i.js',
  ]);
});
