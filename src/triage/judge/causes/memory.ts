// Ends for want of memory.
import { eventOf } from '../../ends/ending.ts';
import { containerAdvice, heapAdvice } from '../advice.ts';
import { type Cause, errorCause, printed } from '../cause.ts';

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
  matches: ({ ending }) =>
    eventOf(ending, 'told')?.label === 'container-oom' || eventOf(ending, 'kernel-oom') !== undefined,
  cure: (_, around) => containerAdvice(around),
  example: {
    log: '[12.5] Memory cgroup out of memory: Killed process 9 (node) total-vm:1kB, anon-rss:2048kB',
  },
};

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
