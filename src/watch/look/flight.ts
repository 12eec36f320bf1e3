// One window of the flight recorder: a CPU profile of some seconds with the samples beside it, packed and not analysed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULTS } from '../../defaults.ts';
import { AttachError } from '../../errors.ts';
import { record } from '../../record.ts';
import { packRecording } from '../../recording/archive.ts';
import { createRecordingWriter } from '../../recording/writer.ts';
import { readStat } from '../../target/proc/proc.ts';
import { formatDuration } from '../../units/units.ts';
import type { Done, FlightRequest } from './request.ts';

/** The profile is what counts; each sample from outside costs us CPU. */
const INTERVAL_MILLIS = 5_000;

/** What is called off is kept as far as it goes: what ends a window is often what it is for. Throws AttachError. */
export async function recordWindow(
  { pid, startTicks, durationMillis, file }: FlightRequest,
  signal: AbortSignal,
): Promise<Done> {
  if (readStat(pid)?.startTicks !== startTicks) throw new AttachError(`Process ${pid} has ended.`);
  // Whoever asked may have died before this program was loaded.
  if (signal.aborted) throw new AttachError('It was cancelled.');
  const parent = mkdtempSync(join(tmpdir(), 'culprit-flight-'));
  try {
    const folder = join(parent, 'recording');
    const { outcome } = await record({ kind: 'process', pid }, createRecordingWriter(folder), {
      durationMillis,
      intervalMillis: INTERVAL_MILLIS,
      maxPauseMillis: DEFAULTS.capture.maxPauseMillis,
      budgetShare: DEFAULTS.capture.budgetShare,
      cpu: 'always',
      snapshot: 'never',
      async: 'off',
      heap: 'off',
      signal,
    });
    await packRecording(folder, file);
    const ended = outcome.ended === 'target-gone' ? ', and the process ended during the capture' : '';
    return { ok: true, what: `${formatDuration(outcome.durationMillis)}${ended}`, findings: [] };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
