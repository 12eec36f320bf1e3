// From the first hook of promises on, V8 takes the slow way through each await of a process for good. It tells of that
// itself: the protector cell that it invalidates then.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { probeSource } from '../../src/probe/expressions.ts';
import { CONFIG } from '../support/probe-here.ts';

/** Runs the statements beside a probe in a process of its own; resolves with what they log and what V8 invalidates. */
function runBesideProbe(statements: string): { logged: unknown[]; invalidated: string[] } {
  const config = { ...CONFIG, asyncTypes: ['Timeout', 'FSREQCALLBACK'] };
  const program = `
    const { AsyncLocalStorage, createHook } = require('async_hooks');
    const log = (value) => console.log('LOG ' + JSON.stringify(value));
    const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
    const probe = ${probeSource(config)}
    ;
    (async () => { ${statements}; probe.stop(); await turn(); })();`;
  const output = execFileSync(process.execPath, ['--trace-protector-invalidation', '-'], {
    encoding: 'utf8',
    input: program,
  });
  const lines = output.split('\n');
  return {
    logged: lines.filter((line) => line.startsWith('LOG ')).map((line) => JSON.parse(line.slice(4))),
    invalidated: lines.flatMap((line) => /protector cell (\w+)/.exec(line)?.[1] ?? []),
  };
}

const SEEN = `Object.keys(probe.readAsync().seen).sort()`;

test('timers and files are watched, and promises are left alone', () => {
  const { logged, invalidated } = runBesideProbe(`
    setTimeout(() => {}, 5); require('fs').stat('/', () => {}); await turn();
    log(${SEEN}); log(probe.arePromisesHooked());`);
  expect(logged).toEqual([['FSREQCALLBACK', 'TickObject', 'Timeout'], false]);
  expect(invalidated).toEqual([]);
});

test('once they are asked for, they are watched, too, and nothing takes that back', () => {
  const { logged, invalidated } = runBesideProbe(`
    await turn(); log(probe.arePromisesHooked());
    probe.watchAlso(['PROMISE']); await turn();
    log(${SEEN}.includes('PROMISE')); log(probe.arePromisesHooked());`);
  expect(logged).toEqual([false, true, true]);
  expect(invalidated).toEqual(['PromiseHook']);
});

test('hooks of the program work on beside ours, and after them', () => {
  const { logged } = runBesideProbe(`
    const types = new Set();
    const own = createHook({ init: (id, type) => types.add(type) }).enable();
    await turn(); log([types.has('Timeout'), types.has('PROMISE')]);
    own.disable(); await turn(); types.clear(); await turn(); log([...types]);
    own.enable(); probe.stop(); await turn(); types.clear(); await turn();
    log([types.has('Timeout'), types.has('PROMISE')]); own.disable();`);
  expect(logged).toEqual([[true, true], [], [true, true]]);
});

test('storage of the program keeps its value across awaits, and is known to have hooked promises', () => {
  const { logged } = runBesideProbe(`
    const storage = new AsyncLocalStorage();
    await storage.run('kept', async () => { await turn(); log([storage.getStore(), probe.arePromisesHooked()]); });
    probe.stop();
    await storage.run('kept', async () => { await turn(); log(storage.getStore()); });`);
  const isHookedByStorage = Number(process.versions.node.split('.')[0]) < 24;
  expect(logged).toEqual([['kept', isHookedByStorage], 'kept']);
});
