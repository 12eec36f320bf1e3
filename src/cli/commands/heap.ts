// `culprit heap`: what heap snapshots say, offline.
import { existsSync } from 'node:fs';
import { UsageError } from '../../errors.ts';
import { explainHeap } from '../../heap/explain-heap.ts';
import { heapExitCode } from '../exit-codes.ts';
import { printHeapReport, type ReportOutput } from '../output.ts';
import { createStepProgress } from '../progress.ts';

interface HeapCommandOptions extends ReportOutput {
  top: string;
  showStrings?: boolean;
  failOnGrowth?: boolean;
}

export async function heapCommand(files: readonly string[], options: HeapCommandOptions): Promise<void> {
  const top = Number(options.top);
  if (!Number.isInteger(top) || top < 1 || top > 1_000)
    throw new UsageError(
      `"${options.top}" is no number of rows.`,
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
    printHeapReport(report, options);
    process.exitCode = heapExitCode(report, options.failOnGrowth === true);
  } finally {
    progress.end();
  }
}
