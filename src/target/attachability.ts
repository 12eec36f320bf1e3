// Whether this process may be attached to, judged by what the system tells of it before anything is sent to it: SIGUSR1 ends a program that does
// not catch it, so every doubt here is a refusal that says what to do.
import { AttachError } from '../errors.ts';
import type { ChildProcess } from '../model/samples.ts';
import { cureOfBlockedSignal } from './blocked-signal.ts';
import { readLaunchMarks } from './family/launch-marks.ts';
import { readNodeFlags } from './inspector/inspector-ports.ts';
import { isNodeProcess, readNodeVersion } from './program/node-binary.ts';
import { readRuntime, sayOtherRuntime } from './program/runtime.ts';
import {
  isNotHere,
  type NotHere,
  type ProcessStat,
  type ProcessStatus,
  type ProcessTable,
} from './table/process-table.ts';
import { processTable } from './table/system-table.ts';
import { ADDRESS_HINT } from './target-word.ts';

/** Why not: one word for each reason, for programs to compare. */
export type RefusalKind =
  | 'system-not-known'
  | 'no-such-process'
  | 'thread'
  | 'zombie'
  | 'stopped'
  | 'not-node'
  | 'other-runtime'
  | 'other-network'
  | 'other-user'
  | 'signal-blocked'
  | 'signal-not-caught'
  | 'signal-not-known'
  | 'cluster-primary'
  | 'port-taken';

/** A reason (one clause, "it is ...") and its cure (a sentence). */
export interface Refusal {
  ok: false;
  kind: RefusalKind;
  reason: string;
  cure: string;
}

/** `pidInside` is what `process.pid` must say in there; another number when it runs in a PID namespace. */
export interface Attachable {
  ok: true;
  pidInside: number;
}

export type Attachability = Attachable | Refusal;

export interface AttachabilityOptions {
  table?: ProcessTable;
  /** Its inspector is known to listen already: no signal is needed, so neither its handler nor our user matter. */
  isInspectorOpen?: boolean;
  /** The user we act as; absent: asked from the system. */
  ownUid?: number;
}

interface Facts {
  pid: number;
  table: ProcessTable;
  stat: ProcessStat;
  status: ProcessStatus;
  options: AttachabilityOptions;
}

const STARTING_SECONDS = 2;

function refuse(kind: RefusalKind, reason: string, cure: string): Refusal {
  return { ok: false, kind, reason, cure };
}

function checkState({ pid, stat, status }: Facts): Refusal | undefined {
  if (status.threadGroup !== undefined && status.threadGroup !== pid) {
    return refuse(
      'thread',
      `it is a thread of process ${status.threadGroup}`,
      `Use ${status.threadGroup} instead.`,
    );
  }
  if (stat.state === 'Z' || stat.state === 'X') {
    const cure = `There is nothing left to diagnose: its parent, process ${stat.parentPid}, has not collected its exit status.`;
    return refuse('zombie', 'it is a zombie: it has ended', cure);
  }
  if (stat.state === 't') {
    const tracer = status.tracerPid ? ` (process ${status.tracerPid})` : '';
    return refuse(
      'stopped',
      `it is stopped by a debugger or tracer${tracer}`,
      'Detach the tracer, then try again.',
    );
  }
  if (stat.state === 'T') return refuse('stopped', 'it is stopped', `Let it run with \`kill -CONT ${pid}\`.`);
  return undefined;
}

function checkProgram({ pid, table, options }: Facts): Refusal | undefined {
  const runtime = readRuntime(pid, table)?.name;
  if (runtime === 'Node.js' || (runtime === 'Electron' && options.isInspectorOpen)) return undefined;
  if (runtime === undefined)
    return refuse('not-node', 'it is not a Node.js process', 'List the Node.js processes with `culprit ps`.');
  const { reason, cure } = sayOtherRuntime(runtime);
  return refuse('other-runtime', reason, cure);
}

function checkNetwork({ pid, table }: Facts): Refusal | undefined {
  if (table.sharesNetwork(pid) !== false) return undefined;
  const cure = `Run culprit inside that container, or as root \`nsenter -t ${pid} -n culprit diagnose ${pid}\`.`;
  return refuse(
    'other-network',
    'it runs in another network namespace (a container), so culprit cannot reach its port',
    cure,
  );
}

function refuseUnknownSignal({ notHere }: NotHere): Refusal {
  const reason = `culprit cannot tell whether SIGUSR1, the signal that opens the inspector, would kill it: ${notHere}`;
  return refuse('signal-not-known', reason, ADDRESS_HINT);
}

function checkUser({ pid, status, options }: Facts): Refusal | undefined {
  const ownUid = options.ownUid ?? process.geteuid?.() ?? 0;
  if (options.isInspectorOpen || ownUid === 0 || status.uid === undefined || status.uid === ownUid)
    return undefined;
  const cure = `Run it as root, or as that user: \`sudo -u '#${status.uid}' culprit diagnose ${pid}\`.`;
  return refuse(
    'other-user',
    `it belongs to another user (uid ${status.uid}; culprit runs as uid ${ownUid})`,
    cure,
  );
}

function checkSignal({ pid, table, stat, status, options }: Facts): Refusal | undefined {
  if (options.isInspectorOpen || status.signal === 'caught') return undefined;
  if (isNotHere(status.signal)) return table.asksSafely ? undefined : refuseUnknownSignal(status.signal);
  if (status.signal === 'blocked') {
    const reason = 'it blocks SIGUSR1, the signal that opens the inspector: it would stay pending';
    const cure = cureOfBlockedSignal(readNodeFlags(pid, table), readNodeVersion(pid, table));
    return refuse('signal-blocked', reason, cure);
  }
  const reason = 'it does not catch SIGUSR1, the signal that opens the inspector, and would be killed by it';
  if ((table.ageSeconds(stat.startTicks) ?? Number.POSITIVE_INFINITY) < STARTING_SECONDS) {
    return refuse('signal-not-caught', `${reason}: it is still starting`, 'Try again in a second.');
  }
  const cure =
    'Its own code, or the program that embeds Node.js, has removed the handler: restart it with --inspect=127.0.0.1:0.';
  return refuse('signal-not-caught', reason, cure);
}

/** In a cluster's primary Node.js hands SIGUSR1 on to all workers (16 to 26), and the first of them that gets the port stays open. */
function checkWorkers({ pid, table, options }: Facts): Refusal | undefined {
  if (options.isInspectorOpen) return undefined;
  const children = table.children(pid);
  const worker = children.find((child) => readLaunchMarks(child.pid, table).isClusterWorker);
  if (worker === undefined) return checkPossibleWorkers(children, table);
  return refuse(
    'cluster-primary',
    'it is the primary of a cluster, and the signal that opens its inspector would also open the inspector of one of its workers',
    `Diagnose a worker, such as process ${worker.pid}; or start the primary with --inspect=127.0.0.1:0.`,
  );
}

/** Where nobody tells how a child was started, one of Node.js may be a worker. */
function checkPossibleWorkers(children: readonly ChildProcess[], table: ProcessTable): Refusal | undefined {
  const child = children.find(({ pid }) => isNotHere(table.environ(pid)) && isNodeProcess(pid, table));
  if (child === undefined) return undefined;
  return refuse(
    'cluster-primary',
    `it has started other Node.js processes, and ${table.system} does not tell whether they are workers of a cluster, whose inspectors would open, too`,
    `Diagnose one of them, such as process ${child.pid}; or start it with --inspect=127.0.0.1:0.`,
  );
}

function checkFacts(facts: Facts): Attachability {
  for (const check of [checkState, checkProgram, checkNetwork, checkUser, checkSignal, checkWorkers]) {
    const refusal = check(facts);
    if (refusal) return refusal;
  }
  return { ok: true, pidInside: facts.status.namespacePids.at(-1) ?? facts.pid };
}

/** Judges from outside; sends nothing. The first reason that holds is given, the most basic first. */
export function checkAttachable(pid: number, options: AttachabilityOptions = {}): Attachability {
  const table = options.table ?? processTable();
  const stat = table.stat(pid);
  const status = table.status(pid);
  if (stat && status) return checkFacts({ pid, table, stat, status, options });
  const pids = table.pids();
  if (!isNotHere(pids)) {
    return refuse(
      'no-such-process',
      'there is no such process',
      'List the Node.js processes with `culprit ps`.',
    );
  }
  if (options.isInspectorOpen) return { ok: true, pidInside: pid };
  return refuse(
    'system-not-known',
    `${pids.notHere}, so it is unknown whether SIGUSR1 would kill it`,
    ADDRESS_HINT,
  );
}

/** The error to throw for a refusal: "Cannot attach to process 42: it is a zombie.", with the cure as hint. */
export function describeRefusal(pid: number, refusal: Refusal): AttachError {
  return new AttachError(`Cannot attach to process ${pid}: ${refusal.reason}.`, refusal.cure);
}
