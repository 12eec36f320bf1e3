// A flame graph of the recording in a piece of evidence.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../diagnose.ts';
import { RecordingError } from '../../errors.ts';
import { readRecording } from '../../recording/reader.ts';
import { hasWeight } from '../../report/flame/drawable.ts';
import { toSpeedscope } from '../../report/flame/speedscope.ts';
import { renderSpeedscopeHtml } from '../../report/flame/speedscope-html.ts';
import { readViewer } from '../../report/flame/viewer-file.ts';
import { type Done, FILES, type FlameRequest } from './request.ts';

/** Throws RecordingError when there is nothing to draw. */
export async function drawFlame({ folder }: FlameRequest): Promise<Done> {
  const { cpuProfiles, target } = decode(await readRecording(join(folder, FILES.recording)));
  const profiles = cpuProfiles.filter(hasWeight);
  if (profiles.length === 0) throw new RecordingError('The process was idle: there is nothing to draw.');
  const page = renderSpeedscopeHtml(
    toSpeedscope(profiles, target.title ?? 'culprit'),
    await readViewer('speedscope'),
  );
  writeFileSync(join(folder, FILES.flame), page, { mode: 0o600 });
  return { ok: true, what: FILES.flame, findings: [] };
}
