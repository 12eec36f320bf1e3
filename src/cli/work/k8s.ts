// `culprit k8s`: the main job through kubectl, a container engine or ssh: the recorder goes in, the recording comes out, the
// report is made here.
import { parseCaptureWords } from '../../capture/capture-words.ts';
import { diagnose } from '../../diagnose.ts';
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { explainRecordedHeap } from '../../heap/explain-recorded-heap.ts';
import type { DiagnosisReport, Severity } from '../../model/finding.ts';
import type { Recording } from '../../recording/reader.ts';
import { checkWritable } from '../../recording/writer.ts';
import { describeCommands, nameOf, reach } from '../../remote/reach.ts';
import { type RecordingOptions, recordRemotely } from '../../remote/remote-recording.ts';
import type { Place } from '../../remote/transport.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { LiveOptions } from '../options/capture-options.ts';
import type { PlaceOptions, WhichOption } from '../options/place-options.ts';
import { parseSeverity, type ReportOutput } from '../options/report-options.ts';
import { printReport } from '../output.ts';
import { noteUnwritten } from '../outputs/failures.ts';
import { createProgress } from '../progress.ts';
import { type FoundPlace, findPlace, placeAsTyped, reachOptions } from '../remote-place.ts';
import { exitCodeFor } from '../report-exit.ts';

export interface K8sOptions extends LiveOptions, ReportOutput, PlaceOptions, WhichOption {
  out?: string;
  dryRun?: boolean;
  flame?: string;
  /** A severity; with --compare gates. */
  failOn?: string[];
  all?: boolean;
  selector?: string;
  compare?: string;
  parallel: string;
}

export async function diagnosePod(name: string, options: K8sOptions): Promise<ExitCode> {
  refuseWhatStaysHome(options);
  parseCaptureWords(options);
  const severity = severityIn(options);
  if (options.dryRun) {
    const { node } = options;
    const args = recorderWords(options);
    const lines = describeCommands({ place: placeAsTyped(name, options), command: [], node, args });
    process.stdout.write(`${lines.join('\n')}\n`);
    return EXIT.done;
  }
  if (options.out !== undefined) checkWritable(options.out);
  const interrupt = listenForInterrupt();
  const progress = await createProgress(options.quiet === true);
  try {
    const found = await findPlace(name, options);
    const recording = await recordAt(found, options, {
      signal: interrupt.signal,
      keep: options.out,
      onProgress: progress.capture,
    });
    const report = await diagnoseFrom(recording, found.place, options);
    progress.end();
    await printReport(report, options);
    if (options.flame !== undefined)
      await (await import('./flame.ts')).writeFlameIfAny(recording, options.flame);
    return exitCodeFor(report, severity, recording.manifest.capture.ended === 'interrupted');
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

/** One look there. Throws as `reach` does. */
export function recordAt(
  found: FoundPlace,
  options: K8sOptions,
  look: RecordingOptions & { signal: AbortSignal },
): Promise<Recording> {
  const { signal, ...wishes } = look;
  const ways = { ...reachOptions(found, options), args: recorderWords(options), signal };
  return reach(ways, (way) => recordRemotely({ ...way, ...wishes, onNotKept: noteUnwritten }));
}

export async function diagnoseFrom(
  recording: Recording,
  place: Place,
  { html, out }: K8sOptions,
): Promise<DiagnosisReport> {
  const heap = await explainRecordedHeap(recording);
  const report = diagnose(recording, heap, { pictures: html !== undefined });
  report.target.location = nameOf(place);
  if (out === undefined) report.capture.files = [];
  return report;
}

/** The last one counts. Throws UsageError. */
export function severityIn({ failOn }: K8sOptions): Severity | undefined {
  const word = failOn?.at(-1);
  return word === undefined ? undefined : parseSeverity(word);
}

function recorderWords({
  target,
  duration,
  interval,
  maxPause,
  budget,
  snapshot,
  async,
  cpu,
}: K8sOptions): string[] {
  return [
    ...['record', target, '--duration', duration, '--interval', interval],
    ...['--max-pause', maxPause, '--budget', budget, '--snapshot', snapshot, '--async', async, '--cpu', cpu],
  ];
}

/** What needs a file or a terminal at the target's side. */
export function refuseWhatStaysHome({ trace, whyAlive }: K8sOptions): void {
  if (trace !== undefined || whyAlive)
    throw new UsageError(
      `${trace !== undefined ? '--trace' : '--why-alive'} does not work over a remote connection yet.`,
      'Leave it out, or run culprit where the process is.',
    );
}
