// `culprit analyze`: the offline half, on recordings and on files of other tools.
import { DEFAULTS } from '../../defaults.ts';
import { diagnose } from '../../diagnose.ts';
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { explainRecordedHeap } from '../../heap/explain-recorded-heap.ts';
import { readAnything } from '../../recording/foreign.ts';
import type { TextOptions } from '../../report/text/text.ts';
import type { ReportOptions } from '../options/report-options.ts';
import { printReport } from '../output.ts';
import { exitCodeFor } from '../report-exit.ts';

export interface AnalyzeOptions extends ReportOptions {
  top?: string;
  by?: string;
}

/** Several paths are several reports, one after the other; one that fails its gate is enough to fail. */
export async function analyzeFiles(paths: readonly string[], options: AnalyzeOptions): Promise<ExitCode> {
  if (paths.length > 1 && (options.json ?? options.html) !== undefined) {
    const what = options.json === undefined ? 'HTML' : 'JSON';
    throw new UsageError(`Each ${what} report covers one recording.`, 'Call analyze once for each.');
  }
  const by = tableBy(options.by);
  const top = rowsOf(options.top) ?? (by ? DEFAULTS.analyze.top : undefined);
  let isGateFailed = false;
  for (const path of paths) {
    const recording = await readAnything(path);
    const report = diagnose(recording, await explainRecordedHeap(recording), {
      top,
      pictures: options.html !== undefined,
    });
    if (paths.length > 1) process.stdout.write(`== ${path}\n`);
    await printReport(report, options, by);
    isGateFailed ||= exitCodeFor(report, options.failOn) === EXIT.gateFailed;
  }
  return isGateFailed ? EXIT.gateFailed : EXIT.done;
}

const TABLES = ['function', 'package', 'file'] as const;

/** Throws UsageError. */
function tableBy(word: string | undefined): TextOptions['by'] {
  if (word === undefined) return undefined;
  const found = TABLES.find((name) => name === word);
  if (!found)
    throw new UsageError(`There is no table by "${word}".`, `Give --by one of ${TABLES.join(', ')}.`);
  return [found];
}

/** Throws UsageError. */
function rowsOf(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const rows = Number(word);
  if (!Number.isInteger(rows) || rows < 1 || rows > 100_000)
    throw new UsageError(
      `--top ${word} is not a number of rows.`,
      'Give --top a whole number from 1 to 100000.',
    );
  return rows;
}
