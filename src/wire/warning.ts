// What a recording, or settings that were read, warn of: what was left out or lost, and by which numbers. Data only; its
// sentences are in report/warnings.ts. To add one, add an entry here: the compiler then requires its sentence.
import * as v from 'valibot';

const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(4_000));
/** The name of a file of the recording, as the manifest has it. */
const path = text;
/** The message of an error: a sentence, with or without its full stop. */
const reason = text;

/** What a file of a recording is. */
const fileKind = v.picklist(['cpu-profile', 'heap-profile', 'allocation-profile', 'heap-snapshot']);
export type RecordedFileKind = v.InferOutput<typeof fileKind>;

/** Times are in milliseconds, memory is in bytes. */
function warningOf<Code extends string, Fields extends v.ObjectEntries>(code: Code, fields: Fields) {
  return v.object({ code: v.literal(code), ...fields });
}

const nothing = {};
/** An estimated pause above the option --max-pause. */
const tooLongPause = { estimateMillis: amount, maxPauseMillis: amount };
/** See MemoryLimit in units/memory-limit.ts. */
const memoryLimit = v.variant('of', [
  v.object({ of: v.literal('container'), bytes: amount }),
  v.object({ of: v.literal('machine') }),
]);
/** What is left below `limit`, the tightest there is. */
const memoryRoom = { roomBytes: amount, limit: memoryLimit };

const ofCapture = [
  /** The main thread gave no access to Node's built-in modules. */
  warningOf('no-built-in-modules', nothing),
  warningOf('workers-short-lived', nothing),
  /** There were more than the `captured` ones. */
  warningOf('too-many-workers', { captured: amount }),
  warningOf('trace-no-memory', { bufferBytes: amount, ...memoryRoom }),
  warningOf('trace-not-started', { reason }),
  warningOf('trace-not-written', { reason }),
  warningOf('trace-truncated', { limitBytes: amount }),
  /** `thread` is a name: "main", "worker 3". */
  warningOf('keep-alive-not-listed', { thread: text, reason }),
  /** By the program itself or another tool in it; V8 has one heap sampler for a thread. */
  warningOf('heap-sampled-already', nothing),
  /** For the same reason, in a comparison. */
  warningOf('allocations-not-sampled', nothing),
  /** By NODE_V8_COVERAGE. */
  warningOf('coverage-counted', nothing),
  /** All steps of ours on one thread together may not hold it for longer. */
  warningOf('budget-spent', { budgetMillis: amount }),
  /** A single step of ours held the main thread for longer than was allowed. */
  warningOf('pause-overrun', { step: text, pauseMillis: amount, maxPauseMillis: amount }),
  /** Every await takes a slower way through V8 from now on, until the process restarts. */
  warningOf('awaits-slower', nothing),
  warningOf('heap-reads-too-long', tooLongPause),
  warningOf('census-too-long', tooLongPause),
  warningOf('census-no-memory', { extraBytes: amount, ...memoryRoom }),
  /** What V8 runs was not asked for, and some files do not account for it. */
  warningOf('scripts-too-long', tooLongPause),
  /** For want of memory. */
  warningOf('scripts-no-memory', nothing),
  warningOf('snapshot-cost-unknown', nothing),
  warningOf('snapshot-no-memory', { extraBytes: amount, ...memoryRoom }),
  warningOf('snapshot-too-long', { ...tooLongPause, extraBytes: amount }),
  /** `bytes` before compression. */
  warningOf('snapshot-taken', { bytes: amount, pauseMillis: amount }),
  warningOf('snapshot-failed', { reason }),
  /** The process was not found on this machine. */
  warningOf('proc-not-readable', nothing),
  /** By this system; `reason` is a clause. */
  warningOf('outside-not-told', { reason }),
  warningOf('target-ended', nothing),
  /** Its process runs on. */
  warningOf('inspector-closed', nothing),
] as const;

const ofReading = [
  warningOf('connection-lost', nothing),
  /** Printed by something else before the recording began. */
  warningOf('other-output', { bytes: amount }),
  /** Only its beginning is there. */
  warningOf('archive-cut', { reason }),
  /** `kind` as in the manifest. `isMissing`: only its name is there. */
  warningOf('file-not-readable', {
    path,
    reason,
    kind: v.optional(fileKind),
    isMissing: v.optional(v.literal(true)),
  }),
  warningOf('samples-missing', nothing),
  /** The samples end long before the capture did: `seenMillis` of `durationMillis` are there. */
  warningOf('samples-cut', { seenMillis: amount, durationMillis: amount }),
  warningOf('samples-damaged', { lines: amount }),
  warningOf('sources-missing', nothing),
  /** The text on disk is not what runs. `path` is one of `files`. */
  warningOf('source-differs', { path, files: amount }),
  warningOf('profile-damaged', { path, reason, kind: v.optional(fileKind) }),
  /** Times of samples that no sample can have. */
  warningOf('profile-times-wrong', { path, wrong: amount, samples: amount }),
  /** A CPU profile with counts by function, and no samples in time. */
  warningOf('profile-without-samples', { path }),
  /** Sizes in a heap profile that nothing can have. */
  warningOf('profile-sizes-wrong', { path, wrong: amount }),
  /** A CPU profile of another tool, too short for what comes seldom. */
  warningOf('profile-short', { durationMillis: amount }),
  /** `reason` names the file. */
  warningOf('snapshot-not-readable', { reason }),
  /** What was read is a diagnostic report of Node.js. */
  warningOf('single-moment', nothing),
] as const;

export const warning = v.variant('code', [...ofCapture, ...ofReading]);
export type Warning = v.InferOutput<typeof warning>;
export type WarningCode = Warning['code'];

export const WARNING_CODES: readonly WarningCode[] = warning.options.map(
  ({ entries }) => entries.code.literal,
);
