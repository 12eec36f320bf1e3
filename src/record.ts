// The live half: attach -> capture -> restore -> look up sources -> write. Nothing is judged here. It also runs in pods
// (recorder/), so what it imports needs no package but the inspector's client.
import { readFileSync, statSync } from 'node:fs';
import { capture } from './capture/capture.ts';
import type { CaptureOptions, CaptureOutcome } from './capture/context.ts';
import { RECORDING_FORMAT, RECORDING_VERSION } from './recording/format.ts';
import type { Manifest } from './recording/manifest.ts';
import type { ReadText } from './recording/sources/script-position.ts';
import type { RecordingWriter } from './recording/writer.ts';
import type { Attachment } from './target/attach.ts';
import { attachTarget, localPidOf } from './target/attach-target.ts';
import type { ResolvedTarget } from './target/find.ts';
import { shortCommand } from './target/proc/command.ts';
import { readFdLinks } from './target/proc/sockets.ts';
import { isNotHere } from './target/table/process-table.ts';
import { processTable } from './target/table/system-table.ts';
import { VERSION } from './version.ts';

export interface RecordOptions extends CaptureOptions {
  /** False: no second process watches the moments before the lease is in place (where memory is short). */
  isWatched?: boolean;
}

export interface RecordResult {
  outcome: CaptureOutcome;
  manifest: Manifest;
}

/**
 * Captures from the target into `writer` and leaves the target as it was found. The writer was made before: what cannot
 * be written to must not cost the target anything. Throws AttachError or UsageError; the writer keeps nothing then.
 */
export async function record(
  target: ResolvedTarget,
  writer: RecordingWriter,
  options: RecordOptions,
): Promise<RecordResult> {
  const handlesBefore = target.kind === 'process' ? countInspectorHandles(target.pid) : undefined;
  const attachment = await attachTarget(target, options.isWatched).catch((error: unknown) => {
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
    const place = placeOf(target);
    const begun = { startedAt, restored: false, ownFds, files: [], place };
    writer.begin(describeCapture(attachment, CUT_OFF, begun));
    const readText = readTargetText(localPid);
    const scriptsInDoubt = () => writer.scriptsInDoubt(readText);
    const wanted = { ...options, scriptsInDoubt };
    const outcome = await capture(attachment, localPid, writer, wanted).finally(async () => {
      restored = await attachment.detach();
    });
    const { procFolder } = processTable();
    if (isNotHere(procFolder))
      outcome.warnings.push({ code: 'outside-not-told', reason: procFolder.notHere });
    const manifest = describeCapture(attachment, outcome, {
      startedAt,
      restored,
      ownFds,
      files: writer.files(),
      place,
    });
    await writer.finish(manifest, readText);
    return { outcome, manifest };
  } catch (error) {
    writer.discard();
    if (!restored) await attachment.detach();
    throw error;
  }
}

/** What a recording says of its capture when nothing more came. */
const CUT_OFF: CaptureOutcome = {
  durationMillis: 0,
  ended: 'cut-off',
  steps: [],
  threads: [{ id: 0, name: 'main' }],
  pausesMillis: [],
  warnings: [],
};

export interface Around {
  startedAt: string;
  restored: boolean;
  ownFds: number | undefined;
  files: Manifest['files'];
  /** In its family; absent: nothing is known of one. */
  place?: Pick<Manifest['target'], 'app' | 'chosen'>;
}

function placeOf(target: ResolvedTarget): Around['place'] {
  if (target.kind !== 'process') return undefined;
  const { app, note } = target;
  return { ...(app !== undefined && { app }), ...(note !== undefined && { chosen: note }) };
}

/** The manifest of what was captured from `attachment`. */
export function describeCapture(
  attachment: Attachment,
  outcome: CaptureOutcome,
  { startedAt, restored, ownFds, files, place }: Around,
): Manifest {
  const { pid, nodeVersion, uptimeSeconds, cwd, argv } = attachment.identity;
  const title = shortCommand(argv, 'node', MAX_TITLE);
  return {
    format: RECORDING_FORMAT,
    formatVersion: RECORDING_VERSION,
    toolVersion: VERSION,
    target: { pid, nodeVersion, title, cwd, uptimeSeconds, ...place, threads: outcome.threads },
    capture: {
      startedAt,
      durationMillis: outcome.durationMillis,
      ended: outcome.ended,
      steps: outcome.steps,
      pausesMillis: outcome.pausesMillis.map((millis) => Math.round(millis * 10) / 10),
      ownSteps: outcome.ownSteps,
      eventLoopDelayBeforeMillis: outcome.eventLoopDelayBeforeMillis,
      eventLoopDelayMaxBeforeMillis: outcome.eventLoopDelayMaxBeforeMillis,
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
