// The sentences of warnings: what happened, what it means for the result, and what changes it. It imports no report, so
// every report may import it.
import { pauseFor, writeDuration } from '../units/duration.ts';
import { type MemoryLimit, memoryLimitWords } from '../units/memory-limit.ts';
import { formatBytes, formatCount, formatDuration, formatNumber, secondsOf } from '../units/units.ts';
import type { ReportWarning } from '../wire/report/warning.ts';
import type { RecordedFileKind, Warning, WarningCode } from '../wire/warning.ts';

/** Each warning by its code. */
type WarningByCode = { [W in Warning as W['code']]: W };

const PROBE_EXPIRES = 'The code that culprit added to the target removes itself within 10 s.';

const SENTENCES: { [Code in WarningCode]: (warning: WarningByCode[Code]) => string } = {
  'no-built-in-modules': () =>
    "culprit could not access the built-in modules of Node.js in the target. The report has no counters, no async resources and no census of the target's objects.",
  'workers-short-lived': () =>
    'Worker threads were not profiled: they end soon after they start, and a debugger that is attached to an ending thread can crash Node.js. Their CPU time appears in the counters of the process only.',
  'too-many-workers': ({ captured }) =>
    `The process has more than ${captured} worker threads. Only the first ${captured} were captured.`,

  'trace-no-memory': ({ bufferBytes, ...room }) =>
    `No trace was taken: Node.js can buffer up to ${formatBytes(bufferBytes)} of trace events, and the target has only ${left(room)}. Raise the memory limit to take one.`,
  'trace-not-started': ({ reason }) => `No trace was taken: ${stopped(reason)}`,
  'trace-not-written': ({ reason }) => `The trace could not be written: ${stopped(reason)}`,
  'trace-truncated': ({ limitBytes }) =>
    `The trace reached its size limit of ${formatBytes(limitBytes)} and stops before the end of the capture. Use a shorter --duration for a complete trace.`,

  'keep-alive-not-listed': ({ thread, reason }) =>
    `What keeps the thread "${thread}" alive could not be listed: ${stopped(reason)}`,

  'heap-sampled-already': () =>
    'The program or another tool in it was already sampling the heap, and V8 has one heap sampler for each thread. culprit read that profile and left the sampler running. Its interval may be too coarse to show a slow leak.',
  'allocations-not-sampled': () =>
    'The program or another tool in it was already sampling the heap, and V8 has one heap sampler for each thread. What each function allocates was not measured.',
  'coverage-counted': () =>
    'Node.js was counting code coverage (NODE_V8_COVERAGE), and V8 loses those counts when a second CPU profiler ends. culprit sampled stacks in place of a CPU profile, without native code and garbage collection.',
  'budget-spent': ({ budgetMillis }) =>
    `Some detailed measurements were left out: earlier ones had used up the ${formatDuration(budgetMillis)} that --budget allows. Work in slices of a few milliseconds does not count towards it. Raise --budget or --duration to include them.`,
  'pause-overrun': ({ step, pauseMillis, maxPauseMillis }) =>
    `The event loop of the target was blocked for ${formatDuration(pauseMillis)} during a step of culprit (${step}), longer than the ${formatDuration(maxPauseMillis)} of --max-pause: the estimate was too low, or the program blocked the loop at the same time. If requests must not wait that long, use a smaller --max-pause.`,
  'awaits-slower': () =>
    'culprit watched promises or listed the scripts of this process to explain what it saw. From then on V8 runs each await on a slower path, about 10 ns longer, until the process restarts. Neither culprit nor Node.js can undo that.',
  'heap-reads-too-long': (warning) =>
    `Heap growth by allocation stack is missing or incomplete: ${tooLong('reading the heap profile', warning)}. ${raiseMaxPause('read it', warning)}`,
  'census-too-long': (warning) =>
    `The count of all objects (census) was skipped: ${tooLong('it', warning)}. Only collections that can be reached from open handles, timers and modules were searched. ${raiseMaxPause('take the census', warning)}`,
  'census-no-memory': ({ extraBytes, ...room }) =>
    `The count of all objects (census) was skipped: it needs about ${formatBytes(extraBytes)} of extra memory, too much for the ${left(room)}. Only collections that can be reached from open handles, timers and modules were searched. Raise the memory limit to take the census.`,

  'scripts-too-long': (warning) =>
    `The code that the process runs may differ from some files on disk, and V8 was not asked for their source maps: ${tooLong('that', warning)}. Lines in those files may be wrong. ${raiseMaxPause('ask', warning)}`,
  'scripts-no-memory': () =>
    'The code that the process runs may differ from some files on disk, and V8 was not asked for their source maps: the target has too little memory left for that. Lines in those files may be wrong.',

  'snapshot-cost-unknown': () =>
    'No heap snapshot was taken: the size of the heap is unknown, so the cost of a snapshot could not be estimated.',
  'snapshot-no-memory': ({ extraBytes, ...room }) =>
    `No heap snapshot was taken: it needs about ${formatBytes(extraBytes)} of extra memory, too much for the ${left(room)}. Raise the memory limit, or take the snapshot from a replica with more memory.`,
  'snapshot-too-long': (warning) =>
    `No heap snapshot was taken: ${tooLong('it', warning)}. It would also need about ${formatBytes(warning.extraBytes)} of extra memory. Use --max-pause ${pauseFor(warning.estimateMillis)} or --snapshot force to take one.`,
  'snapshot-taken': ({ bytes, pauseMillis }) =>
    `A heap snapshot of ${formatBytes(bytes)} was taken; it paused the target for ${formatDuration(pauseMillis)}. It contains strings from the memory of the program, up to 1,024 characters each.`,
  'snapshot-failed': ({ reason }) => `The heap snapshot failed: ${stopped(reason)}`,

  'proc-not-readable': () =>
    'culprit could not find the process on this machine, so it did not read /proc or the files of the process. Its limits, open files and source files are unknown.',
  'outside-not-told': ({ reason }) =>
    `culprit could not read the process from outside: ${reason}. Its sockets, open files, child processes and waits for a CPU are unknown, so kinds that need them are not judged.`,
  'target-ended': () =>
    'The target ended during the capture. The report covers the data captured until then.',
  'inspector-closed': () =>
    `The inspector of the target was closed during the capture; the target is still running. The report covers the data captured until then. ${PROBE_EXPIRES}`,

  'connection-lost': () =>
    `The connection was lost before the recording was complete. The report covers the data received until then. ${PROBE_EXPIRES}`,
  'other-output': ({ bytes }) => `Ignored ${formatBytes(bytes)} of other output before the recording.`,
  'archive-cut': ({ reason }) =>
    `The archive is cut off: ${stopped(reason)} The report covers the files that are whole, and the samples before the cut. Copy or record it again for the rest.`,
  'file-not-readable': ({ path, reason, kind, isMissing }) =>
    isMissing
      ? `${path} is missing from the recording.${withoutFile(kind)}`
      : `${path} could not be read, and the report does not use it: ${stopped(reason)}${withoutFile(kind)}`,
  'samples-missing': () =>
    'samples.jsonl is missing from the recording. The report has no counters and no trends.',
  'samples-cut': ({ seenMillis, durationMillis }) =>
    `The recording is cut off: samples.jsonl covers ${secondsOf(seenMillis, durationMillis)} of the capture. What happened later is not known. Copy or record it again for the rest.`,
  'samples-damaged': ({ lines }) => `Ignored ${formatCount(lines, 'damaged line')} in samples.jsonl.`,
  'sources-missing': () =>
    'sources.json is missing or damaged, so no source maps are applied. Files and lines are those of the code that ran.',
  'source-differs': ({ path, files }) =>
    `${path}${files > 1 ? ` and ${formatCount(files - 1, 'more file')}` : ''} on disk ${files > 1 ? 'differ' : 'differs'} from the code that runs: the file changed after the process loaded it, or something transformed it without a source map. Lines there may be wrong, and a line beyond the end of a file is left out.`,
  'profile-damaged': ({ path, reason, kind }) =>
    `${path} is not a valid profile, and the report does not use it: ${stopped(reason)}${withoutFile(kind)}`,
  'profile-times-wrong': ({ path, wrong, samples }) =>
    `${formatNumber(wrong)} of ${formatCount(samples, 'sample')} in ${path} have no valid time and were left out.`,
  'profile-without-samples': ({ path }) =>
    `${path} has counts by function, but no timed samples. Blocks of the event loop cannot be found in it.`,
  'profile-sizes-wrong': ({ path, wrong }) =>
    `${formatCount(wrong, 'size')} in ${path} ${wrong === 1 ? 'is' : 'are'} not valid and ${wrong === 1 ? 'was' : 'were'} left out.`,
  'profile-short': ({ durationMillis }) =>
    `The profile covers only ${formatDuration(durationMillis)}. That is too short to judge rare events and blocks of the event loop.`,
  'snapshot-not-readable': ({ reason }) =>
    `${stopped(reason)} The report does not use this snapshot, so it may not name what holds the memory.`,
  'single-moment': () =>
    'A diagnostic report describes a single moment. It shows limits and counts, but not growth.',
};

/** One or more sentences. Strings from the target are in it as they are: renderers escape them. */
export function warningMessage<Code extends WarningCode>(warning: WarningByCode[Code]): string {
  const sentence: (warning: WarningByCode[Code]) => string = SENTENCES[warning.code as Code];
  return sentence(warning);
}

export function reportWarning(warning: Warning): ReportWarning {
  return { code: warning.code, message: warningMessage(warning) };
}

interface TooLongPause {
  estimateMillis: number;
  maxPauseMillis: number;
}

const tooLong = (step: string, { estimateMillis, maxPauseMillis }: TooLongPause) =>
  `${step} would pause the target for about ${formatDuration(estimateMillis)}, longer than --max-pause ${writeDuration(maxPauseMillis)} allows`;

/** "61 MB left below the container's limit of 256 MB" */
const left = ({ roomBytes, limit }: { roomBytes: number; limit: MemoryLimit }) =>
  `${formatBytes(roomBytes)} left ${limit.of === 'machine' ? 'on the machine' : `below ${memoryLimitWords(limit)}`}`;

const raiseMaxPause = (purpose: string, warning: TooLongPause) =>
  `Use --max-pause ${pauseFor(warning.estimateMillis)} to ${purpose}.`;

/** What the loss of a file means for the result, as a sentence of its own; "" where nothing is known of it. */
function withoutFile(kind: RecordedFileKind | undefined): string {
  switch (kind) {
    case 'cpu-profile':
      return ' Without this CPU profile, blocks of the event loop and hot functions of its thread are not judged.';
    case 'heap-profile':
      return ' Heap growth and its breakdown are based on the remaining heap profiles, and may differ from those of the whole recording.';
    case 'allocation-profile':
      return ' What each function allocates is therefore not known.';
    default:
      return '';
  }
}

/** Messages of errors come with and without a full stop. */
const stopped = (reason: string) => (/[.!?]$/.test(reason) ? reason : `${reason}.`);
