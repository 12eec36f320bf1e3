// What is read after each round, once it has settled and garbage has been collected: each signal with its counts so far.
import process from 'node:process';
import v8 from 'node:v8';
import { endsByItself } from '../resource-kinds.ts';
import { createCollectionGrowth } from './collection-growth.ts';
import { makerOf, ownerOfScript } from './noise.ts';
import { openFiles } from './open-files.ts';
import type { OwnInspector, RawStack } from './own-inspector.ts';
import { nowMillis, sleep, turn } from './real-time.ts';
import { type Made, watchResources } from './resource-watch.ts';

/** Bytes that live and were allocated by one function of the program, after each reading; one stack of several. */
export interface HeapSite {
  stack: RawStack;
  bytes: number[];
}

export interface OpenFile {
  path: string;
  round: number;
}

export interface Readings {
  /** The number of readings so far, also the number of the next round: 0 is the warm-up. */
  round: number;
  heapBytes: number[];
  bufferBytes: number[];
  heapSites: Map<string, HeapSite>;
  /** Of all sites together, after each reading. */
  programBytes: number[];
  /** By stack, after each reading. */
  resourceCounts: Map<string, number[]>;
  /** By descriptor: those opened since the first reading. Null where the system does not tell. */
  files: Map<number, OpenFile> | null;
}

export function createReadings(inspector: OwnInspector) {
  const watch = watchResources();
  const collections = createCollectionGrowth(inspector);
  const readings: Readings = {
    round: 0,
    heapBytes: [],
    bufferBytes: [],
    heapSites: new Map(),
    programBytes: [],
    resourceCounts: new Map(),
    files: null,
  };
  let filesBefore = openFiles();
  /** Where something has lasted through a whole settling time: it is not waited for again. */
  const lasting = new Set<string>();

  const settle = async (millis: number): Promise<void> => {
    await turn();
    await turn();
    const from = nowMillis();
    const open = () =>
      watch
        .alive()
        .filter((made) => !lasting.has(made.site) && (isLast(made) || endsByItself(made) === null));
    const isLast = ({ type }: Made) => type === 'Immediate';
    let left = open();
    for (let pause = 1; left.length > 0 && nowMillis() - from < millis; pause = Math.min(pause * 2, 40)) {
      await sleep(pause);
      left = open();
    }
    for (const { site } of left) lasting.add(site);
  };
  const collect = async (): Promise<void> => {
    // A weak reference that was looked at holds until the turn is over; what is finalized is told in the next.
    await turn();
    await inspector.collectGarbage();
    await turn();
  };
  const readFiles = () => {
    const now = openFiles();
    if (!now || !filesBefore) return;
    readings.files ??= new Map();
    for (const [fd, { path }] of readings.files) if (now.get(fd) !== path) readings.files.delete(fd);
    for (const [fd, path] of now)
      if (filesBefore.get(fd) !== path && !readings.files.has(fd))
        readings.files.set(fd, { path, round: readings.round });
    filesBefore = now;
  };
  const readResources = () => {
    const counts = new Map<string, number>();
    for (const { site } of watch.alive()) counts.set(site, (counts.get(site) ?? 0) + 1);
    for (const site of new Set([...counts.keys(), ...readings.resourceCounts.keys()])) {
      const known = readings.resourceCounts.get(site) ?? zeros(readings.heapBytes.length);
      readings.resourceCounts.set(site, [...known, counts.get(site) ?? 0]);
    }
  };
  const readHeapSites = () => {
    const live = new Map<string, number>();
    for (const { stack, bytes } of inspector.liveBytesByStack().values()) {
      if (makerOf(stack) !== 'program') continue;
      const key = allocatorOf(stack);
      live.set(key, (live.get(key) ?? 0) + bytes);
      if (!readings.heapSites.has(key))
        readings.heapSites.set(key, { stack, bytes: zeros(readings.heapBytes.length) });
    }
    for (const [key, site] of readings.heapSites) site.bytes.push(live.get(key) ?? 0);
    readings.programBytes.push([...live.values()].reduce((sum, bytes) => sum + bytes, 0));
  };
  return {
    readings,
    watch,
    collections,
    settle,
    /** The collections that grow because we count. */
    own: () => new Set<object>([...Object.values(readings), ...bytesOf(readings)].filter(isObject)),
    /** Whose descriptors are new since the last look: those of this round. */
    readFiles,
    /** Settles, collects, and reads everything but collections. */
    async read(settleMillis: number): Promise<void> {
      await settle(settleMillis);
      await watch.duringCollection(collect);
      readFiles();
      readResources();
      readHeapSites();
      readings.heapBytes.push(v8.getHeapStatistics().used_heap_size);
      readings.bufferBytes.push(process.memoryUsage().arrayBuffers);
    },
    begin(round: number) {
      readings.round = round;
      watch.beginRound(round);
    },
    stop() {
      watch.stop();
      collections.stop();
    },
  };
}

/** The innermost function of the program: what is around it changes as V8 inlines. */
function allocatorOf(stack: RawStack): string {
  const frame = stack.find(([, url]) => ownerOfScript(String(url)) === 'program');
  return `${frame?.[1]}:${frame?.[2]}:${frame?.[3]}`;
}

function bytesOf({ heapSites }: Readings): number[][] {
  return [...heapSites.values()].map(({ bytes }) => bytes);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}
