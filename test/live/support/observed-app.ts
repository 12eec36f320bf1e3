// A server that can say what is inside it: used to prove that culprit leaves nothing behind. Runs with
// --expose-internals, so that it sees hooks, timers and observers that no public interface lists. Its collections
// grow while it runs, so that culprit climbs all of its ladder: census, and traps on the adding methods.
import { type RunningTarget, startTarget } from './target.ts';

const CODE = `
'use strict';
const http = require('http');
const inspector = require('inspector');
const { executionAsyncId } = require('async_hooks');
const { internalBinding } = require('internal/test/binding');
const { timerListMap } = require('internal/timers');
const asyncWrap = internalBinding('async_wrap');
const performanceBinding = internalBinding('performance');

const byId = new Map();
const seen = new Set();
const log = [];
const slowly = new Set();
let next = 0;
let ticks = 0;
function remember() {
  // So slowly that a trap on it is still there when culprit dies.
  if (ticks++ % 12 === 0) slowly.add('hour ' + ticks);
  for (let i = 0; i < 20; i++) {
    const id = 'order-' + next++;
    byId.set(id, { id, lines: new Array(40).fill(next) });
    seen.add(id);
    log.push({ id });
  }
}
setInterval(remember, 40);

function countTimers() {
  const counts = {};
  for (const key of Object.keys(timerListMap)) {
    const list = timerListMap[key];
    let count = 0;
    for (let item = list._idlePrev; item && item !== list && count < 10000; item = item._idlePrev) count++;
    counts[key] = count;
  }
  return counts;
}

function isHeapSampled() {
  const session = new inspector.Session();
  let isOn = false;
  session.connect();
  session.post('HeapProfiler.getSamplingProfile', (error) => { isOn = !error; });
  session.disconnect();
  return isOn;
}

function describe(name) {
  const found = Object.getOwnPropertyDescriptor(Error, name);
  return found ? name + '=' + String(found.value) : name + ' absent';
}

async function state() {
  // Away from the request's own async context: only with a promise hook has a then() callback an id.
  const idInThen = await new Promise((resolve) => setImmediate(() => Promise.resolve().then(() => resolve(executionAsyncId()))));
  const { kInit, kBefore, kAfter, kDestroy, kPromiseResolve } = asyncWrap.constants;
  return {
    globals: Reflect.ownKeys(globalThis).map(String),
    processKeys: Reflect.ownKeys(process).map(String),
    errorSettings: [describe('prepareStackTrace'), describe('stackTraceLimit')],
    traps: [byId, seen, log, slowly].flatMap((c) => ['set', 'add', 'push'].filter((name) => Object.prototype.hasOwnProperty.call(c, name))),
    prototypes: [Map.prototype.set, Set.prototype.add, Array.prototype.push].map((f) => Function.prototype.toString.call(f)),
    hooks: [kInit, kBefore, kAfter, kDestroy, kPromiseResolve].map((at) => asyncWrap.async_hook_fields[at]),
    idInThen,
    timers: countTimers(),
    observers: Array.from(performanceBinding.observerCounts || []),
    resources: process.getActiveResourcesInfo ? process.getActiveResourcesInfo().filter((type) => type !== 'TCPSocketWrap').sort() : [],
    isHeapSampled: isHeapSampled(),
    inspectorUrl: inspector.url() || null,
    debugPort: process.debugPort,
    claims: require('diagnostics_channel').hasSubscribers('culprit:claim'),
    signalListeners: process.listenerCount('SIGUSR1'),
    uncaughtListeners: process.listenerCount('uncaughtException'),
  };
}

const server = http.createServer((req, res) => {
  res.sendDate = false;
  res.setHeader('Connection', 'close');
  if (req.url === '/state') return void state().then((s) => res.end(JSON.stringify(s)), (e) => res.end(JSON.stringify({ error: String(e.stack) })));
  if (req.url === '/clear') { byId.clear(); seen.clear(); log.length = 0; slowly.clear(); return void res.end('cleared'); }
  if (req.url.startsWith('/block/')) {
    res.end('blocking');
    return void setImmediate(() => { const until = Date.now() + Number(req.url.slice(7)); while (Date.now() < until); });
  }
  res.end('ok');
});
server.listen(0, '127.0.0.1', () => console.log('READY ' + server.address().port));
`;

/** What the server says of itself; compared as a whole. */
export type InnerState = Record<string, unknown> & { inspectorUrl: string | null };

/** Below those that the system gives away, and apart from those of other test runs. */
let nextInspectorPort = 21_000 + (process.pid % 500) * 16;

/** Each has an inspector port of its own, which culprit has to give back. */
export function startObservedApp(node?: string): Promise<RunningTarget> {
  const nodeArgs = ['--expose-internals', `--inspect-port=127.0.0.1:${nextInspectorPort++}`];
  return startTarget({ code: CODE, name: 'observed.cjs', usesDefaultInspectorPort: true, nodeArgs, node });
}

export async function innerState(target: RunningTarget): Promise<InnerState> {
  return JSON.parse(await target.get('/state'));
}
