// Whether this process may be attached to, judged from /proc before anything is sent to it: SIGUSR1 ends a program that does
// not catch it, so every doubt here is a refusal that says what to do.
import { AttachError } from '../errors.ts';
import { cureOfBlockedSignal } from './blocked-signal.ts';
import { readLaunchMarks } from './family/launch-marks.ts';
import { readNodeFlags } from './inspector/inspector-ports.ts';
import { readChildren } from './proc/children.ts';
import { ageSeconds, listPids, type ProcStat, type ProcStatus, readStat, readStatus } from './proc/proc.ts';
import { known, readLink } from './proc/proc-file.ts';
import { readNodeVersion } from './program/node-binary.ts';
import { readRuntime, sayOtherRuntime } from './program/runtime.ts';

/** Why not: one word for each reason, for programs to compare. */
export type RefusalKind =
  | 'no-proc'
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
  procRoot?: string;
  /** Its inspector is known to listen already: no signal is needed, so neither its handler nor our user matter. */
  isInspectorOpen?: boolean;
  /** The user we act as; absent: asked from the system. */
  ownUid?: number;
}

interface Facts {
  pid: number;
  root: string;
  stat: ProcStat;
  status: ProcStatus;
  options: AttachabilityOptions;
}

// Signal 10 on every Linux that Node runs on, hence bit 9.
const SIGUSR1_BIT = 1n << 9n;
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

function checkProgram({ pid, root, options }: Facts): Refusal | undefined {
  const runtime = readRuntime(pid, root)?.name;
  if (runtime === 'Node.js' || (runtime === 'Electron' && options.isInspectorOpen)) return undefined;
  if (runtime === undefined)
    return refuse('not-node', 'it is not a Node.js process', 'List those that are with `culprit ps`.');
  const { reason, cure } = sayOtherRuntime(runtime);
  return refuse('other-runtime', reason, cure);
}

function checkNetwork({ pid, root }: Facts): Refusal | undefined {
  const theirs = known(readLink(`${root}/${pid}/ns/net`));
  const ours = known(readLink(`${root}/self/ns/net`));
  if (theirs === undefined || ours === undefined || theirs === ours) return undefined;
  const cure = `Run culprit inside that container, or as root \`nsenter -t ${pid} -n culprit diagnose ${pid}\`.`;
  return refuse(
    'other-network',
    'it runs in another network namespace (a container), so culprit cannot reach its port',
    cure,
  );
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

function checkSignal({ pid, root, stat, status, options }: Facts): Refusal | undefined {
  if (options.isInspectorOpen) return undefined;
  if (status.blockedSignals !== undefined && status.blockedSignals & SIGUSR1_BIT) {
    const reason = 'it blocks SIGUSR1, the signal that opens the inspector: it would stay pending';
    const cure = cureOfBlockedSignal(readNodeFlags(pid, root), readNodeVersion(pid, root));
    return refuse('signal-blocked', reason, cure);
  }
  if (status.caughtSignals !== undefined && status.caughtSignals & SIGUSR1_BIT) return undefined;
  const reason = 'it does not catch SIGUSR1, the signal that opens the inspector, and would be killed by it';
  if ((ageSeconds(stat.startTicks, root) ?? Number.POSITIVE_INFINITY) < STARTING_SECONDS) {
    return refuse('signal-not-caught', `${reason}: it is still starting`, 'Try again in a second.');
  }
  const cure =
    'Its own code, or the program that embeds Node.js, has removed the handler: restart it with --inspect=127.0.0.1:0.';
  return refuse('signal-not-caught', reason, cure);
}

/** In a cluster's primary Node.js hands SIGUSR1 on to all workers (16 to 26), and the first of them that gets the port stays open. */
function checkWorkers({ pid, root, options }: Facts): Refusal | undefined {
  if (options.isInspectorOpen) return undefined;
  const worker = readChildren(pid, root).find((child) => readLaunchMarks(child.pid, root).isClusterWorker);
  if (worker === undefined) return undefined;
  return refuse(
    'cluster-primary',
    'it is the primary of a cluster, and the signal that opens its inspector would open one of its workers, too',
    `Diagnose a worker, such as process ${worker.pid}; or start the primary with --inspect=127.0.0.1:0.`,
  );
}

function checkFacts(facts: Facts): Attachability {
  for (const check of [checkState, checkProgram, checkNetwork, checkUser, checkSignal, checkWorkers]) {
    const refusal = check(facts);
    if (refusal) return refusal;
  }
  return { ok: true, pidInside: facts.status.namespacePids.at(-1) ?? facts.pid };
}

/** Judges by /proc alone; sends nothing. The first reason that holds is given, the most basic first. */
export function checkAttachable(pid: number, options: AttachabilityOptions = {}): Attachability {
  const root = options.procRoot ?? '/proc';
  const stat = readStat(pid, root);
  const status = readStatus(pid, root);
  if (stat && status) return checkFacts({ pid, root, stat, status, options });
  if (listPids(root).length > 0) {
    return refuse(
      'no-such-process',
      'there is no such process',
      'List the Node.js processes with `culprit ps`.',
    );
  }
  if (options.isInspectorOpen) return { ok: true, pidInside: pid };
  const cure = 'Start it with --inspect=127.0.0.1:0 and give culprit the host:port that it prints.';
  return refuse('no-proc', 'this system has no /proc to check whether SIGUSR1 would kill it', cure);
}

/** The error to throw for a refusal: "Cannot attach to process 42: it is a zombie.", with the cure as hint. */
export function describeRefusal(pid: number, refusal: Refusal): AttachError {
  return new AttachError(`Cannot attach to process ${pid}: ${refusal.reason}.`, refusal.cure);
}
