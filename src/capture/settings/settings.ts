// Reads how a process is set up: one short look through its inspector (about two seconds, for the event-loop delay) and
// one at /proc, the cgroup and the program's files. Imports nothing from npm: it also runs inside pods.
import { setTimeout as delay } from 'node:timers/promises';
import { AttachError } from '../../errors.ts';
import type { CgroupSample } from '../../model/samples.ts';
import type { InnerSettings, Settings } from '../../model/settings/settings.ts';
import { settingsProbeSource } from '../../probe/expressions.ts';
import { PROBE_URL } from '../../probe/probe-url.ts';
import { readCgroup } from '../../signals/passive/cgroup.ts';
import type { Attachment } from '../../target/attach.ts';
import { shortCommand } from '../../target/proc/command.ts';
import { readStat } from '../../target/proc/proc.ts';
import { isNotHere } from '../../target/table/process-table.ts';
import { processTable } from '../../target/table/system-table.ts';
import type { Warning } from '../../wire/warning.ts';
import { readOuterSettings } from './settings-outside.ts';

const LOOK_MILLIS = 2_000;
/** By then the target takes the probe out, and closes an inspector that we opened. */
const LEASE_MILLIS = 10_000;

interface Evaluated {
  result: { objectId?: string; value?: unknown };
}

/**
 * Looks through `attachment`, then detaches: nothing stays behind. `localPid` is null for a process elsewhere.
 * Rejects with AttachError when the target goes away or gives no answer.
 */
export async function readSettings(
  attachment: Attachment,
  localPid: number | null,
  lookMillis = LOOK_MILLIS,
): Promise<Settings> {
  const { identity } = attachment;
  const startedAt = performance.now();
  let looked: Looked;
  let restored = false;
  try {
    looked = await look(attachment, localPid, lookMillis);
  } finally {
    restored = await attachment.detach();
  }
  const { inner, pausesMillis, before, after } = looked;
  return {
    format: 'culprit-settings',
    version: 1,
    takenAt: new Date().toISOString(),
    process: {
      pid: identity.pid,
      nodeVersion: identity.nodeVersion,
      title: shortCommand(identity.argv, 'node', 300),
      uptimeSeconds: identity.uptimeSeconds,
    },
    look: {
      durationMillis: Math.round(performance.now() - startedAt),
      pausesMillis,
      restored,
      warnings: localPid === null ? [whyNotFromOutside()] : [],
    },
    inner,
    outer:
      localPid === null
        ? {}
        : { ...readOuterSettings(localPid, inner.files, before, after), cpuUsedCores: looked.cpuUsedCores },
  };
}

function whyNotFromOutside(): Warning {
  const { procFolder } = processTable();
  return isNotHere(procFolder)
    ? { code: 'outside-not-told', reason: procFolder.notHere }
    : { code: 'proc-not-readable' };
}

interface Looked {
  inner: InnerSettings;
  pausesMillis: number[];
  before?: CgroupSample;
  after?: CgroupSample;
  cpuUsedCores?: number;
}

async function look(
  { session, openedByUs, attached }: Attachment,
  localPid: number | null,
  millis: number,
): Promise<Looked> {
  const cgroup = () => (localPid === null ? undefined : readCgroup(localPid));
  const config = { url: PROBE_URL, closeInspector: openedByUs, leaseMillis: LEASE_MILLIS };
  const installFrom = performance.now();
  const { result } = await session.send<Evaluated>('Runtime.evaluate', {
    expression: settingsProbeSource(config),
    includeCommandLineAPI: true,
    silent: true,
    returnByValue: false,
    objectGroup: 'culprit',
  });
  if (!result.objectId) throw noAnswer(result.value);
  attached();
  const pausesMillis = [performance.now() - installFrom];
  const before = cgroup();
  const used = cpuMeter(localPid);
  await delay(millis);
  const after = cgroup();
  const cpuUsedCores = used();
  const finishFrom = performance.now();
  const answer = await session.send<Evaluated>('Runtime.callFunctionOn', {
    objectId: result.objectId,
    functionDeclaration: 'function () { return this.finish(); }',
    returnByValue: true,
    silent: true,
  });
  pausesMillis.push(performance.now() - finishFrom);
  await session.send('Runtime.releaseObjectGroup', { objectGroup: 'culprit' }).catch(() => {});
  const inner = answer.result.value;
  if (typeof inner !== 'object' || inner === null) throw noAnswer(inner);
  return {
    inner: inner as InnerSettings,
    pausesMillis: pausesMillis.map((pause) => Math.round(pause * 10) / 10),
    before,
    after,
    cpuUsedCores,
  };
}

/** Begins to count; the function tells the cores used since then. Undefined when the process cannot be read. */
function cpuMeter(localPid: number | null): () => number | undefined {
  const read = () => (localPid === null ? undefined : readStat(localPid)?.cpuMicros);
  const [first, from] = [read(), performance.now()];
  return () => {
    const last = read();
    if (first === undefined || last === undefined) return undefined;
    return Math.round((last - first) / ((performance.now() - from) * 10)) / 100;
  };
}

function noAnswer(why: unknown): AttachError {
  return new AttachError(
    `The settings of the process could not be read: ${String(why ?? 'unknown reason').slice(0, 200)}.`,
    'Try again. If it fails again, `culprit preflight` says what prevents it.',
  );
}
