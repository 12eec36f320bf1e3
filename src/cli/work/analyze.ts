// `culprit analyze`: the offline half, on recordings and on files of other tools.
import { diagnose } from '../../diagnose.ts';
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { explainRecordedHeap } from '../../heap/explain-recorded-heap.ts';
import { readAnything } from '../../recording/foreign.ts';
import type { ReportOptions } from '../options/report-options.ts';
import { printReport } from '../output.ts';
import { exitCodeFor } from '../report-exit.ts';

/** Several paths are several reports, one after the other; one that fails its gate is enough to fail. */
export async function analyzeFiles(paths: readonly string[], options: ReportOptions): Promise<ExitCode> {
  if (paths.length > 1 && options.json !== undefined) {
    throw new UsageError('One JSON report is for one recording.', 'Call analyze once for each.');
  }
  let isGateFailed = false;
  for (const path of paths) {
    const recording = await readAnything(path);
    const report = diagnose(recording, await explainRecordedHeap(recording));
    if (paths.length > 1) process.stdout.write(`== ${path}\n`);
    printReport(report, options);
    isGateFailed ||= exitCodeFor(report, options.failOn) === EXIT.gateFailed;
  }
  return isGateFailed ? EXIT.gateFailed : EXIT.done;
}
