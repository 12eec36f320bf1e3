// `culprit k8s`: the main job through kubectl, a container engine or ssh: the recorder goes in, the recording comes out, the
// report is made here.
import { parseCaptureWords } from '../../capture/capture-words.ts';
import { diagnose } from '../../diagnose.ts';
import { UsageError } from '../../errors.ts';
import { explainRecordedHeap } from '../../explain-recorded-heap.ts';
import { checkWritable } from '../../recording/writer.ts';
import { findPod } from '../../remote/find-pod.ts';
import { describeCommands, nameOf, type ReachOptions, recordAt } from '../../remote/reach.ts';
import { type Place, parseVia, quote } from '../../remote/transport.ts';
import { exitCodeFor, parseSeverity } from '../exit-codes.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { LiveOptions } from '../live.ts';
import { printReport, type ReportOutput } from '../output.ts';
import { createProgress } from '../progress.ts';

export interface K8sOptions extends LiveOptions, ReportOutput {
  namespace?: string;
  container?: string;
  context?: string;
  via: string;
  target: string;
  node?: string;
  debugImage?: string | false;
  out?: string;
  dryRun?: boolean;
  failOn?: string;
}

export async function k8sCommand(name: string, options: K8sOptions): Promise<void> {
  const failOn = parseSeverity(options.failOn);
  refuseWhatStaysHome(options);
  const words = { ...options };
  parseCaptureWords(words);
  if (options.dryRun) {
    const place = { ...options, transport: parseVia(options.via), name };
    const described = describeCommands({ ...reachOptions(place, [], options), signal: NEVER });
    process.stdout.write(`${described.join('\n')}\n`);
    return;
  }
  if (options.out !== undefined) checkWritable(options.out);
  const interrupt = listenForInterrupt();
  const progress = await createProgress(options.quiet === true);
  try {
    const { place, command } = await findPlace(name, options);
    const recording = await recordAt({
      ...reachOptions(place, command, options),
      signal: interrupt.signal,
      onProgress: progress.capture,
    });
    const report = diagnose(recording, await explainRecordedHeap(recording));
    report.target.location = nameOf(place);
    if (options.out === undefined) report.capture.files = [];
    progress.end();
    printReport(report, options);
    process.exitCode = exitCodeFor(report, failOn, recording.manifest.capture.ended === 'interrupted');
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

const NEVER = new AbortController().signal;

function reachOptions(place: Place, command: string[], options: K8sOptions): Omit<ReachOptions, 'signal'> {
  const { target, duration, interval, maxPause, snapshot, async, node, debugImage, out, quiet } = options;
  return {
    place,
    command,
    node,
    debugImage: debugImage === false ? undefined : debugImage,
    keep: out,
    args: [
      ...['record', target, '--duration', duration, '--interval', interval],
      ...['--max-pause', maxPause, '--snapshot', snapshot, '--async', async],
    ],
    onCommand: (words) => {
      if (!quiet && process.stderr.isTTY) process.stderr.write(`${words.map(quote).join(' ')}\n`);
    },
  };
}

async function findPlace(name: string, options: K8sOptions): Promise<{ place: Place; command: string[] }> {
  const transport = parseVia(options.via);
  if (transport.engine !== 'kubectl') return { place: { transport, name }, command: [] };
  const { place, container } = await findPod({ ...options, transport, name });
  return { place, command: container.command };
}

/** What needs a file or a terminal at the target's side. */
function refuseWhatStaysHome({ trace, whyAlive }: K8sOptions): void {
  if (trace !== undefined || whyAlive)
    throw new UsageError(
      `${trace !== undefined ? '--trace' : '--why-alive'} does not go over a link yet.`,
      'Leave it out, or run culprit where the process is.',
    );
}
