// Which code compiles code: told from the scripts that V8 reports. That a target is never paused by it is proved on a
// real one in test/live.
import { afterEach, expect, test } from 'vitest';
import { createScriptList } from '../../src/probe/client/script-list.ts';
import type { InspectorSession } from '../../src/target/inspector/inspector-session.ts';
import { type FakeSession, fakeSession, openOwnSession } from '../support/fake-session.ts';
import { watchCompiling } from '../support/watch-compiling.ts';

const open: InspectorSession[] = [];
afterEach(async () => {
  for (const session of open.splice(0)) await session.close();
});

const parsed = (session: FakeSession, scriptId: number, url: string, ...functions: string[]) =>
  session.emit('Debugger.scriptParsed', {
    scriptId: String(scriptId),
    url,
    stackTrace: {
      callFrames: functions.map((functionName) => ({
        functionName,
        url: '/app/a.js',
        lineNumber: 4,
        columnNumber: 2,
      })),
    },
  });

test('the scripts that were there before are not counted', async () => {
  const session = fakeSession({
    'Debugger.enable': (_params, own) => {
      for (let i = 0; i < 30; i++) parsed(own, i, `/app/old-${i}.js`);
    },
  });
  const told = createScriptList();
  const watching = watchCompiling(session, 20, told);
  await new Promise(setImmediate);
  parsed(session, 100, 'evalmachine.<anonymous>', 'compile', 'render');
  parsed(session, 101, 'evalmachine.<anonymous>', 'compile', 'render');
  parsed(session, 102, '', 'validate');
  const { scripts, sites } = await watching;
  expect(scripts).toBe(3);
  expect(sites.map(({ frames, count }) => [frames.map(([name]) => name), count])).toEqual([
    [['compile', 'render'], 2],
    [['validate'], 1],
  ]);
  expect(told.all().map(({ url }) => url)).toEqual([
    ...Array.from({ length: 30 }, (_, i) => `/app/old-${i}.js`),
    'evalmachine.<anonymous>',
    'evalmachine.<anonymous>',
  ]);
  // What comes after belongs to nobody.
  parsed(session, 103, '/app/late.js', 'late');
  expect(told.has('/app/late.js')).toBe(false);
});

test('pauses are switched off before the debugger is switched on, and it is off again afterwards', async () => {
  const session = fakeSession();
  await watchCompiling(session, 1);
  expect(session.sent.map(([method]) => method)).toEqual([
    'Debugger.setSkipAllPauses',
    'Debugger.enable',
    'Debugger.disable',
  ]);
  expect(session.sent[0]![1]).toEqual({ skip: true });
});

test('the debugger is switched off when it could be switched on only half, too', async () => {
  const session = fakeSession({
    'Debugger.enable': () => {
      throw new Error('refused');
    },
  });
  await expect(watchCompiling(session, 1)).rejects.toThrow('refused');
  expect(session.sent.at(-1)![0]).toBe('Debugger.disable');
});

test('a program that compiles for ever makes a bounded list of sites', async () => {
  const session = fakeSession();
  const watching = watchCompiling(session, 20);
  await new Promise(setImmediate);
  for (let i = 0; i < 3_000; i++) parsed(session, i, '', `maker ${i}`, ...Array(100).fill('deep'));
  const { scripts, sites } = await watching;
  expect(scripts).toBe(3_000);
  expect(sites.length).toBeLessThanOrEqual(50);
  for (const { frames } of sites) expect(frames.length).toBeLessThanOrEqual(24);
});

test('V8 itself names the function that compiles', async () => {
  const session = openOwnSession();
  open.push(session);
  const timer = setInterval(function compileAgain() {
    new Function(`return ${Math.random()}`);
  }, 2);
  const { scripts, sites } = await watchCompiling(session, 60);
  clearInterval(timer);
  expect(scripts).toBeGreaterThan(0);
  const names = sites.flatMap(({ frames }) => frames.map(([name]) => name));
  expect(names).toContain('compileAgain');
});
