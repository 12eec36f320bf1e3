// Programs that have done strange things to themselves: culprit must come, look, and go, and the program must not notice.
import { afterAll, describe, expect, test } from 'vitest';
import { reportErrors } from '../support/json-schemas.ts';
import { reportOf, runCulprit, wentWrongInside } from './support/culprit.ts';
import { endAllTargets, startTarget } from './support/target.ts';

afterAll(endAllTargets);

/** Grows all the time, so that culprit climbs its whole ladder; any error of its own ends up in its output. */
const SERVER = `
const http = require('http');
const orders = new Map();
let next = 0;
const grow = () => { for (let i = 0; i < 50; i++) orders.set(next, { id: next++, lines: new Array(30).fill(next) }); };
// Not the global one, which may be a fake.
require('timers').setInterval(grow, 25);
for (const name of ['uncaughtException', 'unhandledRejection']) process.on(name, (error) => console.error(name, error));
process.on('warning', (warning) => console.error('warning', warning));
http.createServer((req, res) => { res.setHeader('Connection', 'close'); res.end(typeof report === 'function' ? report() : 'ok'); })
  .listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

interface HostileTarget {
  title: string;
  /** Runs before the server's own text. */
  code: string;
  /** What its front page must say afterwards. */
  answers?: RegExp;
}

const TARGETS: HostileTarget[] = [
  {
    title: 'an http.Agent with throwing getters',
    code: `
class Agent extends require('http').Agent {}
for (const name of ['sockets', 'freeSockets', 'requests', 'maxSockets', 'options'])
  Object.defineProperty(Agent.prototype, name, { get() { throw new Error('do not look at ' + name); }, set() {}, configurable: true });
module.exports.agent = Object.create(Agent.prototype);
globalThis.agents = new Set([module.exports.agent]);`,
  },
  {
    title: 'a Proxy that throws on every trap, reachable from exports',
    code: `
let touched = 0;
const traps = new Proxy({}, { get() { return () => { touched++; throw new Error('do not touch'); }; } });
module.exports.proxy = new Proxy(function () {}, traps);
module.exports.list = [module.exports.proxy, new Map([['it', module.exports.proxy]])];
const report = () => 'touched ' + touched;`,
    answers: /^touched 0$/,
  },
  {
    title: 'frozen prototypes',
    code: `
for (const { prototype } of [Object, Array, Map, Set, WeakMap, Promise, Error, Function]) Object.freeze(prototype);
Object.freeze(Error);`,
  },
  {
    title: 'fake timers in place of the global ones',
    code: `
let asked = 0;
for (const name of ['setTimeout', 'setInterval', 'setImmediate']) globalThis[name] = () => { asked++; return { id: asked }; };
for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) globalThis[name] = () => {};
globalThis.Date = class extends Date { static now() { return 0; } };
globalThis.performance = { now: () => 0 };
process.hrtime = () => [0, 0];
const report = () => 'asked ' + asked;`,
    answers: /^asked 0$/,
  },
  {
    title: 'domains',
    code: `
// Not entered for good: then Node itself warns (DEP0097) when SIGUSR1 comes.
const domain = require('domain').create();
let caught = 0;
domain.on('error', (error) => { if (error.message === 'ours') caught++; else console.error('domain', error); });
domain.run(() => setInterval(() => { Promise.resolve().then(() => process.nextTick(() => { throw new Error('ours'); })); }, 200));
const report = () => caught > 10 ? 'caught' : 'only ' + caught;`,
    answers: /^caught$/,
  },
  {
    title: 'hooks of another tool that count',
    code: `
const counts = { init: 0, before: 0, after: 0, destroy: 0, promiseResolve: 0 };
const hooks = {};
for (const name in counts) hooks[name] = () => { counts[name]++; };
require('async_hooks').createHook(hooks).enable();
const report = () => { const was = { ...counts }; return Object.keys(was).map((name) => name + ' ' + (was[name] > 0)).join(); };
setInterval(async () => { await null; }, 20);`,
    answers: /^init true,before true,after true,destroy true,promiseResolve true$/,
  },
  {
    title: 'a delay histogram that was made and forgotten',
    code: `
for (let i = 0; i < 3; i++) require('perf_hooks').monitorEventLoopDelay();
setInterval(() => { for (let i = 0; i < 100; i++) new Array(10_000).fill(i); }, 5);`,
  },
  {
    title: 'a million live timers',
    code: 'for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 3_600_000 + (i % 1_000));',
  },
];

describe('a target with', () => {
  test.concurrent.each(TARGETS)('$title is looked at without noticing', async ({ code, answers }) => {
    const target = await startTarget({ code: `${code}\n${SERVER}` });
    const before = target.stderr();
    const result = await runCulprit(['diagnose', String(target.pid), '--duration', '7s', '--json', '-']);
    expect(wentWrongInside(result)).toBeNull();
    const report = reportOf(result);
    expect(reportErrors(JSON.parse(result.stdout))).toEqual([]);
    expect(report.capture.restored).toBe(true);
    expect(await target.get('/')).toMatch(answers ?? /^ok$/);
    // Node's own words about its inspector are all that may be new.
    const said = target.stderr().slice(before.length).split('\n');
    expect(said.filter((line) => !/^(Debugger |For help, see|$)/.test(line))).toEqual([]);
    await target.end();
  });
});
