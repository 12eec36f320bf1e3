// The live half: attach -> capture -> restore -> look up sources -> write. Nothing is judged here.
import { readFileSync, statSync } from 'node:fs';
import { capture } from './capture/capture.ts';
import type { CaptureOptions, CaptureOutcome } from './capture/context.ts';
import { type Manifest, RECORDING_FORMAT, RECORDING_VERSION } from './recording/manifest.ts';
import { collectSources, type ReadText } from './recording/sources.ts';
import { createRecordingWriter } from './recording/writer.ts';
import type { Attachment } from './target/attach.ts';
import { attachTarget, localPidOf } from './target/attach-target.ts';
import { shortCommand } from './target/command.ts';
import type { ResolvedTarget } from './target/find.ts';
import { readFdLinks } from './target/sockets.ts';
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
  // Before the attach: a folder that cannot be written must not cost the target anything.
  const writer = createRecordingWriter(options.out);
  const handlesBefore = target.kind === 'process' ? countInspectorHandles(target.pid) : undefined;
  const attachment = await attachTarget(target).catch((error: unknown) => {
    writer.discard();
    throw error;
  });
  const localPid = localPidOf(target, attachment);
  const ownFds =
    handlesBefore === undefined
      ? undefined
      : Math.max(0, countInspectorHandles(target.kind === 'process' ? target.pid : 0) - handlesBefore);
  let restored = false;
  try {
    const startedAt = new Date().toISOString();
    const outcome = await capture(attachment, localPid, writer, options).finally(async () => {
      attachment.leaseInPlace();
      restored = await attachment.detach();
    });
    const manifest = describeCapture(attachment, outcome, {
      startedAt,
      restored,
      ownFds,
      files: writer.files(),
    });
    await writer.finish(manifest, collectSources(writer.positions(), readTargetText(localPid)));
    return { outcome, manifest };
  } catch (error) {
    writer.discard();
    if (!restored) await attachment.detach();
    throw error;
  }
}

export interface Around {
  startedAt: string;
  restored: boolean;
  ownFds: number | undefined;
  files: Manifest['files'];
}

/** The manifest of what was captured from `attachment`. */
export function describeCapture(
  attachment: Attachment,
  outcome: CaptureOutcome,
  { startedAt, restored, ownFds, files }: Around,
): Manifest {
  const { pid, nodeVersion, uptimeSeconds, cwd, argv } = attachment.identity;
  const title = shortCommand(argv, 'node', MAX_TITLE);
  return {
    format: RECORDING_FORMAT,
    formatVersion: RECORDING_VERSION,
    toolVersion: VERSION,
    target: { pid, nodeVersion, title, cwd, uptimeSeconds, threads: outcome.threads },
    capture: {
      startedAt,
      durationMillis: outcome.durationMillis,
      ended: outcome.ended,
      steps: outcome.steps,
      pausesMillis: outcome.pausesMillis.map((millis) => Math.round(millis * 10) / 10),
      eventLoopDelayBeforeMillis: outcome.eventLoopDelayBeforeMillis,
      ownFds,
      restored,
      warnings: outcome.warnings,
    },
    files,
  };
}

/** What an open inspector adds besides its sockets: an event loop of its own. Sockets come and go with the load. */
function countInspectorHandles(pid: number): number {
  return readFdLinks(pid, '/proc').filter((link) => /^(anon_inode:\[(eventpoll|eventfd)\]|pipe:)/.test(link))
    .length;
}

const MAX_TITLE = 300;
const MAX_SOURCE_BYTES = 100 * 2 ** 20;

/** The target's own view of the disk first: in a container its paths are not ours. */
export function readTargetText(pid: number | null): ReadText {
  const roots = pid === null ? [''] : [`/proc/${pid}/root`, ''];
  return (path) => {
    for (const root of roots) {
      try {
        const file = `${root}${path}`;
        const stat = statSync(file);
        if (stat.isFile() && stat.size <= MAX_SOURCE_BYTES) return readFileSync(file, 'utf8');
      } catch {}
    }
    return undefined;
  };
}
