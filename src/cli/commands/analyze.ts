// `culprit analyze`: the offline half, on recordings and on files of other tools.
import { diagnose } from '../../diagnose.ts';
import { UsageError } from '../../errors.ts';
import { explainRecordedHeap } from '../../heap/explain-recorded-heap.ts';
import { readAnything } from '../../recording/foreign.ts';
import { exitCodeFor, parseSeverity } from '../exit-codes.ts';
import { printReport, type ReportOutput } from '../output.ts';

interface AnalyzeOptions extends ReportOutput {
  failOn?: string;
}

/** Several paths are several reports, one after the other; the gravest exit code counts. */
export async function analyzeCommand(paths: readonly string[], options: AnalyzeOptions): Promise<void> {
  const failOn = parseSeverity(options.failOn);
  if (paths.length > 1 && options.json !== undefined) {
    throw new UsageError('One JSON report is for one recording.', 'Call analyze once for each.');
  }
  let exitCode = 0;
  for (const path of paths) {
    const recording = await readAnything(path);
    const report = diagnose(recording, await explainRecordedHeap(recording));
    if (paths.length > 1) process.stdout.write(`== ${path}\n`);
    printReport(report, options);
    exitCode = Math.max(exitCode, exitCodeFor(report, failOn));
  }
  process.exitCode = exitCode;
}
