// All measured facts of one recording, computed once; the rules read these and nothing else.

import type { CpuProfile } from '../model/cpu-profile.ts';
import type { Work } from '../model/finding.ts';
import type { Frame } from '../model/frame.ts';
import type { CollectionGrowth } from '../model/memory/collection.ts';
import type { Observations } from '../model/observations.ts';
import type { ProgramKind } from '../model/profile-tables.ts';
import type { Addon, FdGroup, MappedFile, PassiveSample, SocketGroup } from '../model/samples.ts';
import {
  countOomKills,
  type HeapRoom,
  measureHeapRoom,
  memoryStallShare,
  type OomKills,
} from './container/container-memory.ts';
import { type MemoryThrottling, measureMemoryThrottling } from './container/memory-throttling.ts';
import { measureThrottling, type Throttling } from './container/throttling.ts';
import { type BlockGroup, findBlocks } from './cpu/blocks.ts';
import { type CpuSummary, summarizeCpu } from './cpu/cpu.ts';
import { type CpuWaits, measureCpuWaits } from './cpu/cpu-waits.ts';
import { type GcSummary, gcOfProfile, summarizeGc } from './cpu/gc.ts';
import { explainDelays, type LateLoop } from './cpu/late-loop.ts';
import { findMicrotaskChains, type MicrotaskChain } from './cpu/microtask-chains.ts';
import { type NativeCall, nativeCalls } from './cpu/native-calls.ts';
import { measureSlowdown, type Slowdown } from './cpu/slowdown.ts';
import { type ChildGroup, growingChildren } from './growth/child-growth.ts';
import { withCodeBound } from './growth/code-bound.ts';
import { groupFds, groupMapped, groupSockets } from './growth/counted-groups.ts';
import { tellEmptied } from './growth/emptied.ts';
import { type GrowingCollection, growingCollections } from './growth/growing-collections.ts';
import { growingHandles, type HandleGrowth } from './growth/handle-growth.ts';
import { analyseHeapGrowth, type HeapGrowth } from './growth/heap-growth.ts';
import {
  type CountGrowth,
  countTrend,
  countTrends,
  type MemoryParts,
  takeMemoryApart,
} from './growth/resource-growth.ts';
import { scatteredSockets } from './growth/scattered-sockets.ts';
import { type StreamBacklog, streamBacklogs } from './growth/stream-backlogs.ts';
import { programKind } from './profile/program-kind.ts';
import type { Trend } from './statistics/trend.ts';
import { type DrainingPool, drainingPools } from './waiting/draining-pools.ts';
import { type HangingRequests, hangingRequests } from './waiting/hanging-requests.ts';
import { findHeldRequests, type HeldRequests } from './waiting/held-requests.ts';
import {
  INBOUND,
  type LastingRequests,
  lastingRequests,
  OUTBOUND,
  type UnendedAnswers,
  unendedAnswers,
} from './waiting/lasting-requests.ts';
import { findLateFailures, type LateFailures } from './waiting/late/late-failures.ts';
import { type LeftAnswers, leftAnswers } from './waiting/left-answers.ts';
import { type LookupSummary, summarizeLookups } from './waiting/lookups.ts';
import { findOutage, type Outage } from './waiting/outage.ts';
import { type OwnAgents, ownAgents } from './waiting/own-agents.ts';
import { findReconnects, type Reconnects } from './waiting/reconnects.ts';
import { type ShortPool, shortPools } from './waiting/short-pools.ts';
import { findSleepers } from './waiting/sleeping-workers.ts';
import { type StalledRequests, stalledRequests } from './waiting/stalled-requests.ts';
import { type StuckLine, stuckLines } from './waiting/stuck-lines.ts';
import { findStuckThreadPool, type StuckThreadPool } from './waiting/stuck-thread-pool.ts';
import { summarizeThreadPool, type ThreadPoolPressure } from './waiting/thread-pool.ts';
import { type WireFacts, watchWire } from './waiting/wire.ts';
import { isCalm, measureWork } from './work-done.ts';

export interface Facts {
  observations: Observations;
  /** How long the counters were watched. */
  lookSeconds: number;
  cpu: CpuSummary[];
  /** What was profiled, of a profile that another tool made; null: a process that we watched. */
  program: ProgramKind | null;
  /** The same of each profile, in their order; none of a process that we watched. */
  programs: readonly ProgramKind[];
  /** Threads that V8 calls busy while they sleep (Atomics.wait): the process had no time on a CPU for all of that. */
  sleepers: ReadonlySet<number>;
  blocks: { thread: number; groups: BlockGroup[] }[];
  /** Of native addons, the most time first. */
  nativeCalls: NativeCall[];
  /** Native addons that are loaded; null where the memory maps could not be read. */
  addons: Addon[] | null;
  /** Of the main thread: async functions that hold its event loop by awaits that never wait. */
  chains: MicrotaskChain[];
  /** Of the main thread; null where no delay was measured beside a profile. */
  lateLoop: LateLoop | null;
  /** null where requests were not counted, or too few came. */
  slowdown: Slowdown | null;
  /** Main thread; null without samples, and of another tool's profile in which too little ran. */
  gc: GcSummary | null;
  heap: HeapGrowth[];
  collections: GrowingCollection[];
  /** Those that are emptied at times, and were not while they were watched. */
  emptied: GrowingCollection[];
  memory: MemoryParts;
  /** null outside a container, or without heap counters. */
  heapRoom: HeapRoom | null;
  /** null where the kernel does not count them. */
  oomKills: OomKills | null;
  /** Share of the time in which all of the container waited for memory; null where the kernel does not say. */
  memoryStallShare: number | null;
  /** null where no memory.high bounds the group. */
  memoryThrottling: MemoryThrottling | null;
  fdTotal: Trend;
  fds: CountGrowth<FdGroup>[];
  /** Files that native code maps into memory, by path. */
  mappedFiles: CountGrowth<MappedFile>[];
  sockets: CountGrowth<SocketGroup>[];
  /** Null where the kernel's TCP counters could not be read. */
  wire: WireFacts | null;
  children: CountGrowth<ChildGroup>[];
  /** Handles of other types, which have no measure of their own. */
  handles: HandleGrowth[];
  threads: Trend;
  /** Processes and threads of the container. */
  pids: Trend;
  /** null without a CPU quota, or without its counters. */
  throttling: Throttling | null;
  /** Of the main thread; null where the kernel does not tell. */
  cpuWaits: CpuWaits | null;
  shortPools: ShortPool[];
  hangingRequests: HangingRequests[];
  /** Nobody waits for them yet. */
  drainingPools: DrainingPool[];
  stuckLines: StuckLine[];
  /** Requests without an answer that become more. */
  requests: { inbound: LastingRequests[]; outbound: LastingRequests[]; unended: UnendedAnswers[] };
  /** Requests without an answer that stay as many, with clients that wait for them. */
  stalledRequests: StalledRequests[];
  /** Requests that wait together and are released at once; null: none do. */
  heldRequests: HeldRequests | null;
  /** Requests that are answered late, and then with an error. */
  lateFailures: LateFailures[];
  /** Streams in which what was written piles up. */
  streamBacklogs: StreamBacklog[];
  /** Requests out that share no Agent. */
  ownAgents: OwnAgents[];
  /** null: requests are answered, or too few came. */
  outage: Outage | null;
  /** null when it was not probed. */
  threadPool: ThreadPoolPressure | null;
  /** null: operations come back from it, or it was not probed. */
  stuckThreadPool: StuckThreadPool | null;
  /** Connections that timers of a package open again and again. */
  reconnects: Reconnects[];
  /** Requests whose clients go away before the end of their answer. */
  leftAnswers: LeftAnswers[];
  /** null where Node does not tell. */
  lookups: LookupSummary[] | null;
  /** Referenced timers, as Node counts them. */
  timers: Trend;
  work: Work;
  /** The main thread was neither busy nor late: without a CPU profile that says as much as one. */
  isCalm: boolean;
}

export function gatherFacts(observations: Observations): Facts {
  const { passive, runtime, cpuProfiles, heapReads, collections } = observations;
  // What was there before profilers and hooks went on is not comparable with what came after.
  const settled = passive.slice(1);
  const textOf = (file: string, line: number) => observations.sourceLines.get(`${file}:${line}`);
  const threads = [...new Set([0, ...heapReads.map((read) => read.thread)])];
  const main = runtime.filter((sample) => sample.thread === 0);
  const seconds = lookSeconds([...passive, ...runtime]);
  const cpu = cpuProfiles.map((profile) => summarizeCpu(profile, textOf));
  const programs = programsOf(observations);
  const cpuWaits = measureCpuWaits(observations);
  const throttling = measureThrottling(settled, main);
  const memoryThrottling = measureMemoryThrottling(settled, observations.scheduling);
  const blocks = cpuProfiles.map((profile, i) => ({
    thread: profile.thread,
    groups: findBlocks(
      profile,
      textOf,
      {
        runtime: runtime.filter(({ thread }) => thread === profile.thread),
        cpuWaits: profile.thread === 0 ? (cpuWaits?.spans ?? []) : [],
        sleepsInCode: !memoryThrottling?.held,
      },
      () => cpu[i]!.totals,
    ),
  }));
  const mainProfile = cpuProfiles.find(({ thread }) => thread === 0);
  const spans = cpuWaits?.spans ?? [];
  const bounded = collections.filter(isApplications).map((collection) => withCodeBound(collection, textOf));
  const { growing, emptied } = tellEmptied(growingCollections(bounded), runtime);
  const chains = mainProfile ? findMicrotaskChains(mainProfile, { runtime: main, cpuWaits: spans }) : [];
  const hanging = hangingRequests(observations.openRequests, seconds);
  return {
    observations,
    lookSeconds: seconds,
    cpu,
    program: observations.origin ? (programs[0] ?? 'unknown') : null,
    programs,
    sleepers: findSleepers(cpu, observations),
    nativeCalls: nativeCalls(cpuProfiles),
    addons: passive.findLast((sample) => sample.addons !== undefined)?.addons ?? null,
    blocks,
    chains,
    lateLoop: explainDelays(main, {
      blocksMillis: [
        ...blocks.filter(({ thread }) => thread === 0).flatMap(({ groups }) => groups),
        ...chains,
      ].map(({ longestMillis }) => longestMillis),
      profiled: timeOf(mainProfile),
      cpuWaits: spans,
      throttledShare: throttling?.shareOfPeriods ?? 0,
    }),
    slowdown: measureSlowdown(main, mainProfile, observations),
    gc: gcOf(observations, mainProfile),
    heap: threads.map((thread) => analyseHeapGrowth(thread, runtime, heapReads)),
    collections: growing,
    emptied,
    memory: takeMemoryApart(runtime, settled),
    heapRoom: measureHeapRoom(settled, main),
    oomKills: countOomKills(passive),
    memoryStallShare: memoryStallShare(settled),
    memoryThrottling,
    fdTotal: countTrend(settled, (sample) => sample.fdCount),
    fds: countTrends(settled, groupFds),
    mappedFiles: countTrends(settled, groupMapped),
    sockets: [...countTrends(settled, groupSockets), ...scatteredSockets(settled)],
    wire: watchWire(passive),
    children: growingChildren(settled),
    handles: growingHandles(runtime, observations.asyncObservations),
    pids: countTrend(settled, (sample) => sample.cgroup?.pidsCurrent),
    throttling,
    cpuWaits,
    threads: countTrend(settled, (sample) => sample.threads),
    shortPools: shortPools(observations.pools, hanging),
    hangingRequests: hanging,
    drainingPools: drainingPools(observations.pools, main),
    stuckLines: stuckLines(observations.pools),
    requests: {
      inbound: lastingRequests(observations.asyncObservations, INBOUND),
      outbound: lastingRequests(observations.asyncObservations, OUTBOUND),
      unended: unendedAnswers(observations.asyncObservations),
    },
    stalledRequests: stalledRequests(observations.asyncObservations),
    heldRequests: findHeldRequests(observations.asyncObservations, main),
    streamBacklogs: streamBacklogs(observations.asyncObservations),
    lateFailures: findLateFailures(observations.asyncObservations, main),
    reconnects: findReconnects(observations.asyncObservations),
    leftAnswers: leftAnswers(observations.asyncObservations),
    ownAgents: ownAgents(observations.asyncObservations),
    outage: findOutage(observations.asyncObservations),
    threadPool: summarizeThreadPool(observations),
    stuckThreadPool: findStuckThreadPool(observations),
    lookups: summarizeLookups(runtime, seconds),
    isCalm: isCalm(0, runtime),
    work: measureWork(observations, cpu, seconds),
    timers: countTrend(main, (sample) => sample.resources?.Timeout ?? (sample.resources ? 0 : undefined)),
  };
}

/** From its first sample to its last, by the clock of samples; null where it does not say. */
function timeOf(profile: CpuProfile | undefined): { fromMicros: number; toMicros: number } | null {
  const fromMicros = profile?.startClockMicros;
  return profile && fromMicros !== undefined
    ? { fromMicros, toMicros: fromMicros + profile.durationMicros }
    : null;
}

/** A profile that another tool made comes without counters. */
function gcOf({ runtime, origin }: Observations, profile: CpuProfile | undefined): GcSummary | null {
  if (!origin) return summarizeGc(runtime, profile, 0);
  return profile ? gcOfProfile(profile) : null;
}

/** The first is the main thread's. */
function programsOf({ origin, cpuProfiles }: Observations): ProgramKind[] {
  return origin ? cpuProfiles.map((profile) => programKind(profile, origin)) : [];
}

function lookSeconds(samples: readonly { atMillis: number }[]): number {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { atMillis } of samples) {
    first = Math.min(first, atMillis);
    last = Math.max(last, atMillis);
  }
  return samples.length === 0 ? 0 : (last - first) / 1_000;
}

/** Node keeps lists of its own; a growing one that only Node itself fills is a symptom, told by its handles. */
function isApplications({ insertions }: CollectionGrowth): boolean {
  return (
    insertions.length === 0 ||
    insertions.some((frames) => isUsers(frames) && !NODES_OWN.test(innermost(frames)))
  );
}

/** Queues of Node's own clients: full or empty, they tell of requests. */
const NODES_OWN = /^node:(internal\/deps\/|_http_agent)/;

function innermost(frames: readonly Frame[]): string {
  return frames.find(({ owner }) => owner !== 'native')?.file ?? '';
}

function isUsers(frames: readonly Frame[]): boolean {
  return frames.some(({ owner }) => owner === 'app' || owner === 'library');
}
