// `culprit diagnose`: capture, analyse, report.

import { join } from 'node:path';
import { diagnose } from '../../diagnose.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { explainRecordedHeap } from '../../heap/explain-recorded-heap.ts';
import type { DiagnosisReport } from '../../model/finding.ts';
import { readRecording } from '../../recording/reader.ts';
import { checkWritable } from '../../recording/writer.ts';
import type { ResolvedTarget } from '../../target/find.ts';
import { sayWhoServes } from '../../target/find-target.ts';
import { recordInto, withTemporaryFolder } from '../live.ts';
import type { LiveOptions } from '../options/capture-options.ts';
import type { ReportOptions } from '../options/report-options.ts';
import { printReport } from '../output.ts';
import { exitCodeFor } from '../report-exit.ts';

export interface DiagnoseOptions extends LiveOptions, ReportOptions {
  out?: string;
  flame?: string | boolean;
  all?: boolean;
}

export async function diagnoseTarget(
  target: string | undefined,
  command: readonly string[],
  options: DiagnoseOptions,
): Promise<ExitCode> {
  if (options.out !== undefined) {
    checkWritable(options.out);
    return diagnoseInto(options.out, target, command, options);
  }
  return withTemporaryFolder((dir) => diagnoseInto(dir, target, command, options));
}

/** What only the family tells: where the work is when this process did none. */
async function addFamily(report: DiagnosisReport, target: ResolvedTarget): Promise<void> {
  if (report.verdict !== 'idle') return;
  const pid = target.kind === 'process' ? target.pid : report.target.pid;
  const elsewhere = pid === null ? undefined : await sayWhoServes(pid);
  report.verdictReason += ` ${elsewhere ?? 'Capture again while it serves requests.'}`;
}

async function diagnoseInto(
  dir: string,
  target: string | undefined,
  command: readonly string[],
  options: DiagnoseOptions,
): Promise<ExitCode> {
  const { outcome, written, target: looked } = await recordInto(dir, target, command, options);
  const recording = await readRecording(written.dir);
  const report = diagnose(recording, await explainRecordedHeap(recording), {
    pictures: options.html !== undefined,
    isLive: true,
  });
  await addFamily(report, looked);
  // Without --out the recording is gone in a moment.
  if (options.out === undefined) report.capture.files = [];
  await printReport(report, options);
  if (options.flame) {
    const { writeFlameIfAny } = await import('./flame.ts');
    const file =
      typeof options.flame === 'string'
        ? options.flame
        : join(options.out === undefined ? '.' : written.dir, `culprit-${report.target.pid ?? 'flame'}.html`);
    await writeFlameIfAny(recording, file);
  }
  return exitCodeFor(report, options.failOn, outcome.ended === 'interrupted');
}
