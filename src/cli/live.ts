// What `diagnose` and `record` share: options to a target to a recording in a folder.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseCaptureWords } from '../capture/capture-words.ts';
import type { CaptureOutcome } from '../capture/context.ts';
import { waitForSteadyState } from '../capture/steady-state.ts';
import { AttachError, UsageError } from '../errors.ts';
import { type RecordResult, record } from '../record.ts';
import { FREE_TEMPORARY_SPACE, isDiskFull, reasonOf } from '../recording/output-file.ts';
import type { WrittenRecording } from '../recording/recording-folder.ts';
import { createTraceFile } from '../recording/trace-file.ts';
import { createRecordingWriter } from '../recording/writer.ts';
import type { ResolvedTarget } from '../target/find.ts';
import { formatBytes, formatCount } from '../units/units.ts';
import { chooseTarget, sayChoice } from './choose-target.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { type Launched, launch } from './launch.ts';
import type { LiveOptions } from './options/capture-options.ts';
import { noteUnwritten } from './outputs/failures.ts';
import { createProgress, type Progress } from './progress.ts';

export interface RecordedTarget extends RecordResult {
  target: ResolvedTarget;
  written: WrittenRecording;
}

/**
 * Captures into `dir`, or where that disk becomes full into `written.dir`. Whatever was launched for it is ended; the target is
 * restored on every way out.
 */
export async function recordInto(
  dir: string,
  target: string | undefined,
  command: readonly string[],
  options: LiveOptions,
): Promise<RecordedTarget> {
  const captureOptions = parseCaptureWords(options);
  if ((target === undefined) === (command.length === 0)) {
    throw new UsageError(
      'Give one target: a pid, :port, part of a command line, an inspector address, or "-- node app.js".',
      'See the Node.js processes here with `culprit ps`.',
    );
  }
  const interrupt = listenForInterrupt();
  const launched = command.length > 0 ? await launch(command) : null;
  const progress = await createProgress(options.quiet === true);
  let trace: ReturnType<typeof createTraceFile> | undefined;
  try {
    // Before the attach, as for the recording itself.
    if (options.trace !== undefined) trace = createTraceFile(options.trace);
    const resolved = launched
      ? ({ kind: 'process', pid: launched.pid } as const)
      : await chooseTarget(target!, { isExact: options.exact });
    // Whoever watches learns it now; the report says it, too.
    sayChoice(resolved, options.quiet === true || !process.stderr.isTTY);
    if (options.settle) await settle(resolved, interrupt, progress);
    const writer = createRecordingWriter(dir, tmpdir());
    const result = await record(resolved, writer, {
      ...captureOptions,
      whyAlive: options.whyAlive,
      trace,
      signal: interrupt.signal,
      onProgress: progress.capture,
    }).catch((error: unknown) => sayHowItEnded(error, launched));
    sayTrace(result.outcome.trace, options);
    const written = writer.written();
    if (written.moved) noteUnwritten(written.moved);
    return { ...result, written, target: resolved };
  } finally {
    await trace?.discard();
    progress.end();
    interrupt.dispose();
    await launched?.end();
  }
}

/** Throws UsageError where the process cannot be seen from here. */
export async function settle(
  target: ResolvedTarget,
  interrupt: Interrupt,
  progress: Progress,
): Promise<void> {
  if (target.kind !== 'process')
    throw new UsageError(
      '--settle reads /proc, but the process behind an inspector address may be on another machine.',
      'Give a pid, or leave out --settle.',
    );
  const waiting = 'waiting until the process is past its start-up';
  await waitForSteadyState(target.pid, interrupt.signal, (mostMillis) =>
    progress.capture({ step: waiting, elapsedMillis: 0, durationMillis: mostMillis }),
  );
}

const ENDING_MILLIS = 1_000;

/** A program that ends while we come to it: that it did, and how, is more than that nobody was there. */
async function sayHowItEnded(error: unknown, launched: Launched | null): Promise<never> {
  const soon = delay(ENDING_MILLIS);
  if (launched && error instanceof AttachError) await Promise.race([launched.ended, soon]);
  throw error;
}

function sayTrace(traced: CaptureOutcome['trace'], { trace, quiet }: LiveOptions): void {
  if (!traced) return;
  if (traced.failure !== undefined)
    noteUnwritten(new UsageError(`Cannot write ${trace}: ${traced.failure}.`, 'Choose another place.'));
  if (traced.failure !== undefined || quiet) return;
  const size = `${formatCount(traced.events, 'event')}, ${formatBytes(traced.bytes)}`;
  process.stderr.write(`Trace written to ${trace} (${size}). Open it in https://ui.perfetto.dev\n`);
}

/** A folder that is removed when `work` is done. Its name does not exist yet: a recording makes its own. */
export async function withTemporaryFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  let parent: string;
  try {
    parent = mkdtempSync(join(tmpdir(), 'culprit-'));
  } catch (error) {
    throw new UsageError(
      `No temporary folder can be made in ${tmpdir()}: ${(error as Error).message}`,
      'Set TMPDIR to a writable folder.',
      { cause: error },
    );
  }
  try {
    return await work(join(parent, 'recording'));
  } catch (error) {
    throw isDiskFull(error instanceof UsageError && error.message.includes(parent) && error.cause)
      ? new UsageError(
          `The recording does not fit into ${tmpdir()}: ${reasonOf((error as Error).cause)}.`,
          FREE_TEMPORARY_SPACE,
          { cause: error },
        )
      : error;
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
