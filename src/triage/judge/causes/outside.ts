// Ends that no error tells: native code, signals, Kubernetes, exit codes, and those of which nothing is said.
import { eventOf } from '../../ends/ending.ts';
import type { Cause } from '../cause.ts';

const NATIVE_SIGNAL = /^(SIGSEGV|SIGABRT|SIGILL|SIGTRAP|SIGBUS|SIGFPE)$/;
const NATIVE_CURE = [
  'Look for the native addon in the stack or among the dependencies (`find node_modules -name "*.node"`), rebuild it for this Node version (`npm rebuild`) and update it.',
  'Start with --report-on-fatalerror --report-on-signal, and keep the core dump (`ulimit -c unlimited`): both name the function.',
];
const KILLED_CURE = [
  'Find who sent it: the kernel when memory ran out (`dmesg | grep -i oom`, OOMKilled in the pod status), Kubernetes after a failed probe or a grace period (--pod-status and --events tell them apart), or a person.',
];
const stoppedCure = (signal: string | null) =>
  signal === 'SIGKILL'
    ? KILLED_CURE
    : [
        `${signal ?? 'A signal'} is how deployments, scaling and shells stop a program: nothing is wrong if that was meant. Handle it, to end open requests before the exit.`,
      ];

export const NATIVE_CODE: Cause = {
  id: 'native-code',
  label: 'native-crash',
  confidence: 0.93,
  matches: ({ ending }) => eventOf(ending, 'native') !== undefined,
  cure: () => NATIVE_CURE,
  example: { log: 'free(): invalid pointer' },
};

export const FAILED_PROBE: Cause = {
  id: 'failed-probe',
  label: 'killed-by-probe',
  confidence: 0.92,
  matches: ({ ending }) => eventOf(ending, 'told')?.label === 'killed-by-probe',
  cure: () => [
    'Find what keeps the event loop busy or the answer waiting: `culprit diagnose` on a running copy. Only if answers are slow by nature, give the probe a longer timeoutSeconds or a higher failureThreshold; slow starts need a startupProbe.',
  ],
  example: {
    told: [{ kind: 'told', label: 'killed-by-probe', statement: 'its liveness probe failed', lines: [] }],
  },
};

/** Evicted, or not ended within the grace period. */
export const STOPPED_BY_KUBERNETES: Cause = {
  id: 'stopped-by-kubernetes',
  label: 'terminated',
  confidence: 0.85,
  matches: ({ ending }) => eventOf(ending, 'told') !== undefined,
  cure: ({ signal }) => stoppedCure(signal),
  example: { told: [{ kind: 'told', label: 'evicted', statement: 'the pod was evicted', lines: [] }] },
};

export const SIGNALS: Cause[] = [
  {
    id: 'native-signal',
    label: 'native-crash',
    confidence: 0.85,
    matches: ({ signal }) => signal !== null && NATIVE_SIGNAL.test(signal),
    cure: () => NATIVE_CURE,
    example: { log: 'Segmentation fault (core dumped)' },
  },
  {
    id: 'killed',
    label: 'terminated',
    confidence: 0.8,
    matches: ({ signal }) => signal === 'SIGKILL',
    cure: () => KILLED_CURE,
    example: { log: 'Killed' },
  },
  {
    id: 'stopped',
    label: 'terminated',
    confidence: 0.8,
    matches: ({ signal }) => signal !== null,
    cure: ({ signal }) => stoppedCure(signal),
    example: { log: 'Terminated' },
  },
];

/** No crash: nothing is to be done. */
export const CLEAN_EXIT: Cause = {
  id: 'clean-exit',
  label: 'clean-exit',
  confidence: 0.95,
  matches: ({ code }) => code === 0,
  cure: () => [],
  example: { log: 'web exited with code 0' },
};

export const NOTHING_SAID: Cause = {
  id: 'nothing-said',
  label: 'unknown',
  confidence: 0.3,
  matches: () => true,
  cure: () => [
    'Find the calls of process.exit in the program and let them write why. Start it with `--trace-exit --trace-uncaught --report-uncaught-exception`, and triage again with the exit code (--exit-code) or the pod status (--pod-status).',
  ],
  example: { log: 'web exited with code 1' },
};
