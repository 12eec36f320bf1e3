// Ends because memory ran out.
import { type Ending, eventOf, exitOf, toldOf } from '../../ends/ending.ts';
import { containerAdvice, HEAP_TELLS, heapAdvice } from '../advice.ts';
import { type Cause, errorCause, printed } from '../cause.ts';

/** V8 has sizes of its own beside the heap's limit. */
export const OBJECT_TOO_LARGE: Cause = {
  id: 'object-too-large',
  label: 'heap-limit',
  confidence: 0.93,
  matches: ({ ending }) => typeof eventOf(ending, 'heap-limit')?.tooLarge === 'string',
  cure: ({ ending }) => {
    const { tooLarge, isTooLargeInferred } = eventOf(ending, 'heap-limit')!;
    const more = isTooLargeInferred
      ? "A higher heap limit helps for a while at most, and not at all if V8's own limit for one object was reached"
      : 'More heap does not help';
    return [
      `${more}: look for ${tooLarge} that grows without end, or that takes in everything at once, and split it, bound it or stream it.`,
      'A Map holds at most about 16.7 million entries, an array of V8 about 134 million elements, a string about 537 million characters: `culprit heap` on a snapshot from before the crash names what is large.',
    ];
  },
  example: {
    log: 'FATAL ERROR: invalid table size Allocation failed - JavaScript heap out of memory\n 1: 0xb7a940 node::Abort() [node]',
  },
};

export const HEAP_FULL: Cause = {
  id: 'heap-limit',
  label: 'heap-limit',
  confidence: ({ ending }) => (eventOf(ending, 'heap-limit')?.isCertain ? 0.97 : 0.8),
  matches: ({ ending }) => eventOf(ending, 'heap-limit') !== undefined,
  cure: ({ ending }, around) => heapAdvice(ending, around),
  example: {
    log: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: 0xb7a940 node::Abort() [node]',
  },
};

export const CONTAINER_FULL: Cause = {
  id: 'container-oom',
  label: 'container-oom',
  confidence: 0.95,
  matches: ({ ending }) => hasReachedLimit(ending),
  cure: (_, around) => containerAdvice(around),
  example: {
    log: '[12.5] Memory cgroup out of memory: Killed process 9 (node) total-vm:1kB, anon-rss:2048kB',
  },
};

/** What only explains an end counts where a SIGKILL is to be explained. */
function hasReachedLimit(ending: Ending): boolean {
  const isKilled = exitOf(ending).signal === 'SIGKILL';
  return ending.events.some(
    (event) =>
      (event.weight !== 'hint' || isKilled) &&
      ((event.kind === 'told' && event.label === 'container-oom') ||
        (event.kind === 'kernel-oom' && event.isLimit)),
  );
}

/** The machine had no memory left, or a process manager's own limit was reached. */
export const MACHINE_FULL: Cause = {
  id: 'out-of-memory',
  label: 'out-of-memory',
  confidence: 0.93,
  matches: ({ ending }) =>
    toldOf(ending, 'out-of-memory') !== undefined || eventOf(ending, 'kernel-oom') !== undefined,
  cure: () => [
    'Find what grows: `culprit diagnose PID` on a running copy shows whether heap, buffers or native memory grow.',
    `Bound the heap (--max-old-space-size) below what the machine or the service may use: ${HEAP_TELLS}`,
  ],
  example: { log: 'Out of memory: Killed process 9 (node) total-vm:1kB, anon-rss:2048kB' },
};

const NO_MEMORY = /\bENOMEM\b|Cannot allocate memory|Array buffer allocation failed/;

/** The system refused memory to a call of the program. */
export const NO_MEMORY_LEFT = errorCause({
  id: 'no-memory-left',
  label: 'out-of-memory',
  confidence: 0.92,
  sign: ({ code, message }) => code === 'ENOMEM' || NO_MEMORY.test(message),
  resembles: ({ code, message }) => code === 'ENOMEM' || NO_MEMORY.test(message),
  cure: ({ chain }) => [
    /\bspawn\b/.test(chain[0]!.message)
      ? "A fork needs room for a copy of the process: start children early or from a small process, bound how many run at a time, and check `free -m`, the container's limit and vm.overcommit_memory."
      : 'Check `free -m` and the limit of the container: the memory that the call asked for was not available.',
    'Find what grows: `culprit diagnose PID` on a running copy shows whether heap, buffers or native memory grow.',
  ],
  example: {
    log: printed(
      'Error: spawn ENOMEM',
      'ChildProcess.spawn (node:internal/child_process:420:11)',
      "code: 'ENOMEM'",
    ),
  },
});

export const WORKER_HEAP_FULL = errorCause({
  id: 'worker-heap-limit',
  label: 'heap-limit',
  confidence: 0.95,
  sign: ({ code }) => code === 'ERR_WORKER_OUT_OF_MEMORY',
  cure: ({ ending }, around) => heapAdvice(ending, around),
  example: {
    log: printed(
      'Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated due to reaching memory limit: JS heap out of memory',
      '[kOnExit] (node:internal/worker:315:26)',
    ),
  },
});
