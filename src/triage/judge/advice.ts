// What to do about memory that ran out: the heap limit to set, with numbers from the log, and the next command.
import { formatBytes } from '../../units/units.ts';
import { type Ending, eventOf } from '../ends/ending.ts';

const MEGABYTE = 2 ** 20;

export interface Circumstances {
  /** Of the container; null is unknown. */
  memoryLimitBytes: number | null;
}

/** The log or the command line may tell the limit that was set. */
export function heapAdvice(ending: Ending, { memoryLimitBytes }: Circumstances): string[] {
  const gc = eventOf(ending, 'heap-limit')?.gc ?? null;
  const used = gc ? Math.max(gc.afterBytes, gc.beforeBytes) : null;
  const set = Number(/--max-old-space-size[= ](\d+)/.exec(ending.commandLine)?.[1] ?? 0);
  // One large request can fail below the limit: to go below what was set would help nobody.
  const isLimitMore = used !== null && set * MEGABYTE > used;
  const base = used === null ? null : isLimitMore ? set * MEGABYTE : used;
  const wanted = base === null ? null : Math.ceil((base * 1.5) / MEGABYTE / 16) * 16;
  const most = memoryLimitBytes === null ? null : Math.floor((memoryLimitBytes * 0.75) / MEGABYTE);
  const isTooMuch = wanted !== null && most !== null && wanted > most;
  const room = isTooMuch
    ? `The container allows at most --max-old-space-size=${most} (75% of ${formatBytes(memoryLimitBytes!)}): raise its limit with the heap's.`
    : wanted === null
      ? ''
      : `To win time: --max-old-space-size=${wanted}${set > 0 ? ` instead of ${set}` : ''}, half again of ${isLimitMore ? 'that' : `the ${formatBytes(used!)} that were in use`}, rounded up${most === null ? '; the container needs a third more than that' : ''}.`;
  return [
    'Find what grows: `culprit diagnose PID` on a running copy under load, or start with --heapsnapshot-near-heap-limit=2 and read the files with `culprit heap`.',
    room,
  ].filter((each) => each !== '');
}

export function containerAdvice({ memoryLimitBytes }: Circumstances): string[] {
  const heap =
    memoryLimitBytes === null
      ? ''
      : ` (--max-old-space-size=${Math.floor((memoryLimitBytes * 0.75) / MEGABYTE)} here)`;
  return [
    `Set the heap limit to about 75% of the container's${heap}: if the heap is what grows, V8 then says so itself instead of being killed without a word.`,
    'Find what grows: `culprit diagnose PID` on a running copy tells heap, buffers and native memory apart.',
  ];
}
