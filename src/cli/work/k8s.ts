// `culprit k8s`: the main job through kubectl, a container engine or ssh: the recorder goes in, the recording comes out, the
// report is made here.
import { parseCaptureWords } from '../../capture/capture-words.ts';
import { diagnose } from '../../diagnose.ts';
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { explainRecordedHeap } from '../../heap/explain-recorded-heap.ts';
import { checkWritable } from '../../recording/writer.ts';
import { describeCommands, nameOf, reach } from '../../remote/reach.ts';
import { recordRemotely } from '../../remote/remote-recording.ts';
import type { K8sOptions } from '../commands/k8s.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { printReport } from '../output.ts';
import { createProgress } from '../progress.ts';
import { findPlace, placeAsTyped, reachOptions } from '../remote-place.ts';
import { exitCodeFor } from '../report-exit.ts';

export async function diagnosePod(name: string, options: K8sOptions): Promise<ExitCode> {
  refuseWhatStaysHome(options);
  parseCaptureWords(options);
  const args = recorderWords(options);
  if (options.dryRun) {
    const { node } = options;
    const lines = describeCommands({ place: placeAsTyped(name, options), command: [], node, args });
    process.stdout.write(`${lines.join('\n')}\n`);
    return EXIT.done;
  }
  if (options.out !== undefined) checkWritable(options.out);
  const interrupt = listenForInterrupt();
  const progress = await createProgress(options.quiet === true);
  try {
    const found = await findPlace(name, options);
    const ways = { ...reachOptions(found, options), args, signal: interrupt.signal };
    const recording = await reach(ways, (way) =>
      recordRemotely({ ...way, keep: options.out, onProgress: progress.capture }),
    );
    const report = diagnose(recording, await explainRecordedHeap(recording), {
      pictures: options.html !== undefined,
    });
    report.target.location = nameOf(found.place);
    if (options.out === undefined) report.capture.files = [];
    progress.end();
    await printReport(report, options);
    return exitCodeFor(report, options.failOn, recording.manifest.capture.ended === 'interrupted');
  } finally {
    progress.end();
    interrupt.dispose();
  }
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
function refuseWhatStaysHome({ trace, whyAlive }: K8sOptions): void {
  if (trace !== undefined || whyAlive)
    throw new UsageError(
      `${trace !== undefined ? '--trace' : '--why-alive'} does not work over a remote connection yet.`,
      'Leave it out, or run culprit where the process is.',
    );
}
