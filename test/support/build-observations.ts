// Observations of a healthy server, and faults and healthy habits that are added to them in one line each.
import type { AsyncSite } from '../../src/model/async-resource.ts';
import type { CollectionGrowth } from '../../src/model/memory/collection.ts';
import type { Observations } from '../../src/model/observations.ts';
import type { FdGroup, SocketGroup } from '../../src/model/samples.ts';
import { buildCpuProfile, framesFrom, type Slice } from './build-profile.ts';
import { decode } from './decode-lines.ts';
import { noise, type Shape, sawtooth } from './shapes.ts';

/** Changes healthy observations into those of a program with one more habit. */
export type Habit = (observations: Observations) => void;

export const MB = 2 ** 20;
export const KB = 2 ** 10;

const HEAP_FLOOR = 40 * MB;
const NATIVE = 30 * MB;
const EXTERNAL = 4 * MB;

/** A server that serves: watched every second, its heap read 12 times, half idle; plus the given habits. */
export function buildObservations(...habits: Habit[]): Observations {
  return buildLook(30, ...habits);
}

export function buildLook(seconds: number, ...habits: Habit[]): Observations {
  const observations: Observations = {
    ...decode([]),
    target: {
      pid: 4242,
      nodeVersion: 'v22.11.0',
      title: 'node server.js',
      uptimeSeconds: 600,
      threads: [{ id: 0, name: 'main' }],
      container: { memoryLimitBytes: 2_048 * MB, cpuQuotaCores: null, pidsLimit: null },
    },
    capture: {
      startedAt: '2026-11-20T10:00:00.000Z',
      durationMillis: seconds * 1_000,
      steps: ['passive', 'light', 'burst'],
      files: [],
      overhead: { pausesMillis: [8, 9] },
      restored: true,
      warnings: [],
    },
    limits: { heapLimitBytes: 1_024 * MB, memoryLimitBytes: 2_048 * MB, fdSoftLimit: 65_536 },
    cpuProfiles: [],
    heapReads: [],
    allocations: [],
    asyncObservations: [{ thread: 0, coverage: 0.5, madePerSecond: { Timeout: 100 }, sites: [] }],
    heap: { holders: [], growth: [] },
    sourceLines: new Map(),
    warnings: [],
  };
  const inUse = sawtooth(3, 20 * MB, HEAP_FLOOR);
  const wobble = noise(200 * KB);
  for (let t = 0; t <= seconds; t++) {
    const heapTotal = 70 * MB;
    const anon = heapTotal + EXTERNAL + NATIVE + wobble(t);
    observations.passive.push({
      atMillis: t * 1_000,
      rssBytes: anon + 45 * MB,
      rssAnonBytes: anon,
      rssFileBytes: 45 * MB,
      threads: 11,
      fdCount: 42,
      fdSoftLimit: 65_536,
      fds: [
        { kind: 'socket', pattern: 'socket', count: 16 },
        { kind: 'file', pattern: '/app/data/#.db', count: 2 },
        { kind: 'pipe', pattern: 'pipe', count: 3 },
      ],
      sockets: [
        { family: 'tcp', state: 'LISTEN', direction: 'listening', endpoint: ':8080', count: 1 },
        { family: 'tcp', state: 'ESTABLISHED', direction: 'inbound', endpoint: ':8080', count: 10 + (t % 3) },
        { family: 'tcp', state: 'ESTABLISHED', direction: 'outbound', endpoint: '10.0.0.5:5432', count: 5 },
      ],
      children: [],
    });
    observations.scheduling.push({
      atMillis: t * 1_000,
      main: { runMicros: t * 500_000, waitedMicros: t * 15_000, slices: t * 400 },
      others: { runMicros: t * 20_000, waitedMicros: t * 2_000, slices: t * 90 },
      mainState: 'S',
    });
    observations.runtime.push({
      atMillis: t * 1_000 + 5,
      thread: 0,
      afterGc: false,
      rssBytes: anon + 45 * MB,
      heapUsedBytes: inUse(t),
      heapTotalBytes: heapTotal,
      heapLimitBytes: 1_024 * MB,
      externalBytes: EXTERNAL,
      utilization: 0.5,
      eventLoopDelayMillis: { mean: 1, p50: 1, p99: 6, max: 9 },
      gc: { count: 4, majorCount: 0, pauseMillis: 6, longestPauseMillis: 2 },
      resources: { Timeout: 12, TCPSocketWrap: 15 },
      poolWaitsMillis: [0.4, 0.3],
      lookups: [],
    });
  }
  for (let read = 0; read < 12; read++) {
    const atMillis = Math.round((read * seconds * 1_000) / 11);
    const t = atMillis / 1_000;
    const anon = 70 * MB + EXTERNAL + NATIVE + wobble(t);
    observations.runtime.push({
      atMillis: atMillis + 6,
      thread: 0,
      afterGc: true,
      rssBytes: anon + 45 * MB,
      heapUsedBytes: HEAP_FLOOR + noise(50 * KB, 2)(t),
      heapTotalBytes: 70 * MB,
      heapLimitBytes: 1_024 * MB,
      externalBytes: EXTERNAL,
    });
    observations.heapReads.push({
      thread: 0,
      atMillis,
      stacks: [
        { frames: framesFrom('load@/app/src/boot.js:3'), liveBytes: 3 * MB },
        { frames: framesFrom('route@/app/src/server.js:9'), liveBytes: 80 * KB + noise(30 * KB, 3)(t) },
      ],
    });
  }
  observations.runtime.sort((a, b) => a.atMillis - b.atMillis);
  observations.cpuProfiles.push(buildCpuProfile(repeatSlices(seconds * 1_000, SERVING)));
  for (const habit of habits) habit(observations);
  return observations;
}

/** One turn of a server that is half idle and spends its time thinly. */
const SERVING: Slice[] = [
  ['(idle)', 10],
  ['parserOnHeadersComplete@node:_http_common:70', 2],
  ['emit@node:events:500 > route@/app/src/server.js:9', 2],
  ['emit@node:events:500 > route@/app/src/server.js:9 > find@/app/src/store.js:20', 2],
  ['emit@node:events:500 > route@/app/src/server.js:9 > send@/app/node_modules/send/index.js:5', 1],
  ['(garbage collector)', 1],
  ['writev@node:net:800', 2],
];

export function repeatSlices(millis: number, turn: readonly Slice[]): Slice[] {
  const turnMillis = turn.reduce((all, [, slice]) => all + slice, 0);
  return Array.from({ length: Math.max(1, Math.round(millis / turnMillis)) }, () => turn).flat();
}

/** What the CPU did instead of serving. */
export function cpu(turn: readonly Slice[], millis = 10_000): Habit {
  return (observations) => {
    observations.cpuProfiles = [buildCpuProfile(repeatSlices(millis, turn))];
    // Node's own timer is late by as much as the longest callback takes.
    const max = Math.max(9, longestCallback(turn));
    for (const sample of observations.runtime)
      if (sample.eventLoopDelayMillis) sample.eventLoopDelayMillis.max = max;
  };
}

/** A callback is the slices of one outermost function in a row; our own probe and single "(program)" samples are no turn. */
function longestCallback(turn: readonly Slice[]): number {
  let longest = 0;
  let run = 0;
  let before = '';
  for (const [text, millis] of turn) {
    const outermost = text.split(' > ')[0]!;
    if (outermost === '(program)' && millis <= 1) continue;
    run = outermost === before ? run + millis : millis;
    before = outermost;
    if (!outermost.startsWith('(')) longest = Math.max(longest, run);
  }
  return longest;
}

/** Bytes in use after each full GC, added to the healthy floor; `at` allocates them. */
export function heapFloor(shape: Shape, at?: string, thread = 0): Habit {
  return (observations) => {
    for (const sample of observations.runtime) {
      if (sample.thread !== thread) continue;
      const added = shape(sample.atMillis / 1_000);
      sample.heapUsedBytes! += added;
      sample.heapTotalBytes! += added;
      sample.rssBytes! += added;
    }
    for (const sample of observations.passive) addRss(sample, shape(sample.atMillis / 1_000));
    if (!at) return;
    for (const read of observations.heapReads.filter((r) => r.thread === thread)) {
      read.stacks.push({ frames: framesFrom(at), liveBytes: Math.max(0, shape(read.atMillis / 1_000)) });
    }
  };
}

/** A collection whose entries follow `entries`, filled at `at`. */
export function collection(
  entries: Shape,
  at: string | null,
  overrides: Partial<CollectionGrowth> = {},
): Habit {
  return (observations) => {
    observations.collections.push({
      thread: 0,
      id: observations.collections.length,
      type: 'Map',
      className: 'Map',
      sizes: Array.from({ length: 20 }, (_, i) => ({
        atMillis: 10_000 + i * 1_000,
        entries: Math.floor(entries(10 + i)),
      })),
      newestEntry: '{id, user}',
      insertions: at ? [framesFrom(at), framesFrom(at)] : [],
      holderName: null,
      ...overrides,
    });
  };
}

/** A worker thread with a steady heap. */
export function worker(id: number, name: string): Habit {
  return (observations) => {
    observations.target.threads.push({ id, name });
    for (const read of [...observations.heapReads]) {
      if (read.thread !== 0) continue;
      observations.heapReads.push({ thread: id, atMillis: read.atMillis, stacks: [] });
      observations.runtime.push({
        atMillis: read.atMillis + 7,
        thread: id,
        afterGc: true,
        heapUsedBytes: 8 * MB,
        heapTotalBytes: 16 * MB,
        rssBytes: 0,
        externalBytes: 1 * MB,
      });
    }
    observations.runtime.sort((a, b) => a.atMillis - b.atMillis);
  };
}

export function external(shape: Shape, thread = 0): Habit {
  return (observations) => {
    for (const sample of observations.runtime) {
      const added = shape(sample.atMillis / 1_000);
      if (sample.thread === thread) sample.externalBytes! += added;
      if (sample.thread === 0) sample.rssBytes! += added;
    }
    for (const sample of observations.passive) addRss(sample, shape(sample.atMillis / 1_000));
  };
}

/** Memory that only RSS tells of. */
export function native(shape: Shape): Habit {
  return (observations) => {
    for (const sample of observations.runtime) sample.rssBytes! += shape(sample.atMillis / 1_000);
    for (const sample of observations.passive) addRss(sample, shape(sample.atMillis / 1_000));
  };
}

function addRss(sample: Observations['passive'][number], bytes: number): void {
  sample.rssBytes! += bytes;
  sample.rssAnonBytes! += bytes;
}

export function sockets(group: Partial<SocketGroup>, count: Shape): Habit {
  return (observations) => {
    for (const sample of observations.passive) {
      const open = Math.max(0, Math.floor(count(sample.atMillis / 1_000)));
      sample.fdCount! += open;
      sample.fds = sample.fds!.map((fd) => (fd.kind === 'socket' ? { ...fd, count: fd.count + open } : fd));
      if (open === 0) continue;
      const defaults = {
        family: 'tcp',
        state: 'ESTABLISHED',
        direction: 'outbound',
        endpoint: '10.1.1.1:80',
      } as const;
      sample.sockets!.push({ ...defaults, ...group, count: open });
    }
  };
}

export function fds(kind: FdGroup['kind'], pattern: string, count: Shape): Habit {
  return (observations) => {
    for (const sample of observations.passive) {
      const open = Math.max(0, Math.floor(count(sample.atMillis / 1_000)));
      sample.fdCount! += open;
      const known = sample.fds!.find((fd) => fd.kind === kind && fd.pattern === pattern);
      if (known) known.count += open;
      else if (open > 0) sample.fds!.push({ kind, pattern, count: open });
    }
  };
}

export function children(
  command: string | ((index: number) => string),
  count: Shape,
  of: { state?: string; isOrphan?: boolean } = {},
): Habit {
  const { state = 'S', isOrphan } = of;
  return (observations) => {
    for (const sample of observations.passive) {
      const running = Math.max(0, Math.floor(count(sample.atMillis / 1_000)));
      for (let i = 0; i < running; i++) {
        const text = typeof command === 'string' ? command : command(i);
        sample.children!.push({
          pid: 5_000 + i,
          command: text,
          state,
          startTicks: 100 + i,
          ...(isOrphan && { isOrphan }),
        });
      }
    }
  };
}

export function threads(count: Shape): Habit {
  return (observations) => {
    for (const sample of observations.passive) sample.threads! += Math.floor(count(sample.atMillis / 1_000));
  };
}

export function timers(count: Shape): Habit {
  return (observations) => {
    for (const { resources, atMillis } of observations.runtime)
      if (resources) resources.Timeout! += Math.floor(count(atMillis / 1_000));
  };
}

/** Active handles of a type, as Node counts them. */
export function handles(type: string, count: Shape): Habit {
  return (observations) => {
    for (const { resources, atMillis } of observations.runtime)
      if (resources)
        resources[type] = (resources[type] ?? 0) + Math.max(0, Math.floor(count(atMillis / 1_000)));
  };
}

/** Resources made at `at`; `aliveShare` of them stay. Hooks see half of them. */
export function asyncSite(
  type: string,
  at: string,
  {
    perSecond = 3,
    aliveShare = 1,
    ...site
  }: { perSecond?: number; aliveShare?: number } & Partial<AsyncSite> = {},
): Habit {
  return (observations) => {
    const reads = observations.heapReads
      .filter(({ thread }) => thread === 0)
      .map(({ atMillis }) => {
        const made = Math.floor((perSecond * 0.5 * atMillis) / 1_000);
        const old = Math.floor((perSecond * 0.5 * Math.max(0, atMillis - 5_000)) / 1_000);
        const alive = Math.round(made * aliveShare);
        return {
          atMillis,
          made,
          watched: made,
          alive,
          oldWatched: old,
          oldAlive: Math.round(old * aliveShare),
          oldestMillis: alive > 0 ? atMillis : 0,
        };
      });
    observations.asyncObservations[0]!.sites.push({
      thread: 0,
      type,
      frames: framesFrom(at),
      reads,
      ...site,
    });
  };
}

/** V8 compiled scripts for `at`. */
export function compiling(at: string, scriptsPerSecond: number): Habit {
  return (observations) => {
    observations.compileSites.push({
      thread: 0,
      frames: framesFrom(at),
      scripts: Math.round(scriptsPerSecond * 0.3),
      watchedMillis: 300,
    });
  };
}

/** Functions that begin at `at`, counted twice 12 s apart. */
export function closures(at: string, first: number, last: number, chained = 0): Habit {
  return (observations) => {
    const counts = [
      { atMillis: 8_000, objects: first },
      { atMillis: 20_000, objects: last },
    ];
    observations.closures.push({ thread: 0, frame: framesFrom(at).at(-1)!, counts, chained });
  };
}

export function gc(pauseMillisPerSecond: number, countPerSecond = 10): Habit {
  return (observations) => {
    for (const sample of observations.runtime) {
      if (!sample.gc) continue;
      sample.gc = {
        count: countPerSecond,
        majorCount: 1,
        pauseMillis: pauseMillisPerSecond,
        longestPauseMillis: 40,
      };
      sample.utilization = 0.9;
    }
  };
}

export function change(edit: Habit): Habit {
  return edit;
}
