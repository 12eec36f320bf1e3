// `culprit heap`: what heap snapshots say, offline.
import { existsSync } from 'node:fs';
import { RecordingError, UsageError } from '../../errors.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { explainHeap } from '../../heap/explain-heap.ts';
import { readAnything } from '../../recording/foreign.ts';
import type { ReportOutput } from '../options/report-options.ts';
import { printHeapReport } from '../output.ts';
import { createStepProgress } from '../progress.ts';
import { heapExitCode } from '../report-exit.ts';

export interface HeapOptions extends ReportOutput {
  top: string;
  showStrings?: boolean;
  failOnGrowth?: boolean;
}

export async function explainSnapshots(files: readonly string[], options: HeapOptions): Promise<ExitCode> {
  const top = Number(options.top);
  if (!Number.isInteger(top) || top < 1 || top > 1_000)
    throw new UsageError(
      `--top ${options.top} is not a number of rows.`,
      'Give --top a whole number from 1 to 1000.',
    );
  if (options.failOnGrowth === true && files.length < 2)
    throw new UsageError(
      '--fail-on-growth needs two snapshots at least.',
      'Give the earlier ones first; three tell a leak from a warm-up.',
    );
  for (const file of files)
    if (!existsSync(file))
      throw new UsageError(`${file} does not exist.`, 'Give heap snapshots, the oldest first.');
  const progress = await createStepProgress(options.quiet === true);
  try {
    const showStrings = options.showStrings === true;
    const report = await explainHeap(files, { top, showStrings, onProgress: progress.step });
    progress.end();
    await printHeapReport(report, options);
    return heapExitCode(report, options.failOnGrowth === true);
  } catch (error) {
    progress.end();
    throw error instanceof RecordingError ? ((await otherwiseReadable(files)) ?? error) : error;
  } finally {
    progress.end();
  }
}

/** A profile that was given in place of a snapshot: what reads it. null: they are none. */
async function otherwiseReadable(files: readonly string[]): Promise<RecordingError | null> {
  for (const file of files) {
    const other = await readAnything(file).catch(() => null);
    const kind = other?.contents ? 'a diagnostic report' : other?.profiles[0]?.file.kind.replace('-', ' ');
    const what =
      kind === 'cpu profile' ? 'a CPU profile' : kind === 'heap profile' ? 'a sampling heap profile' : kind;
    if (other?.origin || other?.contents)
      return new RecordingError(
        `${file} is ${what}, not a heap snapshot.`,
        `Read it with \`culprit analyze ${file}\`.`,
      );
  }
  return null;
}
