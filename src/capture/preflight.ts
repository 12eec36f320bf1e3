// The preflight: whether a process can be attached to and what each step of the ladder would cost, from /proc and the cgroup
// alone. Nothing is sent to it; an open inspector is only asked for its identity.

import { DEFAULTS } from '../defaults.ts';
import type { Preflight, PreflightStep } from '../model/settings/preflight.ts';
import { readCgroup } from '../signals/passive/cgroup.ts';
import { checkAttachable } from '../target/attachability.ts';
import { readInspectorEndpoint } from '../target/inspector/inspector-address.ts';
import { likelyInspectorPorts, readNodeFlags } from '../target/inspector/inspector-ports.ts';
import { checkPort } from '../target/inspector/port-conflict.ts';
import { shortCommand } from '../target/proc/command.ts';
import { readNodeVersion } from '../target/program/node-binary.ts';
import type { ProcessTable } from '../target/table/process-table.ts';
import { processTable } from '../target/table/system-table.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { memoryLimitWords } from '../units/memory-limit.ts';
import { formatDuration, formatShare } from '../units/units.ts';
import { STEP_COSTS } from './costs.ts';
import {
  estimateCensusBytes,
  estimateCensusMillis,
  estimateHeapReadMillis,
  estimateProfilerStartMillis,
} from './heap/ladder.ts';
import { isMemoryTight, type MemoryRoom, megabytes, memoryRoom } from './heap/memory-room.ts';
import { describeEstimate, estimateSnapshot } from './heap/snapshot-estimate.ts';
import { throughputKept } from './overhead.ts';

const MAX_PAUSE_MILLIS = DEFAULTS.capture.maxPauseMillis;
const TOO_LONG = `the pause is longer than --max-pause (${formatDuration(MAX_PAUSE_MILLIS)} unless given)`;
/** Two looks in a row agree although memory moves a little: estimates are no finer than this anyway. */
const STEP_BYTES = 16 * MIB;

/** The kernel tells that a signal is caught, not by whom. */
const OWN_HANDLER =
  'Whether the program handles SIGUSR1 itself cannot be seen from outside. If it does, its handler runs instead, and culprit cannot attach: start the program with --inspect=127.0.0.1:0.';

const rounded = (bytes: number) => Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;

/** Never throws; a process that is not there cannot be attached to. */
export async function lookAhead(pid: number): Promise<Preflight> {
  const table = processTable();
  const inspector = await findInspector(pid, table);
  const isOpen = inspector === 'open';
  const mayAttach = checkAttachable(pid, { table, isInspectorOpen: isOpen });
  const attachable = (mayAttach.ok && !isOpen && checkPort(pid, table)) || mayAttach;
  if (!attachable.ok)
    return {
      ...whoIsIt(pid, table),
      canAttach: false,
      reason: attachable.reason,
      cure: attachable.cure,
      inspector,
      steps: [],
      notes: [],
    };
  const status = table.status(pid);
  const heap = status?.rssAnonBytes === undefined ? undefined : rounded(status.rssAnonBytes);
  const room = roundedRoom(memoryRoom(pid));
  return {
    ...whoIsIt(pid, table),
    canAttach: true,
    ...(inspector === 'open' ? {} : { caveat: OWN_HANDLER }),
    inspector,
    heapAtMostBytes: heap,
    roomBytes: room?.bytes,
    roomLimitedBy: room && memoryLimitWords(room.limit),
    threads: status?.threads,
    steps: describeSteps(pid, heap, room),
    notes: describeNotes(pid, inspector),
  };
}

function whoIsIt(
  pid: number,
  table: ProcessTable,
): Pick<Preflight, 'schemaVersion' | 'pid' | 'command' | 'nodeVersion'> {
  const comm = table.stat(pid)?.comm;
  const argv = table.argv(pid) ?? [];
  const command = comm === undefined && argv.length === 0 ? '' : shortCommand(argv, comm ?? '?');
  return { schemaVersion: 1, pid, command, nodeVersion: readNodeVersion(pid, table) };
}

const ANSWER_MILLIS = 300;

/**
 * Asks only a port that a flag names or that is Node's own for it: any other may be the app's, and a request would show
 * in its log. "unknown": it may listen on any port.
 */
async function findInspector(pid: number, table: ProcessTable): Promise<Preflight['inspector']> {
  const flags = readNodeFlags(pid, table);
  const likely = likelyInspectorPorts(table.listeningPorts(pid), flags);
  const sure = likely.filter(
    ({ port }) =>
      (port >= 9229 && port < 9329) || flags.some((flag) => new RegExp(`[:=]${port}$`).test(flag)),
  );
  for (const { address, port } of sure) {
    const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
    const answer = await readInspectorEndpoint(host, port, ANSWER_MILLIS).catch(() => undefined);
    if (answer) return 'open';
  }
  return likely.length > sure.length ? 'unknown' : 'closed';
}

/** Room moves with everything else that runs: only as fine as the estimates. */
function roundedRoom(room: MemoryRoom | undefined): MemoryRoom | undefined {
  if (!room) return undefined;
  const step = room.bytes > GIB ? GIB : STEP_BYTES;
  return { ...room, bytes: Math.floor(room.bytes / step) * step };
}

function describeSteps(pid: number, heap: number | undefined, room: MemoryRoom | undefined): PreflightStep[] {
  const passive: PreflightStep = {
    step: 'passive',
    when: 'always',
    what: 'reads /proc and the cgroup: no cost to the process',
  };
  return [passive, light(pid, heap), burst(), census(heap, room), snapshot(pid, heap)];
}

/** As measured; an idle process has nothing to lose. */
function describeOverhead(): string {
  const { least, most } = throughputKept();
  return `servers at full load kept ${formatShare(least)} to ${formatShare(most)} of their throughput, bursts included`;
}

function light(pid: number, heap: number | undefined): PreflightStep {
  const pace = isMemoryTight(pid) ? 'coarser than usual, because memory is tight' : 'at the usual pace';
  return {
    step: 'light',
    when: 'always',
    what: `counters; a CPU profile where a thread is busy, heap sampling where the heap rises, ${pace}: ${describeOverhead()}`,
    pauseMillis: heap === undefined ? undefined : lightPause(heap),
    extraBytes: STEP_COSTS.light.bytes,
  };
}

/** Neither starting the profiler nor reading the heap is done where it may take longer than the longest pause. */
function lightPause(heap: number): number {
  const pauses = [estimateProfilerStartMillis(heap), estimateHeapReadMillis(heap)];
  return Math.round(Math.max(0, ...pauses.filter((millis) => millis <= MAX_PAUSE_MILLIS)));
}

function burst(): PreflightStep {
  return {
    step: 'burst',
    when: 'always',
    what: 'async hooks in short bursts, pools in slices of 4 ms: their cost is included in that of "light"',
  };
}

function census(heap: number | undefined, room: MemoryRoom | undefined): PreflightStep {
  const what = 'looks for what grows, in slices of 4 ms, when the heap rises; then counts all objects';
  if (heap === undefined)
    return {
      step: 'census',
      when: 'when needed',
      what: `${what}: cost unknown, because the memory of the process cannot be read`,
    };
  const pauseMillis = Math.round(estimateCensusMillis(heap));
  const extraBytes = Math.round(estimateCensusBytes(heap));
  const step: PreflightStep = { step: 'census', when: 'when needed', what, pauseMillis, extraBytes };
  if (room && extraBytes > room.bytes)
    return {
      ...step,
      when: 'left out',
      reason: `it does not fit: ${megabytes(room.bytes)} left below ${memoryLimitWords(room.limit)}`,
    };
  return pauseMillis > MAX_PAUSE_MILLIS ? { ...step, when: 'left out', reason: TOO_LONG } : step;
}

function snapshot(pid: number, heap: number | undefined): PreflightStep {
  const what = 'heap snapshots, when growth stays unexplained';
  if (heap === undefined)
    return {
      step: 'snapshot',
      when: 'when needed',
      what: `${what}: cost unknown, because the memory of the process cannot be read`,
    };
  const estimate = estimateSnapshot(heap, pid);
  const { pauseMillis, extraBytes, fits, room } = estimate;
  const { room: _room, ...steady } = estimate;
  const step: PreflightStep = {
    step: 'snapshot',
    when: 'when needed',
    what: `${what}: ${describeEstimate(steady)}`,
    pauseMillis,
    extraBytes,
  };
  if (room && !fits)
    return { ...step, when: 'left out', reason: `it does not fit below ${memoryLimitWords(room.limit)}` };
  return pauseMillis > MAX_PAUSE_MILLIS
    ? {
        ...step,
        when: 'left out',
        reason: `${TOO_LONG}; --snapshot force takes it`,
      }
    : step;
}

function describeNotes(pid: number, inspector: Preflight['inspector']): string[] {
  const notes = ['The estimates count all anonymous memory as heap: most pauses will be shorter.'];
  const quota = readCgroup(pid)?.cpuQuotaCores;
  if (quota !== undefined && quota < 1)
    notes.push(`With ${quota} of a core each pause lasts about ${Math.round(1 / quota)} times as long.`);
  if (inspector === 'open')
    notes.push('Its inspector is already open: culprit uses it, sends no signal, and leaves it open.');
  return notes;
}
