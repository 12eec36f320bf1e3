// The live half: attach -> capture -> restore -> look up sources -> write. Nothing is judged here.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { capture, type CaptureOptions, type CaptureOutcome } from './capture/capture.ts';
import { type Manifest, RECORDING_FORMAT, RECORDING_VERSION } from './recording/manifest.ts';
import { collectSources, type ReadText } from './recording/sources.ts';
import { createRecordingWriter } from './recording/writer.ts';
import { type Attachment, attachByAddress, attachByPid, attachByUrl } from './target/attach.ts';
import type { ResolvedTarget } from './target/find.ts';
import { VERSION } from './version.ts';

export interface RecordOptions extends CaptureOptions {
  /** Folder to write; must not exist. */
  out: string;
}

export interface RecordResult {
  outcome: CaptureOutcome;
  manifest: Manifest;
}

/** Captures from the target into `options.out` and leaves the target as it was found. Throws AttachError or UsageError. */
export async function record(target: ResolvedTarget, options: RecordOptions): Promise<RecordResult> {
  const attachment = await attach(target);
  const localPid = localPidOf(target, attachment);
  let writer: ReturnType<typeof createRecordingWriter> | null = null;
  let restored = false;
  try {
    writer = createRecordingWriter(options.out);
    const startedAt = new Date().toISOString();
    const outcome = await capture(attachment, localPid, writer, options).finally(async () => {
      attachment.leaseInPlace();
      restored = await attachment.detach();
    });
    const manifest = describe(attachment, outcome, startedAt, restored, writer.files());
    await writer.finish(manifest, collectSources(writer.positions(), readTargetText(localPid)));
    return { outcome, manifest };
  } catch (error) {
    writer?.discard();
    if (!restored) await attachment.detach();
    throw error;
  }
}

function attach(target: ResolvedTarget): Promise<Attachment> {
  switch (target.kind) {
    case 'process':
      return attachByPid(target.pid);
    case 'inspector':
      return attachByAddress(target.host, target.port);
    case 'web-socket':
      return attachByUrl(target.url);
  }
}

/** /proc is only of use when the process is on this machine and in our pid namespace. */
function localPidOf(target: ResolvedTarget, attachment: Attachment): number | null {
  if (target.kind === 'process') return target.pid;
  const { pid } = attachment.identity;
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(attachment.endpoint.host.replace(/[[\]]/g, ''));
  if (!isLocal || !existsSync(`/proc/${pid}/cmdline`)) return null;
  // A forwarded port may lead to a process elsewhere that happens to have the same pid.
  const argv0 = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
  return attachment.identity.title.startsWith(argv0.split('/').at(-1) ?? '') || attachment.identity.title.startsWith(argv0) ? pid : null;
}

function describe(attachment: Attachment, outcome: CaptureOutcome, startedAt: string, restored: boolean, files: Manifest['files']): Manifest {
  const { identity } = attachment;
  return {
    format: RECORDING_FORMAT,
    formatVersion: RECORDING_VERSION,
    toolVersion: VERSION,
    target: { ...identity, threads: outcome.threads },
    capture: {
      startedAt,
      durationMillis: outcome.durationMillis,
      ended: outcome.ended,
      steps: outcome.steps,
      pausesMillis: outcome.pausesMillis.map((millis) => Math.round(millis * 10) / 10),
      eventLoopDelayBeforeMillis: outcome.eventLoopDelayBeforeMillis,
      ownFds: outcome.ownFds,
      // A target that is gone needs no restoring.
      restored: restored || outcome.ended === 'target-gone',
      warnings: outcome.warnings,
    },
    files,
  };
}

const MAX_SOURCE_BYTES = 100 * 2 ** 20;

/** The target's own view of the disk first: in a container its paths are not ours. */
function readTargetText(pid: number | null): ReadText {
  const roots = pid === null ? [''] : [`/proc/${pid}/root`, ''];
  return (path) => {
    for (const root of roots) {
      try {
        const file = `${root}${path}`;
        if (statSync(file).size <= MAX_SOURCE_BYTES) return readFileSync(file, 'utf8');
      } catch {}
    }
    return undefined;
  };
}
