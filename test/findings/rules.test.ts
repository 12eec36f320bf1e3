import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { RULES } from '../../src/findings/rules.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { FindingKind } from '../../src/model/finding.ts';
import type { Observations } from '../../src/model/observations.ts';
import { container, cpuWaits, loopDelay, memoryHigh, quota } from '../support/build-container.ts';
import {
  asyncSite,
  buildObservations,
  change,
  children,
  closures,
  collection,
  compiling,
  cpu,
  external,
  fds,
  gc,
  type Habit,
  handles,
  heapFloor,
  KB,
  MB,
  native,
  sockets,
  threads,
  timers,
  worker,
} from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { requestCosts } from '../support/build-slowdown.ts';
import { firstLookup, lookups, pool, poolUsers, poolWaits } from '../support/build-waiting.ts';
import { decode } from '../support/decode-lines.ts';
import { filling, linear, noise, sawtooth, settling, step, sum } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const kindsOf = (...habits: Habit[]) => findingsOf(...habits).map(({ kind }) => kind);

const SERVE = 'emit@node:events:500';
const PLACE = `${SERVE} > handle@/app/src/orders.js:42`;
const APP = { function: 'handle', file: 'src/orders.js', line: 42 };

test('a healthy server has no findings and says so', () => {
  expect(judge(gatherFacts(buildObservations()))).toMatchObject({ verdict: 'healthy', findings: [] });
});

describe('each fault is found, named and placed:', () => {
  const faults: [FindingKind, string, Habit[], object, RegExp][] = [
    [
      'heap-leak',
      'a Map that is never trimmed',
      [
        heapFloor(linear(200 * KB), PLACE),
        collection(linear(900), `${PLACE} > set`, { holderName: 'sessions' }),
      ],
      { ...APP, type: 'collection', name: 'sessions' },
      /sessions.*src\/orders\.js:42/,
    ],
    [
      'heap-leak',
      'known by its allocations only',
      [heapFloor(linear(200 * KB), PLACE)],
      { ...APP, type: 'function' },
      /KB\/s; .* in src\/orders\.js:42, handle$/,
    ],
    [
      'heap-leak',
      'of unknown origin',
      [heapFloor(linear(200 * KB))],
      { type: 'memory', file: null },
      /unknown origin/,
    ],
    [
      'heap-leak',
      'in a worker',
      [
        worker(3, 'mailer'),
        heapFloor(linear(200 * KB), PLACE, 3),
        change((o) => {
          o.passive = o.passive.map(({ rssAnonBytes: _, ...s }) => s);
        }),
      ],
      { ...APP, thread: 3 },
      /./,
    ],
    [
      'listener-leak',
      'on an emitter',
      [
        heapFloor(linear(50 * KB), PLACE),
        collection(linear(30), `${PLACE} > on@node:events:600 > _addListener@node:events:560`, {
          type: 'Array',
          className: 'Array',
        }),
      ],
      APP,
      /Listeners accumulate/,
    ],
    [
      'listener-leak',
      'on an emitter whose event and name are known',
      [
        heapFloor(linear(50 * KB), PLACE),
        collection(linear(30), `${PLACE} > on@node:events:600 > _addListener@node:events:560`, {
          type: 'EventEmitter',
          className: 'Fleet',
          event: 'moved',
          holderName: 'fleet',
        }),
      ],
      { ...APP, name: 'fleet' },
      /Listeners for 'moved' accumulate on Fleet `fleet` by 30\/s.*src\/orders\.js:42/,
    ],
    [
      'async-context-leak',
      'of a context kept for each async resource',
      [
        heapFloor(linear(50 * KB), PLACE),
        collection(
          linear(300),
          `${PLACE} > emitInitNative@node:internal/async_hooks:200 > init@/app/src/orders.js:42`,
          {
            holderName: 'scopes',
          },
        ),
      ],
      { function: 'init', file: 'src/orders.js', line: 42, name: 'scopes' },
      /Map `scopes`/,
    ],
    [
      'heap-leak',
      'of closures that hold each other',
      [
        heapFloor(linear(50 * KB), 'parse@/app/src/server.js:7'),
        closures('quote@/app/src/orders.js:42', 30, 270),
      ],
      { file: 'src/orders.js', line: 42, function: 'quote' },
      /Functions `quote` accumulate at 20\/s/,
    ],
    [
      'heap-leak',
      'of closures that hold each other, more of them than could be followed',
      [
        heapFloor(linear(50 * KB), 'parse@/app/src/server.js:7'),
        closures('quote@/app/src/orders.js:42', 65, 65, 64),
      ],
      { file: 'src/orders.js', line: 42, function: 'quote' },
      /Functions `quote` form a chain of 65 or more/,
    ],
    [
      'promise-leak',
      'of promises that never settle',
      [heapFloor(linear(50 * KB), PLACE), asyncSite('PROMISE', PLACE, { perSecond: 40 })],
      { ...APP, type: 'function' },
      /Promises accumulate at .*never settle/,
    ],
    [
      'code-growth',
      'of templates compiled for each request',
      [
        heapFloor(linear(50 * KB), PLACE),
        compiling(`${PLACE} > compile@/app/node_modules/tpl/index.js:9`, 40),
      ],
      { ...APP, type: 'function' },
      /Code is compiled again and again at 40\/s.*tpl/,
    ],
    [
      'external-memory-leak',
      'of buffers in an array',
      [
        external(linear(MB)),
        collection(linear(16), `${PLACE} > push`, {
          type: 'Array',
          className: 'Array',
          newestEntry: 'Buffer',
          holderName: 'chunks',
        }),
      ],
      { ...APP, name: 'chunks' },
      /Buffers.*chunks/,
    ],
    [
      'native-memory-growth',
      'that nobody accounts for',
      [native(linear(2 * MB))],
      { type: 'memory' },
      /Native memory grows by 2/,
    ],
    [
      'socket-leak',
      'whose other side has closed',
      [
        sockets({ state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80' }, linear(3)),
        asyncSite('TCPWRAP', `${PLACE} > connect@node:net:1`),
      ],
      { ...APP, type: 'socket', name: '10.9.9.9:80' },
      /10\.9\.9\.9:80 in CLOSE_WAIT/,
    ],
    [
      'socket-leak',
      'of clients that have gone',
      [sockets({ state: 'CLOSE_WAIT', direction: 'inbound', endpoint: ':8080' }, linear(1))],
      { type: 'socket', name: ':8080' },
      /port 8080 in CLOSE_WAIT/,
    ],
    [
      'socket-leak',
      'of the process with itself, where each has an end that looks like a client',
      [
        sockets({ endpoint: '127.0.0.1:7000' }, linear(2)),
        sockets({ direction: 'inbound', endpoint: ':7000' }, linear(2)),
      ],
      { name: '127.0.0.1:7000' },
      /ESTABLISHED/,
    ],
    [
      'socket-leak',
      'that stay connected',
      [sockets({ endpoint: 'redis:6379' }, linear(1))],
      { name: 'redis:6379' },
      /ESTABLISHED/,
    ],
    [
      'socket-leak',
      'of UDP, each on a port of its own',
      [
        sockets(
          { family: 'udp', direction: 'unknown', state: 'UNCONNECTED', endpoint: 'any port' },
          linear(2),
        ),
      ],
      { name: 'any port' },
      /^60 UDP sockets, 2\/s more$/,
    ],
    [
      'fd-leak',
      'of uploads',
      [fds('file', '/tmp/upload-#', linear(2)), asyncSite('FILEHANDLE', PLACE)],
      { ...APP, type: 'file', name: '/tmp/upload-#' },
      /\/tmp\/upload-#/,
    ],
    [
      'fd-leak',
      'of deleted files',
      [fds('deleted-file', '/tmp/#.log', linear(1))],
      { name: '/tmp/#.log' },
      /deleted files/,
    ],
    [
      'child-process-leak',
      'of converters',
      [
        children('ffmpeg -i -', linear(0.5)),
        asyncSite('PROCESSWRAP', `${PLACE} > spawn@node:child_process:700`, { perSecond: 0.5 }),
      ],
      { ...APP, type: 'process', name: 'ffmpeg -i -' },
      /ffmpeg/,
    ],
    [
      'child-process-leak',
      'some of them, in a number that goes up and down with those that end',
      [
        children('node render.js', linear(0.5)),
        asyncSite('PROCESSWRAP', `${PLACE} > fork@node:child_process:177`, {
          perSecond: 1.5,
          aliveShare: 0.34,
        }),
        change((observations) => {
          const { reads } = observations.asyncObservations[0]!.sites.at(-1)!;
          for (const read of reads.slice(-4)) read.alive = reads.at(-5)!.alive + 1;
        }),
      ],
      { ...APP, type: 'process', name: 'node render.js' },
      /^Child processes `node render\.js` accumulate at 0\.5\/s: some of them never end \(src/,
    ],
    [
      'child-process-leak',
      'that nobody waits for',
      [children('[sh]', linear(0.5), { state: 'Z' })],
      { type: 'process' },
      /Zombies/,
    ],
    [
      'child-process-leak',
      'of commands that outlive their shell, started in a line that starts more than stay',
      [
        children((i) => `tail -f /var/log/${i}.log`, linear(0.5), { isOrphan: true }),
        asyncSite('PROCESSWRAP', `${PLACE} > spawn@node:child_process:700`, { perSecond: 2, aliveShare: 0 }),
      ],
      { ...APP, type: 'process', name: 'tail -f ...' },
      /^Processes `tail -f \.\.\.` accumulate at 0\.5\/s: the child process that started them has ended, but they keep running \(src/,
    ],
    [
      'worker-leak',
      'some of them, seen to stay in most reads only',
      [
        threads(linear(1)),
        asyncSite('WORKER', `${PLACE} > Worker@node:internal/worker:200`, {
          perSecond: 1.5,
          aliveShare: 0.33,
        }),
        change((observations) => {
          for (const [i, read] of observations.asyncObservations[0]!.sites.at(-1)!.reads.entries())
            if (i % 3 === 2) Object.assign(read, { alive: 4 });
        }),
      ],
      { ...APP, type: 'thread' },
      /^Worker threads accumulate at 0\.[45]\d?\/s and never end \(src/,
    ],
    [
      'worker-leak',
      'one for each task',
      [
        threads(linear(1)),
        asyncSite('WORKER', `${PLACE} > Worker@node:internal/worker:200`, { perSecond: 1 }),
      ],
      { ...APP, type: 'thread' },
      /Worker threads/,
    ],
    [
      'timer-leak',
      'of intervals',
      [
        asyncSite('Timeout', `${PLACE} > setInterval@node:timers:200`, {
          isRepeating: true,
          delayMillis: 1_000,
        }),
        timers(linear(3)),
      ],
      APP,
      /setInterval/,
    ],
    [
      'watcher-leak',
      'of files',
      [asyncSite('FSEVENTWRAP', `${PLACE} > watch@node:fs:2000`, { perSecond: 1 })],
      APP,
      /watchers/,
    ],
    [
      'handle-leak',
      'of message ports that stay active',
      [handles('MessagePort', linear(6)), asyncSite('MESSAGEPORT', PLACE, { perSecond: 6 })],
      APP,
      /Message ports accumulate at 6\/s and are never closed \(src\/orders\.js:42, handle\)/,
    ],
    [
      'handle-leak',
      'of channels whose other ends went to another thread',
      [
        handles('MessagePort', linear(6)),
        asyncSite('MESSAGEPORT', PLACE, { perSecond: 12, aliveShare: 0.5 }),
      ],
      APP,
      /Message ports accumulate at 6\/s and some of them are never closed \(src\/orders\.js:42, handle\)/,
    ],
    [
      'handle-leak',
      'of channels that are opened on two paths, of which one closes them',
      [
        handles('MessagePort', linear(6)),
        asyncSite('MESSAGEPORT', PLACE, { perSecond: 30, aliveShare: 0.2 }),
      ],
      APP,
      /\(src\/orders\.js:42, handle\)/,
    ],
    [
      'handle-leak',
      'of streams that Node does not count as active',
      [asyncSite('ZLIB', `${PLACE} > createGzip@node:zlib:700`, { perSecond: 2 })],
      APP,
      /Compression streams accumulate at 2\/s/,
    ],
    [
      'handle-leak',
      'of a type without a name, from nobody knows where',
      [handles('OddWrap', linear(2))],
      { type: 'handle', file: null, name: 'handles of type ODDWRAP' },
      /Handles of type ODDWRAP accumulate at 2\/s/,
    ],
    [
      'memory-throttled',
      'above the bound of its group',
      [memoryHigh(200, 201, 0.5)],
      { type: 'limit', name: 'memory.high', file: null },
      /The kernel throttles the process for 50% of the time/,
    ],
    [
      'event-loop-block',
      'by a password hash',
      [
        cpu([
          ['(idle)', 1_600],
          [`${PLACE} > pbkdf2Sync@node:internal/crypto/pbkdf2:60`, 400],
        ]),
      ],
      APP,
      /400 ms.*pbkdf2Sync/,
    ],
    [
      'event-loop-block',
      'many of 120 ms',
      [
        cpu([
          ['(idle)', 880],
          [`${PLACE} > readFileSync@node:fs:400`, 120],
        ]),
      ],
      APP,
      /readFileSync/,
    ],
    [
      'cpu-hotspot',
      'in the application',
      [
        cpu([
          ['(idle)', 5],
          [PLACE, 5],
        ]),
      ],
      APP,
      /50% of a core/,
    ],
    [
      'cpu-hotspot',
      'in a library it calls',
      [
        cpu([
          ['(idle)', 6],
          [`${PLACE} > parse@/app/node_modules/xml/index.js:9`, 4],
        ]),
      ],
      APP,
      /xml/,
    ],
    [
      'gc-pressure',
      'by what is allocated',
      [
        gc(250),
        cpu([
          ['(idle)', 3],
          [PLACE, 1],
          ['(garbage collector)', 3],
          [`${SERVE} > other@/app/src/o.js:1`, 1],
        ]),
      ],
      APP,
      /Garbage collection.*handle/,
    ],
    [
      'connection-churn',
      'without keep-alive',
      [asyncSite('TCPWRAP', `${PLACE} > connect@node:net:1`, { perSecond: 60, aliveShare: 0.001 })],
      { ...APP, type: 'socket' },
      /connections/,
    ],
    ['memory-limit-risk', 'of the heap', [heapFloor(() => 900 * MB)], { type: 'limit' }, /heap limit/],
    ['memory-limit-risk', 'of the container', [native(() => 1_850 * MB)], { type: 'limit' }, /container/],
    [
      'cpu-throttled',
      'in six periods of ten',
      [quota(0.5, 6, 55, 0.48), loopDelay(57)],
      { type: 'limit' },
      /quota of 0\.5 cores stops the process/,
    ],
    [
      'slowdown',
      'of a server that scans a list',
      [requestCosts(linear(0.1, 2), PLACE)],
      { ...APP, type: 'function' },
      /Requests cost more and more: .* \(src\/orders\.js:42, handle\)/,
    ],
    [
      'cpu-starved',
      'by its neighbours',
      [cpuWaits(0.05, 0.9), loopDelay(400)],
      { type: 'thread' },
      /no CPU for 95% of the time that it is ready to run/,
    ],
    [
      'pids-limit-risk',
      'of the container',
      [container({ pidsLimit: 100, pidsCurrent: 95 })],
      { type: 'limit' },
      /95 of the 100 processes and threads/,
    ],
    [
      'fd-limit-risk',
      'with a large pool',
      [
        change((o) => {
          o.limits.fdSoftLimit = 45;
        }),
      ],
      { type: 'limit' },
      /42 of 45/,
    ],
    [
      'pool-exhaustion',
      'of clients that are never released',
      [
        pool(linear(3), {
          className: 'BoundPool',
          holder: { kind: 'variable', name: 'db', of: '' },
          waiters: [
            `${PLACE} > connect@/app/node_modules/pg-pool/index.js:200`,
            `${SERVE} > list@/app/src/list.js:7 > query@/app/node_modules/pg-pool/index.js:300`,
            `${SERVE} > list@/app/src/list.js:7 > query@/app/node_modules/pg-pool/index.js:300`,
          ],
          lent: { looked: 10, silent: 10, longestSilentMillis: 20_000, labels: [] },
        }),
      ],
      { ...APP, type: 'pool', name: 'db' },
      /BoundPool `db` is exhausted: 10 of 10 checked out and never returned, 90 wait, 3\/s more.*src\/orders\.js:42/,
    ],
    [
      'pool-exhaustion',
      'whose waiters give up, so that the queue keeps its length',
      [
        pool(() => 30, {
          waiters: [`${PLACE} > acquire@/app/node_modules/tarn/pool.js:9`],
          lent: { looked: 10, silent: 10, longestSilentMillis: 20_000, labels: [] },
        }),
      ],
      { ...APP, type: 'pool' },
      /Pool is exhausted.*never returned/,
    ],
    [
      'pool-exhaustion',
      'of an Agent whose responses nobody reads',
      [
        pool(linear(5), {
          className: 'Agent',
          endpoint: '10.0.0.7:80',
          limit: 8,
          lent: {
            looked: 8,
            silent: 8,
            longestSilentMillis: 9_000,
            labels: [['GET /rates/#: response not read', 8]],
          },
        }),
        asyncSite('http.client.request', `${PLACE} > request@node:http:99`, {
          label: 'GET 10.0.0.7:80/rates/#',
          aliveShare: 0.5,
        }),
      ],
      { ...APP, type: 'pool', name: '10.0.0.7:80' },
      /The Agent for 10\.0\.0\.7:80 is exhausted: 8 of 8 sockets in use and never returned/,
    ],
    [
      'request-pileup',
      'of requests out that nothing ends',
      [
        asyncSite('http.client.request', `${PLACE} > request@node:http:99`, {
          label: 'GET 10.0.0.7:80/rates/#',
          aliveShare: 0.2,
          perSecond: 10,
        }),
      ],
      { ...APP, type: 'request', name: '10.0.0.7:80' },
      /Outgoing requests \(GET 10\.0\.0\.7:80\/rates\/#\) accumulate at 2\/s/,
    ],
    [
      'request-pileup',
      'of requests in that one path never answers, known by what they wait for',
      [
        asyncSite('http.server.request', '', { label: 'POST /orders', aliveShare: 0.2, perSecond: 10 }),
        asyncSite('PROMISE', PLACE, { perSecond: 2 }),
      ],
      { ...APP, type: 'request', name: 'POST /orders' },
      /Requests to POST \/orders accumulate at 2\/s: some are never answered.*src\/orders\.js:42/,
    ],
    [
      'request-pileup',
      'of requests in, known by their route',
      [
        asyncSite('http.server.request', '', {
          label: 'POST /orders',
          aliveShare: 0.2,
          perSecond: 10,
          handler: framesFrom(PLACE).find(({ file }) => file === 'src/orders.js'),
        }),
      ],
      { ...APP, type: 'request', name: 'POST /orders' },
      /src\/orders\.js:42, handle/,
    ],
    [
      'request-pileup',
      'of answers that are begun and never ended, known by who writes them',
      [
        asyncSite('http.server.answer', '', { label: 'GET /report', aliveShare: 0.2, perSecond: 10 }),
        asyncSite('http.server.write', PLACE, { label: 'GET /report', aliveShare: 0.2, perSecond: 4 }),
      ],
      { ...APP, type: 'request', name: 'GET /report' },
      /Answers to GET \/report are started and never ended: 2\/s more \(src\/orders\.js:42, handle\)/,
    ],
    [
      'threadpool-saturation',
      'by password hashes',
      [
        poolWaits(() => 320),
        poolUsers(
          ['SCRYPTREQUEST', `${PLACE} > scrypt@node:internal/crypto/scrypt:40`, 10, 700],
          ['FSREQCALLBACK', `${SERVE} > load@/app/src/load.js:3`, 100, 321],
        ),
      ],
      { ...APP, type: 'pool' },
      /saturated: a trivial file operation waits 308 ms for one of its 4 threads; they are busy with scrypt.*src\/orders\.js:42/,
    ],
    [
      'dns-slow',
      'for each connection',
      [
        lookups('db.internal', 3, 700),
        asyncSite('GETADDRINFOREQWRAP', `${PLACE} > lookup@node:dns:200`, { aliveShare: 0 }),
      ],
      { ...APP, type: 'host', name: 'db.internal' },
      /Lookups of 'db\.internal' take 700 ms each/,
    ],
    [
      'dns-slow',
      'and so the thread pool is full, too',
      [
        lookups('db.internal', 30, 700),
        poolWaits(() => 600),
        poolUsers(['GETADDRINFOREQWRAP', `${PLACE} > lookup@node:dns:200`, 30, 700]),
        asyncSite('GETADDRINFOREQWRAP', `${PLACE} > lookup@node:dns:200`, { aliveShare: 0 }),
      ],
      { ...APP, type: 'host', name: 'db.internal' },
      /Lookups of/,
    ],
  ];

  test.each(faults)('%s %s', (kind, _, habits, subject, title) => {
    const [first] = findingsOf(...habits);
    expect(first).toMatchObject({ kind, rank: 1 });
    expect(first!.subject).toMatchObject(subject);
    expect(first!.title).toMatch(title);
    expect(first!.evidence.length).toBeGreaterThan(0);
    expect(first!.advice.length).toBeGreaterThan(0);
    expect(first!.confidence).toBeGreaterThan(0);
    expect(first!.confidence).toBeLessThanOrEqual(1);
    expect(first!.title).not.toMatch(/undefined|NaN|null|\[object/);
  });

  test('every rule is in this table', () => {
    const listed = new Set(faults.map(([kind]) => kind));
    expect(RULES.map(({ kind }) => kind).filter((kind) => !listed.has(kind))).toEqual([]);
  });
});

describe('healthy programs stay unnamed:', () => {
  const interval = { isRepeating: true, delayMillis: 1_000 };
  const twins: [string, Habit[]][] = [
    ['a pool that is full with a short queue now and then', [pool((t) => (t % 4 === 0 ? 3 : 0))]],
    [
      'a pool that is full, with a queue that stays, and works',
      [
        pool(() => 25, {
          lent: { looked: 10, silent: 0, longestSilentMillis: 300, labels: [] },
        }),
      ],
    ],
    ['a queue that grows and is worked off', [pool((t) => (t < 15 ? t * 3 : (30 - t) * 3))]],
    ['a pool with a queue that has places left', [pool(linear(3), { busy: () => 4 })]],
    [
      'long polls of clients that come and stay',
      [asyncSite('http.server.request', '', { label: 'GET /events', perSecond: 2, aliveShare: 1 })],
    ],
    [
      'slow answers that come in the end',
      [asyncSite('http.client.request', PLACE, { label: 'GET x/y', perSecond: 10, aliveShare: 0 })],
    ],
    ['a thread pool that is full for a moment', [poolWaits((t) => (t % 10 === 0 ? 300 : 1))]],
    ['a thread pool with an event loop that is late', [poolWaits(() => 5)]],
    ['a first lookup that is slow', [lookups('db.internal', 0.1, 900)]],
    ['many lookups that are quick', [lookups('db.internal', 50, 4)]],
    [
      'many names that are slow the first time',
      Array.from({ length: 20 }, (_, i) => firstLookup(`shop${i}.example`, i + 1)),
    ],
    ['promises of slow requests on a steady heap', [asyncSite('PROMISE', PLACE, { perSecond: 40 })]],
    ['a page that is compiled for each request and let go', [compiling(PLACE, 20)]],
    ['a chain of functions on a steady heap', [closures('quote@/app/src/orders.js:42', 65, 65, 64)]],
    ['functions that a steady heap has more of', [closures('handle@/app/src/orders.js:42', 30, 270)]],
    [
      'a bounded cache that has filled up',
      [
        heapFloor(filling(12, 20 * MB), PLACE),
        collection(filling(12, 5_000), PLACE, { holderName: 'cache' }),
      ],
    ],
    ['a batch that fills and empties', [heapFloor(sawtooth(10, 20 * MB), PLACE)]],
    ['a warm-up that flattens', [heapFloor(settling(3, 30 * MB), PLACE), native(settling(3, 40 * MB))]],
    ['a heap of noise', [heapFloor(noise(4 * MB, 9), PLACE)]],
    ['a collection that fills up in a heap that does not grow', [collection(filling(18, 90), PLACE)]],
    [
      'a collection that grows in a heap that shrinks',
      [heapFloor(linear(-100 * KB)), collection(linear(5), PLACE)],
    ],
    [
      'an idle process with a hot function in 2 % of the time',
      [
        cpu([
          ['(idle)', 98],
          [PLACE, 2],
        ]),
      ],
    ],
    [
      'a busy framework spread thinly',
      [
        cpu(
          Array.from(
            { length: 30 },
            (_, i) => [`${SERVE} > f${i}@/app/src/f.js:${i + 1}`, 3] as [string, number],
          ),
        ),
      ],
    ],
    [
      'a server that is busy with sockets',
      [
        cpu([
          ['(idle)', 3],
          ['writev@node:net:800', 6],
          [PLACE, 1],
        ]),
      ],
    ],
    [
      'a start that loads for 180 ms once',
      [
        cpu([
          [`require@node:internal/modules/cjs/loader:1 > boot@/app/src/boot.js:1`, 180],
          ['(idle)', 9_820],
        ]),
      ],
    ],
    [
      'a keep-alive pool that fills to its maximum',
      [
        sockets({}, filling(10, 20)),
        asyncSite('TCPWRAP', `${PLACE} > connect@node:net:1`, { perSecond: 0.6 }),
      ],
    ],
    ['rising load', [sockets({ direction: 'inbound', endpoint: ':8080' }, linear(4))]],
    [
      'a listening port more',
      [sockets({ direction: 'listening', state: 'LISTEN', endpoint: ':9090' }, step(3, 1))],
    ],
    ['connections that come and go', [sockets({}, sum(sawtooth(3, 9), noise(2)))]],
    ['uploads in progress', [fds('file', '/tmp/upload-#', sawtooth(5, 8))]],
    ['a log file opened once more', [fds('file', '/var/log/#.log', step(9, 1))]],
    ['children that end', [children('convert', sawtooth(4, 6))]],
    ['a few daemons that outlive their shell', [children('agent', step(5, 2), { isOrphan: true })]],
    ['a pool of child processes', [children('worker', filling(6, 8))]],
    ['a pool of workers', [threads(filling(5, 8)), asyncSite('WORKER', PLACE, { perSecond: 0.3 })]],
    ['Node’s own threads that start late', [threads(step(4, 4))]],
    [
      'one-shot timers that fire',
      [asyncSite('Timeout', PLACE, { perSecond: 80, aliveShare: 0.02, delayMillis: 500 })],
    ],
    [
      'request timeouts that are still waiting',
      [asyncSite('Timeout', PLACE, { perSecond: 20, aliveShare: 1, delayMillis: 120_000 })],
    ],
    [
      'intervals that are cleared',
      [asyncSite('Timeout', PLACE, { ...interval, perSecond: 20, aliveShare: 0.05 })],
    ],
    ['watchers that are closed', [asyncSite('FSEVENTWRAP', PLACE, { perSecond: 5, aliveShare: 0.05 })]],
    [
      'message ports that are closed',
      [handles('MessagePort', sawtooth(4, 6)), asyncSite('MESSAGEPORT', PLACE, { aliveShare: 0.1 })],
    ],
    ['a pool of message ports', [handles('MessagePort', filling(6, 8))]],
    [
      'ports that no collection has looked at yet',
      [
        asyncSite('MESSAGEPORT', PLACE, { perSecond: 6 }),
        change((o) => {
          o.runtime = o.runtime.filter(({ afterGc, atMillis }) => !afterGc || atMillis < 20_000);
        }),
      ],
    ],
    ['operations on files that wait', [handles('FSReqCallback', linear(5))]],
    [
      'a port for each client that stays',
      [handles('MessagePort', linear(4)), sockets({ direction: 'inbound', endpoint: ':8080' }, linear(4))],
    ],
    [
      'answers that all stay open, as event streams do',
      [
        asyncSite('http.server.answer', '', { label: 'GET /events', perSecond: 4 }),
        asyncSite('http.server.write', PLACE, { label: 'GET /events', perSecond: 4 }),
      ],
    ],
    [
      'answers that are long in coming and end',
      [asyncSite('http.server.answer', '', { label: 'GET /report', aliveShare: 0, perSecond: 10 })],
    ],
    ['buffers that come and go', [external(sawtooth(6, 30 * MB))]],
    ['buffers of a pool that fills', [external(filling(10, 30 * MB))]],
    ['RSS that rises at start, then stays', [native(filling(8, 80 * MB))]],
    ['short collections', [gc(20)]],
    ['connections that are kept', [asyncSite('TCPWRAP', PLACE, { perSecond: 2, aliveShare: 0.5 })]],
    ['a heap at half of its limit', [heapFloor(() => 500 * MB)]],
  ];
  test.each(twins)('%s', (_, habits) => {
    expect(findingsOf(...habits).map(({ title }) => title)).toEqual([]);
  });
});

describe('a rule without its evidence says that it could not judge:', () => {
  const without = (edit: (o: Observations) => void) => {
    const observations = buildObservations();
    edit(observations);
    return judge(gatherFacts(observations)).notApplicable;
  };
  const none = without((o) => {
    Object.assign(o, {
      ...decode([]),
      cpuProfiles: [],
      heapReads: [],
      limits: {},
    });
  });
  test.each(RULES.map(({ kind }) => kind))('%s', (kind) => {
    const entry = none.find((candidate) => candidate.kind === kind);
    expect(entry?.reason).toMatch(/.{10}/);
  });

  test('sockets that could not be read', () => {
    const kinds = without((o) => {
      for (const sample of o.passive) sample.sockets = undefined;
    }).map(({ kind }) => kind);
    expect(kinds).toEqual(['socket-leak', 'slowdown']);
  });

  test('fewer heap reads than a trend needs', () => {
    const kinds = without((o) => {
      o.heapReads = o.heapReads.slice(0, 2);
      let kept = 0;
      o.runtime = o.runtime.filter(({ afterGc }) => !afterGc || ++kept <= 2);
    }).map(({ kind }) => kind);
    expect(kinds).toContain('heap-leak');
    expect(kinds).toContain('external-memory-leak');
  });

  test('a profile that is too short', () => {
    const observations = buildObservations(cpu([[PLACE, 10]], 2_000));
    const { findings, notApplicable } = judge(gatherFacts(observations));
    expect(findings).toEqual([]);
    expect(notApplicable.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['cpu-hotspot', 'event-loop-block']),
    );
  });
});

test('names made to do harm pass through as plain data', () => {
  const evil = '</script>\x1b[31m`evil`';
  const place = `${evil}@/app/src/${evil}.js:3`;
  const findings = findingsOf(
    cpu([
      ['(idle)', 5],
      [place, 5],
    ]),
    sockets({ endpoint: evil }, linear(1)),
    children(evil, linear(1)),
  );
  const hotspot = findings.find(({ kind }) => kind === 'cpu-hotspot')!;
  expect(hotspot.subject).toMatchObject({ function: evil, file: `src/${evil}.js`, line: 3 });
  const child = findings.find(({ kind }) => kind === 'child-process-leak')!;
  expect(child.subject.name).toBe(evil);
});

test('what runs out first is said in seconds', () => {
  const [leak] = findingsOf(heapFloor(linear(MB), PLACE));
  expect(leak!.impact?.exhaustionSeconds).toBeGreaterThan(600);
  expect(leak!.impact?.exhaustionSeconds).toBeLessThan(1_000);
  const [fd] = findingsOf(
    fds('file', '/tmp/#', linear(2)),
    change((o) => {
      o.limits.fdSoftLimit = 1_024;
    }),
  );
  expect(fd!.impact?.exhaustionSeconds).toBeGreaterThan(400);
  expect(fd!.impact?.exhaustionSeconds).toBeLessThan(500);
});

test('the same fault is found at half and at double the rate', () => {
  for (const rate of [0.5, 1, 2])
    expect(kindsOf(heapFloor(linear(rate * 100 * KB), PLACE))).toEqual(['heap-leak']);
});

describe('where each request out has an Agent of its own, the cure is one for all, not keepAlive on each:', () => {
  const requests = (different: number) =>
    asyncSite('http.client.request', PLACE, {
      label: 'GET 10.9.9.9:80/rates/#',
      aliveShare: 0,
      perSecond: 20,
      agents: { by: 40, different },
    });
  const adviceOf = (...habits: Habit[]) =>
    findingsOf(...habits).map(({ kind, advice }) => [kind, advice[0]!]);
  const SHARED = /^Create one Agent .* pass it to every request/;

  test('connections that come and go', () => {
    const churn = asyncSite('TCPWRAP', PLACE, { perSecond: 20, aliveShare: 0 });
    expect(adviceOf(churn, requests(40))).toEqual([['connection-churn', expect.stringMatching(SHARED)]]);
    expect(adviceOf(churn, requests(2))).toEqual([['connection-churn', expect.not.stringMatching(SHARED)]]);
  });

  test('sockets that stay', () => {
    const piling = sockets({ endpoint: '10.9.9.9:80' }, linear(3));
    expect(adviceOf(piling, requests(40))).toEqual([['socket-leak', expect.stringMatching(SHARED)]]);
    expect(adviceOf(piling, requests(1))).toEqual([['socket-leak', expect.not.stringMatching(SHARED)]]);
  });

  test('sockets that a package opens: what it returned has nothing to release', () => {
    const opened = asyncSite('TCPWRAP', `${PLACE} > fetch@/app/node_modules/node-fetch/index.js:1501`);
    const piling = sockets({ endpoint: '10.9.9.9:80' }, linear(3));
    const adviceAt = (different: number) => findingsOf(piling, opened, requests(different))[0]!.advice;
    expect(adviceAt(40)).toEqual([expect.stringMatching(SHARED)]);
    expect(adviceAt(1)[0]).toMatch(/^`fetch\(\)` of node-fetch opens them for .*: release what it returned/);
  });

  test('native memory, whose holder is inferred then', () => {
    const [finding, ...rest] = findingsOf(native(linear(MB)), requests(40));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ kind: 'native-memory-growth', subject: APP, confidence: 0.7 });
    expect(finding!.title).toMatch(
      /while 20 requests a second to 10\.9\.9\.9:80 each create an Agent \(src\/orders\.js:42, handle\)/,
    );
    expect(findingsOf(native(linear(MB)), requests(3))[0]!.subject.file).toBeNull();
  });
});

describe('objects of Node itself that accumulate are said in words:', () => {
  const more = (name: string, nodeVersion: string): Habit[] => [
    heapFloor(linear(200 * KB)),
    change((o) => {
      o.target.nodeVersion = nodeVersion;
      o.classes.push({
        thread: 0,
        name,
        counts: [
          { atMillis: 5_000, objects: 1_000 },
          { atMillis: 25_000, objects: 9_000 },
        ],
      });
    }),
  ];
  const saidOf = (name: string, version: string) => {
    const [finding] = findingsOf(...more(name, version));
    return [finding!.title, finding!.advice.length];
  };
  const grows = 'The heap grows by 200 KB/s: ';

  test('timers in a table, where this version forgets those that have fired', () => {
    const inTable = `${grows}timers that have fired accumulate at 400/s, in a table of Node.js itself`;
    expect(saidOf('Timeout', 'v18.20.8')).toEqual([inTable, 1]);
    expect(saidOf('Timeout', 'v20.14.0')).toEqual([inTable, 1]);
    expect(saidOf('Timeout', 'v22.2.0')).toEqual([inTable, 1]);
    for (const version of ['v20.15.0', 'v22.3.0', 'v24.1.0'])
      expect(saidOf('Timeout', version)).toEqual([`${grows}\`Timeout\` objects accumulate at 400/s`, 1]);
  });

  test('but not timers that still wait', () => {
    const waiting = [...more('Timeout', 'v18.20.8'), timers(linear(400))];
    expect(findingsOf(...waiting)[0]!.title).toBe(`${grows}\`Timeout\` objects accumulate at 400/s`);
  });

  test('with where they are made, whatever else is made with them', () => {
    const made = [heapFloor(linear(200 * KB), PLACE), closures('expires@/app/src/orders.js:50', 30, 270)];
    const [finding, ...rest] = findingsOf(...made, ...more('Timeout', 'v18.20.8').slice(1));
    expect(rest).toEqual([]);
    expect(finding!.title).toBe(
      `${grows}timers that have fired accumulate at 400/s, in a table of Node.js itself (src/orders.js:50, expires)`,
    );
    expect(finding!.nextMeasurement).toBeUndefined();
  });
});
