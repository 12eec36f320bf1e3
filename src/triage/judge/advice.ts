// What to do about memory that ran out: the heap limit to set, with numbers from the log, and the next command.
import { chooseLargerHeap, unmeasuredOldSpaceMegabytes } from '../../findings/memory/heap-settings.ts';
import { MIB } from '../../units/bytes.ts';
import { formatBytes } from '../../units/units.ts';
import { type Ending, eventOf } from '../ends/ending.ts';

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
  const isLimitMore = used !== null && set * MIB > used;
  const base = used === null ? null : isLimitMore ? set * MIB : used;
  const larger =
    base === null ? null : chooseLargerHeap(base, used ?? 0, { limitBytes: memoryLimitBytes ?? undefined });
  const wanted = larger?.wantedMegabytes ?? null;
  const most = larger?.mostMegabytes ?? null;
  const isTooMuch = wanted !== null && most !== null && wanted > most;
  const room = isTooMuch
    ? `The container allows at most --max-old-space-size=${most} (75% of ${formatBytes(memoryLimitBytes!)}): to go higher, raise its limit as well.`
    : wanted === null
      ? ''
      : `As a stopgap: --max-old-space-size=${wanted}${set > 0 ? ` instead of ${set}` : ''}, 1.5 times ${isLimitMore ? 'that' : `the ${formatBytes(used!)} that were in use`}, rounded up${most === null ? '; the memory limit of the container has to be a third above the new value' : ''}.`;
  return [
    'Find what grows: `culprit diagnose PID` on a running copy under load, or start with --heapsnapshot-near-heap-limit=2 and read the files with `culprit heap`.',
    room,
  ].filter((each) => each !== '');
}

/** Why the heap gets a limit below that of the memory. */
export const HEAP_TELLS =
  'if the heap grows, Node.js then ends with an out-of-memory message instead of being killed without one.';

export function containerAdvice({ memoryLimitBytes }: Circumstances): string[] {
  const heap =
    memoryLimitBytes === null
      ? ''
      : ` (--max-old-space-size=${unmeasuredOldSpaceMegabytes(memoryLimitBytes)} here)`;
  return [
    `Set the heap limit to about 75% of the container's${heap}: ${HEAP_TELLS}`,
    'Find what grows: `culprit diagnose PID` on a running copy shows whether heap, buffers or native memory grow.',
  ];
}
